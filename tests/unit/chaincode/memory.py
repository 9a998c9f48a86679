"""A committed state in memory: the model of what a node keeps on disk."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import TypeVar

from chaincode.codec import RecordCodec
from chaincode.state import decode_record

R = TypeVar("R")


class MemoryState:
    """Values by raw key, read and scanned in order like the state of a node."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self.values = dict(values)
        self._keys = sorted(self.values)

    def get(self, raw_key: bytes, /) -> bytes | None:
        """Return the value of a key, or None."""
        return self.values.get(raw_key)

    def record(self, raw_key: bytes, codec: RecordCodec[R], /) -> R | None:
        """Return the decoded record of a key, or None."""
        value = self.get(raw_key)
        return None if value is None else decode_record(codec, value)

    def scan(self, prefix: bytes, start: bytes = b"", /) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys with a prefix from `start` on, with their values, in ascending order."""
        for raw_key in self._keys[bisect_left(self._keys, max(prefix, start)) :]:
            if not raw_key.startswith(prefix):
                return
            yield raw_key, self.values[raw_key]

    def commit(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Take over the changes of a block."""
        for raw_key, value in changes.items():
            if value is None:
                self.values.pop(raw_key, None)
            else:
                self.values[raw_key] = value
        self._keys = sorted(self.values)
