"""What one block leaves for the next: the values and records that were read or written lately.

Most of what a block reads, an earlier one has read or written. Remembering it spares a look-up in
the engine, a checksum and a decoding for each, which is a sixth of the cost of executing a block.
"""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from chaincode.codec import RecordCodec
from chaincode.state import StateReader, decode_record

R = TypeVar("R")
V = TypeVar("V")

GENERATION_MAX = 16_384
"""Values of a generation. Two generations of values and records take at most some 60 MiB."""

_ABSENT = b""
"""Stands for a key that has no value; no value is empty."""


class RecentlyUsed(Generic[V]):
    """A bounded memory by key in two generations: what is not asked for while one fills, goes."""

    def __init__(self, generation_max: int) -> None:
        self._generation_max = generation_max
        self._young: dict[bytes, V] = {}
        self._old: dict[bytes, V] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def find(self, key: bytes) -> V | None:
        """Return the value of a key, or None where it is not remembered."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: bytes, value: V) -> None:
        """Remember a value in place of the one before."""
        if len(self._young) >= self._generation_max:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def forget(self, key: bytes) -> None:
        """Remember nothing of a key."""
        self._young.pop(key, None)
        self._old.pop(key, None)


class StateMemory:
    """A committed state, read through a memory.

    It holds as long as `adopt` hears of every change of that state.
    Records are frozen, and blocks share them.
    """

    def __init__(self, base: StateReader, generation_max: int = GENERATION_MAX) -> None:
        self._base = base
        self._values: RecentlyUsed[bytes] = RecentlyUsed(generation_max)
        self._records: RecentlyUsed[object] = RecentlyUsed(generation_max)

    def get(self, raw_key: bytes, /) -> bytes | None:
        """Return the value of a key, or None. Under half a microsecond where it is remembered."""
        value = self._values.find(raw_key)
        if value is None:
            value = self._base.get(raw_key) or _ABSENT
            self._values.put(raw_key, value)
        return value or None

    def record(self, raw_key: bytes, codec: RecordCodec[R], /) -> R | None:
        """Return the record of a key, or None."""
        found = self._records.find(raw_key)
        if found is None:
            value = self.get(raw_key)
            if value is None:
                return None
            found = decode_record(codec, value)
            self._records.put(raw_key, found)
        assert isinstance(found, codec.record)
        return found

    def scan(self, prefix: bytes, start: bytes = b"", /) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys with a prefix and their values, from the state itself."""
        return self._base.scan(prefix, start)

    def adopt(
        self, changes: Mapping[bytes, bytes | None], records: Mapping[bytes, object | None]
    ) -> None:
        """Follow a block that became durable: its changed values, and the records they encode."""
        for raw_key, value in changes.items():
            record = records[raw_key]
            self._values.put(raw_key, value or _ABSENT)
            if record is None:
                self._records.forget(raw_key)
            else:
                self._records.put(raw_key, record)
