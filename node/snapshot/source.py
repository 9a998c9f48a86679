"""A snapshot as it is read from a store: one stable view, piece by piece.

The state is that before the newest block: its header certifies it. It is the stored state with the
values that this block changed put back from its undo record.
"""

import heapq
from collections.abc import Iterable, Iterator
from operator import itemgetter

from chaincode.validators import set_of_epoch
from consensus.primary import SKIP_PERIOD
from ledger.refusal import Code, Refused, require
from node.chain import longest_window_ms
from node.chain_view import ChainView
from node.snapshot.rows import (
    HeaderRow,
    Manifest,
    Part,
    Piece,
    encode_header_row,
    encode_receipts_row,
    encode_state_row,
    gathered,
    height_of_start,
    height_start,
)
from node.store import schema

ANCHOR_HEIGHT_MIN = 2
"""A snapshot needs a block behind the one whose state it holds."""


class SnapshotSource:
    """The snapshot under the newest block of a view. One thread at a time."""

    def __init__(self, view: ChainView, *, all_bodies: bool) -> None:
        """Take all bodies that the store has, or the few that the next blocks depend on."""
        require(view.tip.height >= ANCHOR_HEIGHT_MIN, Code.NOT_FOUND, "snapshot")
        self._view = view
        self._undo = view.undo(view.tip.height)
        self._old = dict(self._undo.values)
        needed = first_needed_body(view)
        self.manifest = Manifest(
            genesis_hash=view.header(1).genesis_hash,
            anchor_height=view.tip.height,
            first_body=view.first_body if all_bodies else max(needed, view.first_body),
            values=self._undo.before.tree.count,
            tree_hash=self._undo.before.tree.hash,
            first_indexed=view.first_indexed,
        )

    def piece(self, part: Part, start: bytes) -> Piece:
        """Return the rows of a part from a start on; refuse (E006) a start that names nothing."""
        match part:
            case Part.STATE:
                return gathered(self._state(start))
            case Part.INDEX:
                return gathered(self._index(start))
            case Part.HEADERS:
                heights = self._heights(start, 1, self.manifest.anchor_height)
                return gathered(self._headers(heights))
            case Part.BODIES:
                heights = self._heights(
                    start, self.manifest.first_body, self.manifest.anchor_height
                )
                return gathered((height_start(h), self._view.body_bytes(h)) for h in heights)
            case Part.RECEIPTS:
                heights = self._heights(
                    start, self.manifest.first_body, self.manifest.anchor_height - 1
                )
                return gathered(self._receipts(heights))

    def _heights(self, start: bytes, first: int, last: int) -> range:
        begin = height_of_start(start) if start else first
        if not first <= begin <= last + 1:
            raise Refused(Code.NOT_FOUND, "snapshot.start")
        return range(begin, last + 1)

    def _headers(self, heights: Iterable[int]) -> Iterator[tuple[bytes, bytes]]:
        for height in heights:
            header = self._view.header(height)
            members = None
            if header.next_validators_hash != header.validators_hash:
                members = set_of_epoch(self._view.state, header.validator_epoch + 1).members
            certificate = self._view.certificate_bytes(height)
            row = HeaderRow(header.encoded(), certificate, members)
            yield height_start(height), encode_header_row(row)

    def _receipts(self, heights: Iterable[int]) -> Iterator[tuple[bytes, bytes]]:
        for height in heights:
            yield height_start(height), encode_receipts_row(self._view.receipts_bytes(height))

    def _state(self, start: bytes) -> Iterator[tuple[bytes, bytes]]:
        same = (
            (key, value) for key, value in self._view.state.scan(b"", start) if key not in self._old
        )
        before = sorted(
            (key, value) for key, value in self._old.items() if value is not None and key >= start
        )
        for key, value in heapq.merge(same, before, key=itemgetter(0)):
            yield key, encode_state_row(key, value)

    def _index(self, start: bytes) -> Iterator[tuple[bytes, bytes]]:
        for key in self._view.index_keys(start):
            height, _ = schema.place_of_index_key(key)
            if height < self.manifest.anchor_height:
                yield key, encode_state_row(key, b"")


def first_needed_body(view: ChainView) -> int:
    """Return the lowest height whose body the tip of a view and the blocks above may depend on.

    Younger ones are in the replay window at its longest, or say who missed a turn as primary.
    """
    oldest_ms = view.header(view.tip.height - 1).time_ms - longest_window_ms(view.state)
    height = max(1, view.tip.height - SKIP_PERIOD)
    while height > 1 and view.header(height - 1).time_ms > oldest_ms:
        height -= 1
    return height
