"""What is said to the identity authority, each word signed by who says it."""

from dataclasses import dataclass
from typing import Any

from ledger import suites
from quancheng.wallet_keys import MatterKeys, identity_commitment

BIND_PATH = "/bind"
NAME_PATH = "/name"

_BIND_TAG = b"qc-stage/bind/v1"
_NAME_TAG = b"qc-stage/name/v1"


@dataclass(frozen=True, slots=True)
class Claim:
    """A citizen's claim to stand behind a pseudonym."""

    sid: bytes
    identity: str
    salt: bytes
    commitment: bytes
    guardian: bytes | None
    """The pseudonym of who acts for a minor."""


@dataclass(frozen=True, slots=True)
class Question:
    """A holder's question whom a pseudonym means."""

    sid: bytes
    key: bytes


def write_claim(
    keys: MatterKeys, identity: str, *, guardian: MatterKeys | None = None
) -> dict[str, str]:
    """Return a citizen's claim, signed by the pseudonym key; a minor's names the guardian's."""
    commitment = keys.identity_commitment(identity)
    named = b"" if guardian is None else guardian.sid
    return {
        "sid": keys.sid.hex(),
        "identity": identity,
        "salt": keys.salt.hex(),
        "guardian": named.hex(),
        "signature": suites.sign(keys.sign_seed, _BIND_TAG + commitment + named).hex(),
    }


def read_claim(parts: dict[str, Any]) -> Claim | None:
    """Return a claim whose signature holds, or None."""
    try:
        sid, salt = bytes.fromhex(parts["sid"]), bytes.fromhex(parts["salt"])
        identity, signature = str(parts["identity"]), bytes.fromhex(parts["signature"])
        commitment, guardian = identity_commitment(salt, identity), bytes.fromhex(parts["guardian"])
    except (KeyError, TypeError, ValueError):
        return None
    if not suites.verify(sid, _BIND_TAG + commitment + guardian, signature):
        return None
    return Claim(sid, identity, salt, commitment, guardian or None)


def write_question(seed: bytes, sid: bytes) -> dict[str, str]:
    """Return a holder's question, signed by its party key."""
    return {
        "sid": sid.hex(),
        "key": suites.public_key_of(seed).hex(),
        "signature": suites.sign(seed, _NAME_TAG + sid).hex(),
    }


def read_question(parts: dict[str, Any]) -> Question | None:
    """Return a question whose signature holds, or None."""
    try:
        sid, key = bytes.fromhex(parts["sid"]), bytes.fromhex(parts["key"])
        signature = bytes.fromhex(parts["signature"])
    except (KeyError, TypeError, ValueError):
        return None
    if not suites.verify(key, _NAME_TAG + sid, signature):
        return None
    return Question(sid, key)
