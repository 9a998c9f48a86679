"""Typed tables over one namespace byte each: fixed-width keys, records as frozen dataclasses.

A table works on any state: on the overlay of a block through its decoded records, on a committed
state by decoding. Namespaces by area: engine 0x01, membership 0x10, registration 0x20,
authorization 0x30, trading 0x40, delivery 0x50, settlement 0x60, supervision 0x70, interchain 0x80,
each with the fifteen that follow. A test holds that no two tables share one.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Annotated, Any, Generic, TypeVar, cast, get_args, get_origin

from chaincode.codec import record_codec
from chaincode.fields import FixedBytes, Integer
from chaincode.state import Overlay, StateReader, decode_record
from ledger.refusal import Code, Refused, require

K = TypeVar("K")
R = TypeVar("R")

Part = bytes | int


class Table(Generic[K, R]):
    """Records of one kind by key. K is `bytes`, `int` or a tuple of them, as the parts say.

        RESOURCES: Table[bytes, Resource] = Table(0x20, "resource", Resource, Identifier)
        RIGHTS: Table[tuple[bytes, int], RightHeld] = Table(
            0x13, "right", RightHeld, Identifier, Right
        )

    The parts are the kinds of fields of which the key is made, all of fixed width.
    """

    def __init__(self, namespace: int, name: str, record: type[R], *parts: object) -> None:
        self.namespace = namespace
        self.name = name
        self.codec = record_codec(record)
        self._prefix = bytes([namespace])
        self._widths = tuple(_width(part) for part in parts)
        self._size = sum(self._widths)
        self._is_bytes = tuple(_is_bytes(part) for part in parts)

    def raw_key(self, key: K) -> bytes:
        """Return the raw key of a key."""
        if isinstance(key, bytes):
            assert len(key) == self._size
            return self._prefix + key
        parts: tuple[Any, ...] = key if isinstance(key, tuple) else (key,)
        assert len(parts) == len(self._widths)
        return self._prefix_of(parts)

    def get(self, state: StateReader, key: K) -> R | None:
        """Return the record of a key, or None."""
        return state.record(self.raw_key(key), self.codec)

    def require(self, state: StateReader, key: K, field: str) -> R:
        """Return the record of a key, or refuse (E010) naming the field that held the key."""
        record = self.get(state, key)
        if record is None:
            raise Refused(Code.NOT_FOUND, field)
        return record

    def known(self, state: StateReader, key: K) -> R:
        """Return the record of a key that another record names; its absence is our own mistake."""
        record = self.get(state, key)
        assert record is not None, self.name
        return record

    def put(self, state: Overlay, key: K, record: R) -> None:
        """Store a record.

        A number that outgrew its field refuses the transaction (E021) that made it grow.
        """
        require(self.codec.fits(record), Code.OUT_OF_BOUNDS, self.name)
        state.write(self.raw_key(key), self.codec, record)

    def delete(self, state: Overlay, key: K) -> None:
        """Remove a record."""
        state.write(self.raw_key(key), self.codec, None)

    def scan(
        self, state: StateReader, *leading: Part, after: K | None = None
    ) -> Iterator[tuple[K, R]]:
        """Yield keys that begin with the leading parts, with their records, in ascending order.

        `after` starts behind a key, whether it exists or not.
        """
        prefix = self._prefix_of(leading)
        start = b"" if after is None else self.raw_key(after) + b"\x00"
        if isinstance(state, Overlay):
            for raw_key, record in state.scan_records(prefix, start, self.codec):
                yield self.key_of(raw_key), record
        else:
            for raw_key, data in state.scan(prefix, start):
                yield self.key_of(raw_key), decode_record(self.codec, data)

    def key_of(self, raw_key: bytes) -> K:
        """Return the key of a raw key of this table."""
        parts: list[Part] = []
        place = len(self._prefix)
        for width, is_bytes in zip(self._widths, self._is_bytes, strict=True):
            part = raw_key[place : place + width]
            parts.append(part if is_bytes else int.from_bytes(part, "big"))
            place += width
        key: Any = parts[0] if len(parts) == 1 else tuple(parts)
        return cast("K", key)

    def _prefix_of(self, parts: tuple[Part, ...]) -> bytes:
        raw = self._prefix
        for part, width in zip(parts, self._widths, strict=False):
            raw += part if isinstance(part, bytes) else part.to_bytes(width, "big")
        return raw


class Single(Generic[R]):
    """A table with exactly one place."""

    def __init__(self, namespace: int, name: str, record: type[R]) -> None:
        self.namespace = namespace
        self.name = name
        self.codec = record_codec(record)
        self._raw_key = bytes([namespace])

    def get(self, state: StateReader) -> R | None:
        """Return the record, or None before it was first stored."""
        return state.record(self._raw_key, self.codec)

    def put(self, state: Overlay, record: R) -> None:
        """Store the record; refuse (E021) a number that outgrew its field."""
        require(self.codec.fits(record), Code.OUT_OF_BOUNDS, self.name)
        state.write(self._raw_key, self.codec, record)


def _width(part: object) -> int:
    if isinstance(part, type) and issubclass(part, IntEnum):
        return 1
    codec = _codec_of_part(part)
    return codec.size if isinstance(codec, FixedBytes) else (codec.maximum.bit_length() + 7) // 8


def _is_bytes(part: object) -> bool:
    return not isinstance(part, type) and isinstance(_codec_of_part(part), FixedBytes)


def _codec_of_part(part: object) -> FixedBytes | Integer:
    assert get_origin(part) is Annotated, f"{part!r} is no part of a key"
    codec = get_args(part)[1]
    assert isinstance(codec, FixedBytes | Integer), f"{part!r} is no part of a key"
    return codec
