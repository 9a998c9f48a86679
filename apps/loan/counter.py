"""The bank's counter: how a citizen applies, under a pseudonym that nobody can link to another."""

from typing import Any

from apps.loan.cast import CAST, Role
from ledger import suites
from quancheng.wallet_keys import MatterKeys

APPLY_PATH = "/apply"

_TAG = b"qc-loan/apply/v1"
BANK_NAME = CAST.party_of(Role.BANK).name


def write_application(keys: MatterKeys, amount: int) -> dict[str, Any]:
    """Return an application for an amount in yuan, signed by the pseudonym key."""
    signature = suites.sign(keys.sign_seed, _TAG + amount.to_bytes(8, "big"))
    return {"sid": keys.sid.hex(), "amount": amount, "signature": signature.hex()}


def read_application(parts: dict[str, Any]) -> tuple[bytes, int] | None:
    """Return pseudonym and amount of an application whose signature holds, or None."""
    try:
        sid, signature = bytes.fromhex(parts["sid"]), bytes.fromhex(parts["signature"])
        amount = int(parts["amount"])
        message = _TAG + amount.to_bytes(8, "big")
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
    return (sid, amount) if suites.verify(sid, message, signature) else None
