"""What a snapshot is made of, as values and as bytes. Nothing here is trusted; see `building`.

A snapshot of height H holds the world state after H and what a node needs to go on from there. It
ends with the block at H + 1, its anchor: the header of that block certifies the state, the receipts
and the history up to H, and its certificate proves it final. The parts, in this order:

    HEADERS    1 … H + 1, each with a certificate, and the next validator set where an epoch ends
    BODIES     from the first one held … H + 1
    RECEIPTS   of the same blocks, up to H
    STATE      every key of the world state and its value, in key order
    INDEX      which receipts concern an id; in backups alone, for it is not certified
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Any

import msgpack

from ledger.block import BLOCK_SIZE_MAX
from ledger.certificate import CERTIFICATE_SIZE_MAX
from ledger.header import HEADER_SIZE_MAX
from ledger.refusal import Code, Refused, require
from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE
from ledger.validators import VALIDATORS_MAX, Validator
from node.network.messages import ROW_SIZE_MAX, ROWS_PER_PIECE_MAX
from node.store.engine import KEY_SIZE_MAX

PIECE_SIZE = 1024 * 1024
"""Rows of a piece add up to about this much, unless one row alone is larger."""
VALUE_SIZE_MAX = 64 * 1024
RECEIPTS_MAX = 65_536


@unique
class Part(IntEnum):
    """The parts, in the order in which they are taken."""

    HEADERS = 1
    BODIES = 2
    RECEIPTS = 3
    STATE = 4
    INDEX = 5


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is on offer; every field is checked against certified hashes, or is only a hint."""

    genesis_hash: bytes
    anchor_height: int
    """H + 1."""
    first_body: int
    """Lowest height whose body and receipts are in it."""
    values: int
    """How many keys the state has; with the hash, what the state root of the anchor binds."""
    tree_hash: bytes
    first_indexed: int
    """Lowest height that INDEX covers: one's own word, for one's own backup."""


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """One block's header, its certificate, and the set that votes next where this one ends."""

    header: bytes
    certificate: bytes
    next_members: tuple[Validator, ...] | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive rows of a part. `next_start` is where to go on, None at the end of the part."""

    rows: tuple[bytes, ...]
    next_start: bytes | None


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest."""
    fields = [
        manifest.genesis_hash,
        manifest.anchor_height,
        manifest.first_body,
        manifest.values,
        manifest.tree_hash,
        manifest.first_indexed,
    ]
    return _packed(fields)


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest of its bytes, or refuse (E006)."""
    genesis_hash, anchor_height, first_body, values, tree_hash, first_indexed = _array(data, 6)
    return Manifest(
        _exact(genesis_hash, HASH_SIZE),
        _integer(anchor_height),
        _integer(first_body),
        _integer(values),
        _exact(tree_hash, HASH_SIZE),
        _integer(first_indexed),
    )


def encode_header_row(row: HeaderRow) -> bytes:
    """Return the bytes of a row of HEADERS."""
    members = row.next_members
    packed = None if members is None else [[item.public_key, item.organisation] for item in members]
    return _packed([row.header, row.certificate, packed])


def decode_header_row(data: bytes) -> HeaderRow:
    """Return a row of HEADERS, or refuse (E006)."""
    header, certificate, members = _array(data, 3)
    return HeaderRow(
        _up_to(header, HEADER_SIZE_MAX),
        _up_to(certificate, CERTIFICATE_SIZE_MAX),
        None if members is None else _members(members),
    )


def encode_receipts_row(receipts: Sequence[bytes]) -> bytes:
    """Return the bytes of a row of RECEIPTS: those of one block."""
    return _packed(list(receipts))


def decode_receipts_row(data: bytes) -> list[bytes]:
    """Return the receipts of one block, or refuse (E006)."""
    value = _unpacked(data)
    if not isinstance(value, list) or len(value) > RECEIPTS_MAX:
        raise Refused(Code.SCHEMA, "snapshot.receipts")
    return [_up_to(item, ROW_SIZE_MAX) for item in value]


def encode_state_row(key: bytes, value: bytes) -> bytes:
    """Return the bytes of a row of STATE or INDEX."""
    return _packed([key, value])


def decode_state_row(data: bytes) -> tuple[bytes, bytes]:
    """Return key and value of a row of STATE or INDEX, or refuse (E006)."""
    key, value = _array(data, 2)
    key = _up_to(key, KEY_SIZE_MAX - 1)
    require(bool(key), Code.SCHEMA, "snapshot.key")
    return key, _up_to(value, VALUE_SIZE_MAX)


def check_body_row(data: bytes) -> bytes:
    """Return a row of BODIES, which is the body itself, or refuse (E006) one that is too long."""
    return _up_to(data, BLOCK_SIZE_MAX)


def height_start(height: int) -> bytes:
    """Return how the start of a piece names a height."""
    return height.to_bytes(8, "big")


def height_of_start(start: bytes) -> int:
    """Return the height that the start of a piece names, or refuse (E006)."""
    return int.from_bytes(_exact(start, 8), "big")


def gathered(rows: Iterable[tuple[bytes, bytes]]) -> Piece:
    """Return the first rows that make a piece; each comes with the start that names it."""
    found: list[bytes] = []
    size = 0
    for start, row in rows:
        if found and (size + len(row) > PIECE_SIZE or len(found) == ROWS_PER_PIECE_MAX):
            return Piece(tuple(found), start)
        found.append(row)
        size += len(row)
    return Piece(tuple(found), None)


def _members(value: object) -> tuple[Validator, ...]:
    if not isinstance(value, list) or len(value) > VALIDATORS_MAX:
        raise Refused(Code.SCHEMA, "snapshot.members")
    return tuple(_member(item) for item in value)


def _member(value: object) -> Validator:
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(Code.SCHEMA, "snapshot.members")
    return Validator(_exact(value[0], PUBLIC_KEY_SIZE), _exact(value[1], HASH_SIZE))


def _packed(value: object) -> bytes:
    packed: bytes = msgpack.packb(value)
    return packed


def _unpacked(data: bytes) -> Any:  # noqa: ANN401 - what a stranger packed
    size = len(data)
    require(size <= ROW_SIZE_MAX, Code.SCHEMA, "snapshot.row")
    try:
        return msgpack.unpackb(
            data,
            use_list=True,
            max_str_len=0,
            max_bin_len=size,
            max_array_len=size,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, msgpack.UnpackException) as error:
        raise Refused(Code.SCHEMA, "snapshot.row") from error


def _array(data: bytes, count: int) -> list[Any]:
    value = _unpacked(data)
    if not isinstance(value, list) or len(value) != count:
        raise Refused(Code.SCHEMA, "snapshot.row")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Refused(Code.SCHEMA, "snapshot.integer")
    return value


def _exact(value: object, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise Refused(Code.SCHEMA, "snapshot.bytes")
    return value


def _up_to(value: object, size_max: int) -> bytes:
    if not isinstance(value, bytes) or len(value) > size_max:
        raise Refused(Code.SCHEMA, "snapshot.bytes")
    return value
