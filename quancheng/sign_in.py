"""Signing in at a node that demands a token: a party with its key, a person with one pseudonym."""

from dataclasses import dataclass

from ledger.suites import public_key_of, sign
from quancheng.api.access import ChallengeRequest, ChallengeResult, TokenRequest, access_message


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """The seed of the key that is proven. It signs a challenge and nothing else here."""

    seed: bytes

    def request(self) -> ChallengeRequest:
        """Return what asks for a challenge."""
        return ChallengeRequest(public_key_of(self.seed))

    def answer(self, challenge: ChallengeResult, host: str) -> TokenRequest:
        """Return the signed answer, good at the node of this name only."""
        message = access_message(challenge.genesis_hash, challenge.challenge, host)
        signature = sign(self.seed, message)
        return TokenRequest(public_key_of(self.seed), challenge.challenge, host, signature)
