"""What a deliverer asks of a holder: the agreed content about the person behind a line."""

from typing import Any

from apps.stage.calling import call
from apps.stage.desk import Desk
from ledger import suites

ROWS_PATH = "/rows"

_TAG = b"qc-stage/row/v1"


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


async def ask(desk: Desk, holder: str, line: bytes) -> bytes:
    """Return the content of a line from its holder."""
    request = write_request(desk.keys.sign_seed, line)
    return await call(desk, holder, ROWS_PATH, request)
