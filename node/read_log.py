"""The signed log of what supervisors read: who watches is watched.

One JSON object a line: `number`, `previous` (SHA-256 of the line before, zeros for the first),
`time_ms`, `party`, `key`, `method`, `parameters`, and `signature`: of the machine's TLS key over
`qc/read-log/v1 ‖` the line without it. A line that is changed, taken out or put in between shows;
that lines at the end are missing shows against a line that somebody kept.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from node.errors import BadHome
from node.rpc.backend import RecordedRead

TAG = b"qc/read-log/v1"
LINE_SIZE_MAX = 64 * 1024
_FIRST = "0" * 64


class ReadLogBroken(Exception):
    """A line is not what the node wrote; `number` counts lines from 1."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"line {number} {problem}")
        self.number = number


class ReadLog:
    """Appends to the log; each line is on disk before `append` returns. For one thread."""

    def __init__(self, path: Path, key_file: Path, now_ms: Callable[[], int]) -> None:
        self._path = path
        self._now_ms = now_ms
        key = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise BadHome(key_file, "is no Ed25519 key", "Use the key that the node was given.")
        self._key = key
        self._number, self._previous = _end_of(path)

    def append(self, read: RecordedRead) -> None:
        """Write one read down."""
        content: dict[str, Any] = {
            "number": self._number + 1,
            "previous": self._previous,
            "time_ms": self._now_ms(),
            "party": read.party.hex(),
            "key": read.key.hex(),
            "method": read.method,
            "parameters": read.parameters,
        }
        signature = self._key.sign(TAG + _encoded(content))
        line = _encoded({**content, "signature": signature.hex()})
        with self._path.open("ab") as file:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._number += 1
        self._previous = hashlib.sha256(line).hexdigest()


def verified_reads(path: Path, node_id: bytes) -> Iterator[dict[str, Any]]:
    """Yield every line of a log; raise ReadLogBroken at the first that the node did not write."""
    key = Ed25519PublicKey.from_public_bytes(node_id)
    previous = _FIRST
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_SIZE_MAX), b""), start=1):
            content = _content(line, number)
            signature = bytes.fromhex(str(content.pop("signature", "")))
            if content.get("number") != number or content.get("previous") != previous:
                raise ReadLogBroken(number, "does not follow the one before")
            try:
                key.verify(signature, TAG + _encoded(content))
            except InvalidSignature as error:
                raise ReadLogBroken(number, "was not signed by this node") from error
            previous = hashlib.sha256(line.rstrip(b"\n")).hexdigest()
            yield content


def _content(line: bytes, number: int) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except ValueError as error:
        raise ReadLogBroken(number, "is no JSON") from error
    if not isinstance(content, dict):
        raise ReadLogBroken(number, "is no object")
    return content


def _encoded(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _end_of(path: Path) -> tuple[int, str]:
    """Return number and hash of the last whole line; a torn one behind it is cut off."""
    number, previous, size = 0, _FIRST, 0
    if not path.exists():
        return number, previous
    with path.open("rb+") as file:
        for line in iter(lambda: file.readline(LINE_SIZE_MAX), b""):
            if not line.endswith(b"\n"):
                break
            number += 1
            size += len(line)
            previous = hashlib.sha256(line.rstrip(b"\n")).hexdigest()
        file.truncate(size)
    return number, previous
