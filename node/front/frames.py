"""Frames between node and front: length u32 ‖ one MessagePack array, bounded before it is read.

To the node: [call number, operation, arguments]. To the front: [call number, outcome, value].
"""

import asyncio
from enum import IntEnum, unique

import msgpack

from node.front.values import Misformed

PREFIX_SIZE = 4
PARTS = 3


@unique
class Outcome(IntEnum):
    """What became of a call."""

    ANSWERED = 0
    REFUSED = 1
    FAILED = 2
    """A fault of the node; its log has the reason."""


def encode_frame(number: int, second: object, third: object) -> bytes:
    """Return a whole frame."""
    body: bytes = msgpack.packb([number, second, third], use_bin_type=True)
    return len(body).to_bytes(PREFIX_SIZE, "big") + body


async def read_frame(reader: asyncio.StreamReader, size_max: int) -> list[object] | None:
    """Return the next frame's array, None at the end; raise Misformed for anything else."""
    try:
        size = int.from_bytes(await reader.readexactly(PREFIX_SIZE), "big")
        if size > size_max:
            raise Misformed("size")
        body = await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return _decoded(body)


def _decoded(body: bytes) -> list[object]:
    try:
        value = msgpack.unpackb(body, raw=False)
    except (ValueError, msgpack.exceptions.UnpackException) as error:
        raise Misformed("frame") from error
    if not isinstance(value, list) or len(value) != PARTS or not isinstance(value[0], int):
        raise Misformed("frame")
    return value
