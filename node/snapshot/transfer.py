"""The parts of a snapshot in their order, from whatever gives pieces into a builder."""

from collections.abc import Callable, Iterator

from node.snapshot.building import SnapshotBuilder
from node.snapshot.rows import Part, Piece
from node.snapshot.source import SnapshotSource

PROVEN_PARTS = (Part.HEADERS, Part.BODIES, Part.RECEIPTS, Part.STATE)
"""What a stranger may give."""


def taker(builder: SnapshotBuilder, part: Part) -> Callable[[tuple[bytes, ...]], None]:
    """Return what takes the rows of a part."""
    return {
        Part.HEADERS: builder.take_headers,
        Part.BODIES: builder.take_bodies,
        Part.RECEIPTS: builder.take_receipts,
        Part.STATE: builder.take_state,
        Part.INDEX: builder.take_index,
    }[part]


def pieces_of(source: SnapshotSource, part: Part) -> Iterator[Piece]:
    """Yield all pieces of a part."""
    start: bytes | None = b""
    while start is not None:
        piece = source.piece(part, start)
        yield piece
        start = piece.next_start
