"""Bytes of the vote store. A segment is a head and batches; each batch became durable as one.

head  = magic 8 B ‖ genesis_hash 32 B ‖ validator key 33 B ‖ store id 16 B ‖ crc32 of these
batch = body length u32 ‖ crc32 of (store id ‖ body) ‖ body
body  = sequence number u64 ‖ entries, each height u64 ‖ length u32 ‖ record

Integers are big-endian. Because a batch is synced before the next one is written, only the last one
of the last segment can be torn; anything else that does not read back is damage.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE

MAGIC = b"qcvotes1"
STORE_ID_SIZE = 16
BATCH_SIZE_MAX = 8 * 1024 * 1024
"""Upper bound of a body, checked before it is read: a few records of at most a payload each."""

_HEAD = struct.Struct(f">8s{HASH_SIZE}s{PUBLIC_KEY_SIZE}s{STORE_ID_SIZE}sI")
_PREFIX = struct.Struct(">II")
_SEQUENCE = struct.Struct(">Q")
_ENTRY = struct.Struct(">QI")

HEAD_SIZE = _HEAD.size

Entry: TypeAlias = tuple[int, bytes]
"""Height and record."""


@dataclass(frozen=True, slots=True)
class StoreHead:
    """Whose votes a segment holds. The store id binds segments and batches to each other."""

    genesis_hash: bytes
    validator_key: bytes
    store_id: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one sync made durable."""

    sequence: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class BadBatch:
    """Bytes that are no batch: a torn tail, unless a good batch follows somewhere behind them."""

    offset: int
    problem: str
    followed_by_good: bool


def encode_head(head: StoreHead) -> bytes:
    """Return the head of a segment."""
    fields = (MAGIC, head.genesis_hash, head.validator_key, head.store_id)
    return _HEAD.pack(*fields, zlib.crc32(b"".join(fields)))


def decode_head(data: bytes) -> StoreHead | None:
    """Return the head that a segment begins with, None where it is short or damaged."""
    if len(data) < HEAD_SIZE:
        return None
    *fields, checksum = _HEAD.unpack_from(data)
    if fields[0] != MAGIC or zlib.crc32(b"".join(fields)) != checksum:
        return None
    return StoreHead(*fields[1:])


def encode_batch(store_id: bytes, sequence: int, entries: Iterable[Entry]) -> bytes:
    """Return a batch of records."""
    parts = [_SEQUENCE.pack(sequence)]
    for height, record in entries:
        parts += [_ENTRY.pack(height, len(record)), record]
    body = b"".join(parts)
    assert len(body) <= BATCH_SIZE_MAX
    return _PREFIX.pack(len(body), _checksum(store_id, body)) + body


def read_batches(data: bytes, store_id: bytes) -> Iterator[Batch | BadBatch]:
    """Yield the batches of a segment; a bad one is the last thing yielded."""
    offset = HEAD_SIZE
    while offset < len(data):
        batch = _batch_at(data, offset, store_id)
        if isinstance(batch, str):
            yield BadBatch(offset, batch, _is_followed(data, offset, store_id))
            return
        yield batch
        offset += _PREFIX.size + _PREFIX.unpack_from(data, offset)[0]


def _batch_at(data: bytes, offset: int, store_id: bytes) -> Batch | str:
    """Return the batch at an offset, or what is wrong with the bytes there."""
    if offset + _PREFIX.size + _SEQUENCE.size > len(data):
        return "cut short"
    size, checksum = _PREFIX.unpack_from(data, offset)
    start = offset + _PREFIX.size
    if not _SEQUENCE.size <= size <= BATCH_SIZE_MAX:
        return "impossible length"
    if start + size > len(data):
        return "cut short"
    body = data[start : start + size]
    if _checksum(store_id, body) != checksum:
        return "wrong checksum"
    return _decode_body(body)


def _decode_body(body: bytes) -> Batch | str:
    (sequence,) = _SEQUENCE.unpack_from(body)
    offset, entries = _SEQUENCE.size, []
    while offset < len(body):
        if offset + _ENTRY.size > len(body):
            return "wrong entry"
        height, size = _ENTRY.unpack_from(body, offset)
        offset += _ENTRY.size
        if offset + size > len(body):
            return "wrong entry"
        entries.append((height, body[offset : offset + size]))
        offset += size
    return Batch(sequence, tuple(entries))


def _is_followed(data: bytes, offset: int, store_id: bytes) -> bool:
    """Say whether a good batch begins anywhere after an offset. Plausible lengths are rare."""
    return any(
        isinstance(_batch_at(data, start, store_id), Batch)
        for start in range(offset + 1, len(data) - _PREFIX.size)
    )


def _checksum(store_id: bytes, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(store_id))
