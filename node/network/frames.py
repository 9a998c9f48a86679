"""Frames: kind u8 ‖ length u32 ‖ MessagePack. The kind bounds the length before anything is read.

Each kind has its own bound, so that a peer cannot make this node allocate more for a ping than a
ping may have. Decoding is strict: exactly one array of the expected shape, no trailing bytes.
"""

from collections.abc import Sequence
from enum import IntEnum, unique

import msgpack

from consensus.codec import MESSAGE_SIZE_MAX
from ledger.refusal import Code, Refused

PREFIX_SIZE = 5
"""Bytes of kind and length."""

_KIB = 1024
_MIB = 1024 * _KIB


@unique
class Kind(IntEnum):
    """What a frame carries. A number is never given a second meaning."""

    HELLO = 1
    PING = 2
    PONG = 3
    STATUS = 4
    CONSENSUS = 5
    TRANSACTIONS = 6
    GET_TRANSACTIONS = 7
    TRANSACTIONS_FOUND = 8
    GET_BLOCKS = 9
    BLOCKS_FOUND = 10
    GET_SNAPSHOT = 11
    SNAPSHOT_FOUND = 12
    GET_PIECE = 13
    PIECE_FOUND = 14
    EVIDENCE = 20


SIZE_MAX: dict[Kind, int] = {
    Kind.HELLO: 4 * _KIB,
    Kind.PING: 16,
    Kind.PONG: 24,
    Kind.STATUS: 32 * _KIB,
    Kind.CONSENSUS: MESSAGE_SIZE_MAX + 8,
    Kind.TRANSACTIONS: 384 * _KIB,
    Kind.GET_TRANSACTIONS: 256 * _KIB,
    Kind.TRANSACTIONS_FOUND: 5 * _MIB,
    Kind.GET_BLOCKS: 64,
    Kind.BLOCKS_FOUND: 5 * _MIB,
    Kind.GET_SNAPSHOT: 16,
    Kind.SNAPSHOT_FOUND: _KIB,
    Kind.GET_PIECE: _KIB,
    Kind.PIECE_FOUND: 7 * _MIB,
    Kind.EVIDENCE: 16 * _KIB,
}
"""Most bytes of MessagePack in a frame of each kind."""

_KINDS = {kind.value: kind for kind in Kind}


def encode_frame(kind: Kind, values: Sequence[object]) -> bytes:
    """Return a whole frame; our own frames respect the bounds that we enforce."""
    body: bytes = msgpack.packb(list(values), use_bin_type=True)
    assert len(body) <= SIZE_MAX[kind], f"{kind.name} of {len(body)} bytes"
    return bytes([kind]) + len(body).to_bytes(4, "big") + body


def decode_prefix(prefix: bytes) -> tuple[Kind, int]:
    """Return kind and length of the body; refuse an unknown kind or a length above its bound."""
    kind = _KINDS.get(prefix[0])
    if kind is None:
        raise Refused(Code.SCHEMA, "frame.kind")
    size = int.from_bytes(prefix[1:PREFIX_SIZE], "big")
    if size > SIZE_MAX[kind]:
        raise Refused(Code.SCHEMA, "frame.size")
    return kind, size


def decode_body(kind: Kind, body: bytes) -> list[object]:
    """Return the array of a body; refuse (E006) anything but exactly one MessagePack array."""
    size = len(body)
    try:
        values = msgpack.unpackb(
            body,
            raw=False,
            strict_map_key=True,
            max_str_len=0,
            max_bin_len=size,
            max_array_len=size,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, msgpack.exceptions.UnpackException) as error:
        raise Refused(Code.SCHEMA, f"frame.{kind.name.lower()}") from error
    if not isinstance(values, list):
        raise Refused(Code.SCHEMA, f"frame.{kind.name.lower()}")
    return values
