"""What a deliverer asks of the department: the agreed fields of the person behind a line."""

from typing import Any

from ledger import suites

ROWS_PATH = "/rows"

_TAG = b"qc-loan/row/v1"


def write_request(seed: bytes, line: bytes) -> dict[str, str]:
    """Return a request for one line's content, signed by the deliverer."""
    return {
        "line": line.hex(),
        "key": suites.public_key_of(seed).hex(),
        "signature": suites.sign(seed, _TAG + line).hex(),
    }


def read_request(parts: dict[str, Any]) -> tuple[bytes, bytes] | None:
    """Return line and key of a request whose signature holds, or None."""
    try:
        line, key = bytes.fromhex(parts["line"]), bytes.fromhex(parts["key"])
        signature = bytes.fromhex(parts["signature"])
    except (KeyError, TypeError, ValueError):
        return None
    if len(line) != suites.HASH_SIZE or not suites.verify(key, _TAG + line, signature):
        return None
    return line, key
