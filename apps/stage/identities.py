"""What a holder asks the identity authority, signed by who asks, and where."""

from dataclasses import dataclass
from typing import Any

from ledger import suites

BIND_PATH = "/bind"
NAME_PATH = "/name"

_NAME_TAG = b"qc-stage/name/v1"


@dataclass(frozen=True, slots=True)
class Question:
    """A holder's question whom a pseudonym means."""

    sid: bytes
    key: bytes


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
