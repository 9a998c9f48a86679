"""A person's claim to stand behind a pseudonym, as it goes to the identity authority alone.

It holds the identity number and the salt of one matter. The chain gets only the commitment to both,
under which the authority binds the pseudonym; the signature shows that the claimant has its key.
"""

from dataclasses import dataclass
from typing import Any

from ledger import suites
from quancheng.wallet_keys import MatterKeys, identity_commitment

_TAG = b"qc/identity-claim/v1"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim whose signature holds."""

    sid: bytes
    identity: str
    salt: bytes
    commitment: bytes
    guardian: bytes | None
    """The pseudonym of who acts for a minor."""


def write_claim(
    keys: MatterKeys, identity: str, *, guardian: MatterKeys | None = None
) -> dict[str, str]:
    """Return the claim, signed by the pseudonym key; a minor's names the guardian's."""
    commitment = keys.identity_commitment(identity)
    named = b"" if guardian is None else guardian.sid
    return {
        "sid": keys.sid.hex(),
        "identity": identity,
        "salt": keys.salt.hex(),
        "guardian": named.hex(),
        "signature": suites.sign(keys.sign_seed, _TAG + commitment + named).hex(),
    }


def read_claim(parts: dict[str, Any]) -> Claim | None:
    """Return a claim whose signature holds, or None."""
    try:
        sid, salt = bytes.fromhex(parts["sid"]), bytes.fromhex(parts["salt"])
        identity, signature = str(parts["identity"]), bytes.fromhex(parts["signature"])
        commitment, guardian = identity_commitment(salt, identity), bytes.fromhex(parts["guardian"])
    except (KeyError, TypeError, ValueError):
        return None
    if not suites.verify(sid, _TAG + commitment + guardian, signature):
        return None
    return Claim(sid, identity, salt, commitment, guardian or None)
