"""The world state as the chaincode sees it: a reader, and the overlay that executes one block.

A raw key is a namespace byte followed by fixed-width parts. The overlay keeps decoded records, so
that a record is decoded and encoded at most once in a block, and undoes everything since a
savepoint in time proportional to what was written.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

from chaincode.codec import RecordCodec
from ledger.encoding import decode_own, encode

R = TypeVar("R")


class StateReader(Protocol):
    """A committed state, or one under construction."""

    def get(self, raw_key: bytes, /) -> bytes | None:
        """Return the value of a key, or None."""

    def record(self, raw_key: bytes, codec: RecordCodec[R], /) -> R | None:
        """Return the decoded record of a key, or None."""

    def scan(self, prefix: bytes, start: bytes = b"", /) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys with a prefix from `start` on, with their values, in ascending order."""


def decode_record(codec: RecordCodec[R], data: bytes) -> R:
    """Return the record of a stored value: our own bytes, vouched for by the state root."""
    return codec.read_own(decode_own(data))


def encode_record(codec: RecordCodec[R], record: R) -> bytes:
    """Return the value that stores a record."""
    return encode(codec.write(record))


class EmptyState:
    """The state before anything was stored."""

    def get(self, _raw_key: bytes, /) -> bytes | None:
        """Return None."""
        return None

    def record(self, _raw_key: bytes, _codec: RecordCodec[R], /) -> R | None:
        """Return None."""
        return None

    def scan(self, _prefix: bytes, _start: bytes = b"", /) -> Iterator[tuple[bytes, bytes]]:
        """Yield nothing."""
        return iter(())


_UNSEEN = object()
"""Stands for a record that was neither read nor written yet."""


class Overlay:
    """The changes of one block over the state before it.

    It lives for one block and evicts nothing: its size is bounded by the block's transactions times
    the records that a handler touches.
    """

    def __init__(self, base: StateReader) -> None:
        self._base = base
        self._records: dict[bytes, object | None] = {}
        """Every record that was read or written, as it stands now."""
        self._written: dict[bytes, RecordCodec[Any]] = {}
        self._order: dict[int, list[bytes]] = {}
        self._journal: list[tuple[bytes, RecordCodec[Any] | None, object | None]] = []
        """For each write its key, and the codec and record before it."""

    def record(self, raw_key: bytes, codec: RecordCodec[R], /) -> R | None:
        """Return the decoded record of a key, or None.

        A repeated read costs one dictionary look-up.
        """
        found = self._records.get(raw_key, _UNSEEN)
        if found is _UNSEEN:
            record = self._base.record(raw_key, codec)
            self._records[raw_key] = record
            return record
        assert found is None or isinstance(found, codec.record)
        return found

    def write(self, raw_key: bytes, codec: RecordCodec[R], record: R | None) -> None:
        """Put a record, or delete it where `record` is None."""
        before = self._written.get(raw_key)
        if before is None:
            self._note_order(raw_key)
        self._journal.append((raw_key, before, self._records.get(raw_key, _UNSEEN)))
        self._written[raw_key] = codec
        self._records[raw_key] = record

    def get(self, raw_key: bytes, /) -> bytes | None:
        """Return the encoded value of a key, or None."""
        return self._encoded(raw_key) if raw_key in self._written else self._base.get(raw_key)

    def scan(self, prefix: bytes, start: bytes = b"", /) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys with a prefix and their encoded values in ascending order.

        A key that is first written during the scan is not seen by it.
        """
        for raw_key, data in self._merged(prefix, start):
            value = self._encoded(raw_key) if raw_key in self._written else data
            if value is not None:
                yield raw_key, value

    def scan_records(
        self, prefix: bytes, start: bytes, codec: RecordCodec[R]
    ) -> Iterator[tuple[bytes, R]]:
        """Yield keys with a prefix and their decoded records, as `scan` does."""
        for raw_key, data in self._merged(prefix, start):
            if data is not None and raw_key not in self._records:
                self._records[raw_key] = decode_record(codec, data)
            record = self.record(raw_key, codec)
            if record is not None:
                yield raw_key, record

    def savepoint(self) -> int:
        """Return a mark to which `rollback` can return."""
        return len(self._journal)

    def rollback(self, savepoint: int) -> None:
        """Undo every write since a savepoint."""
        while len(self._journal) > savepoint:
            raw_key, codec, record = self._journal.pop()
            if codec is None:
                del self._written[raw_key]
            else:
                self._written[raw_key] = codec
            if record is _UNSEEN:
                del self._records[raw_key]
            else:
                self._records[raw_key] = record

    def changes(self) -> dict[bytes, bytes | None]:
        """Return key and new value, or None for a deletion, in ascending order of keys."""
        return {raw_key: self._encoded(raw_key) for raw_key in sorted(self._written)}

    def written(self) -> dict[bytes, object | None]:
        """Return the record of each key that was written, None for a deletion."""
        return {raw_key: self._records[raw_key] for raw_key in self._written}

    def _encoded(self, raw_key: bytes) -> bytes | None:
        record = self._records[raw_key]
        return None if record is None else encode_record(self._written[raw_key], record)

    def _note_order(self, raw_key: bytes) -> None:
        order = self._order.setdefault(raw_key[0], [])
        place = bisect_left(order, raw_key)
        if place == len(order) or order[place] != raw_key:
            order.insert(place, raw_key)

    def _merged(self, prefix: bytes, start: bytes) -> Iterator[tuple[bytes, bytes | None]]:
        order = self._order.get(prefix[0], [])
        first = bisect_left(order, max(prefix, start))
        changed = iter([key for key in order[first:] if key.startswith(prefix)])
        following = next(changed, None)
        for raw_key, data in self._base.scan(prefix, start):
            while following is not None and following < raw_key:
                yield following, None
                following = next(changed, None)
            if following == raw_key:
                following = next(changed, None)
            yield raw_key, data
        while following is not None:
            yield following, None
            following = next(changed, None)
