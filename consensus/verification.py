"""Signatures of votes and certificates of one height, each checked once."""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

from consensus.messages import PreparedCertificate, SignedVote, Vote
from ledger.certificate import CommitCertificate
from ledger.refusal import Code, Refusal
from ledger.validators import ValidatorSet
from ledger.vote import VoteKind

VERIFIED_PER_VALIDATOR_MAX = 32
"""How many verified votes of each validator a height remembers; the oldest go first."""

Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""`verify(public_key, message, signature)`, total, as `ledger.suites.verify`."""


class Verifier:
    """Checks votes against the validator set of one height and remembers those that hold.

    Remembered is the whole vote with its signature, because one vote has many signatures that are
    wrong.
    """

    __slots__ = ("_genesis_hash", "_verified", "_verify", "validators")

    def __init__(self, validators: ValidatorSet, genesis_hash: bytes, verify: Verify) -> None:
        self.validators = validators
        self._genesis_hash = genesis_hash
        self._verify = verify
        self._verified: dict[SignedVote, None] = {}

    def is_signed(self, vote: SignedVote) -> bool:
        """Say whether a vote is by a validator of the set. About 50 µs, 1 µs when seen before."""
        if vote in self._verified:
            return True
        if vote.signer >= self.validators.size:
            return False
        public_key = self.validators.members[vote.signer].public_key
        if not self._verify(public_key, vote.signed_bytes(self._genesis_hash), vote.signature):
            return False
        self._verified[vote] = None
        if len(self._verified) > VERIFIED_PER_VALIDATOR_MAX * self.validators.size:
            del self._verified[next(iter(self._verified))]
        return True

    def certificate_refusal(
        self, certificate: PreparedCertificate | CommitCertificate
    ) -> Refusal | None:
        """Check all votes of a certificate of either kind; the caller compares what it is for.

        1. quorum ≤ count ≤ n.
        2. Indices are strictly ascending, hence distinct.
        3. Every signature is valid.
        """
        signatures = certificate.signatures
        if not self.validators.quorum <= len(signatures) <= self.validators.size:
            return Refusal(Code.BAD_CERTIFICATE, "certificate.count")
        indices = [index for index, _ in signatures]
        if any(later <= earlier for earlier, later in pairwise(indices)):
            return Refusal(Code.BAD_CERTIFICATE, "certificate.order")
        for vote in votes_of(certificate):
            if not self.is_signed(vote):
                return Refusal(Code.BAD_CERTIFICATE, f"certificate.signatures[{vote.signer}]")
        return None


def votes_of(certificate: PreparedCertificate | CommitCertificate) -> tuple[Vote, ...]:
    """Return the votes that a certificate is made of."""
    is_commit = isinstance(certificate, CommitCertificate)
    kind = VoteKind.COMMIT if is_commit else VoteKind.PREPARE
    return tuple(
        Vote(kind, certificate.height, certificate.view, certificate.block_hash, index, signature)
        for index, signature in certificate.signatures
    )
