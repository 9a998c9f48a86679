"""Typed records of the store as MessagePack, read back strictly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgpack

from ledger.merkle import Frontier, decode_frontier
from ledger.refusal import Refused
from ledger.roots import HISTORY_TAG, counted_root
from ledger.state_tree import TreeRoot, decode_tree_root
from node.store.errors import StoreDamaged


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the chain ends, and what the next header will say of it. Height 0 is genesis."""

    height: int
    block_hash: bytes
    """The genesis hash at height 0."""
    time_ms: int
    validator_epoch: int
    """Epoch of the set that voted on this block."""
    tree: TreeRoot
    """World state after this block."""
    receipt_root: bytes
    """Receipts of this block."""
    history: Frontier
    """Block hashes 1 … height."""
    embedded_views: tuple[int, ...]
    """Views of the certificates in the last blocks that the next set voted on, oldest first."""
    has_result: bool
    """Whether the block changed the state or made receipts, which only the next header proves."""

    @property
    def history_root(self) -> bytes:
        """Root of the block hashes so far, as the next header carries it."""
        return counted_root(HISTORY_TAG, self.history.size, self.history.root())

    def encoded(self) -> bytes:
        """Return the bytes of the record."""
        packed: bytes = msgpack.packb(
            [
                self.height,
                self.block_hash,
                self.time_ms,
                self.validator_epoch,
                self.tree.encoded(),
                self.receipt_root,
                self.history.encoded(),
                list(self.embedded_views),
                self.has_result,
            ]
        )
        return packed


@dataclass(frozen=True, slots=True)
class Undo:
    """What a block changed: the tip before it, and the value that each changed key had before."""

    before: Tip
    values: tuple[tuple[bytes, bytes | None], ...]

    def encoded(self) -> bytes:
        """Return the bytes of the record."""
        packed: bytes = msgpack.packb([self.before.encoded(), self.values])
        return packed


@dataclass(frozen=True, slots=True)
class TransactionLocation:
    """Where a committed transaction stands; `position` counts the block's transactions from 0."""

    height: int
    position: int

    def encoded(self) -> bytes:
        """Return height u64 ‖ position u32."""
        return self.height.to_bytes(8, "big") + self.position.to_bytes(4, "big")


def decode_tip(data: bytes) -> Tip:
    """Return the tip of its record."""
    height, block_hash, time_ms, epoch, tree, receipts, history, views, has_result = _unpacked(data)
    try:
        return Tip(
            height=height,
            block_hash=block_hash,
            time_ms=time_ms,
            validator_epoch=epoch,
            tree=decode_tree_root(tree),
            receipt_root=receipts,
            history=decode_frontier(history),
            embedded_views=tuple(views),
            has_result=has_result,
        )
    except Refused as refused:
        raise StoreDamaged("tip", f"does not decode: {refused}") from refused


def decode_undo(data: bytes) -> Undo:
    """Return what a block changed."""
    before, values = _unpacked(data)
    return Undo(decode_tip(before), tuple((key, value) for key, value in values))


def decode_location(data: bytes) -> TransactionLocation:
    """Return the place of a transaction."""
    return TransactionLocation(int.from_bytes(data[:8], "big"), int.from_bytes(data[8:], "big"))


def encode_list(items: Sequence[bytes]) -> bytes:
    """Return the record of a list of byte strings."""
    packed: bytes = msgpack.packb(list(items))
    return packed


def decode_list(data: bytes) -> list[bytes]:
    """Return a list of byte strings."""
    return _unpacked(data)


def _unpacked(data: bytes) -> list[Any]:
    # Records carry a checksum, so what does not decode was written by another program.
    try:
        value = msgpack.unpackb(data, use_list=True)
    except (ValueError, msgpack.UnpackException) as error:
        raise StoreDamaged("a record", f"does not decode: {error}") from error
    if not isinstance(value, list):
        raise StoreDamaged("a record", "does not decode")
    return value
