"""The insurer's counter: how a claim is handed in, under a pseudonym that nobody can link."""

from dataclasses import dataclass
from typing import Any

from ledger import suites
from quancheng.wallet_keys import MatterKeys

CLAIM_PATH = "/claim"

_TAG = b"qc-insurance/claim/v1"


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose claim, for how much, and whether they bring the settlement list themselves."""

    sid: bytes
    amount: int
    carries: bool


def write_claim(keys: MatterKeys, amount: int, *, carries: bool) -> dict[str, Any]:
    """Return a claim for an amount in yuan, signed by the pseudonym key."""
    signature = suites.sign(keys.sign_seed, _message(amount, carries))
    return {
        "sid": keys.sid.hex(),
        "amount": amount,
        "carries": carries,
        "signature": signature.hex(),
    }


def read_claim(parts: dict[str, Any]) -> Claim | None:
    """Return a claim whose signature holds, or None."""
    try:
        sid, signature = bytes.fromhex(parts["sid"]), bytes.fromhex(parts["signature"])
        amount, carries = int(parts["amount"]), bool(parts["carries"])
        message = _message(amount, carries)
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
    return Claim(sid, amount, carries) if suites.verify(sid, message, signature) else None


def _message(amount: int, carries: bool) -> bytes:
    return _TAG + amount.to_bytes(8, "big") + bytes([carries])
