"""What validators sign, as fixed binary.

    tag 16 B ‖ kind u8 ‖ genesis_hash 32 B ‖ height u64 ‖ view u32 ‖ body

The body of a pre-prepare, prepare and commit is the block hash. The body of a view-change is
has_prepared u8 ‖ prepared_view u32 ‖ prepared_hash 32 B, zeros when nothing was prepared. The
genesis hash, not a chain's name, keeps a vote of one network from counting in another; one tag for
each kind keeps a prepare from passing as a commit.
"""

from dataclasses import dataclass
from enum import IntEnum, unique

from ledger.suites import HASH_SIZE, ZERO_HASH

VIEW_MAX = 2**32 - 1


@unique
class VoteKind(IntEnum):
    """The kinds of signed consensus messages, in the order in which one view signs them."""

    VIEW_CHANGE = 1
    PRE_PREPARE = 2
    PREPARE = 3
    COMMIT = 4


_TAGS = {
    VoteKind.VIEW_CHANGE: b"qc/viewchange/v1",
    VoteKind.PRE_PREPARE: b"qc/preprepare/v1",
    VoteKind.PREPARE: b"qc/prepare/v1\0\0\0",
    VoteKind.COMMIT: b"qc/commit/v1\0\0\0\0",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The claim of a view-change: its sender saw a quorum of prepares for a block in a view."""

    view: int
    block_hash: bytes


def block_vote_bytes(
    kind: VoteKind, genesis_hash: bytes, height: int, view: int, block_hash: bytes
) -> bytes:
    """Return the bytes that a pre-prepare, prepare or commit signs."""
    assert kind is not VoteKind.VIEW_CHANGE
    assert len(block_hash) == HASH_SIZE
    return _slot_bytes(kind, genesis_hash, height, view) + block_hash


def view_change_bytes(
    genesis_hash: bytes, height: int, view: int, prepared: Prepared | None
) -> bytes:
    """Return the bytes that a view-change towards `view` signs."""
    slot = _slot_bytes(VoteKind.VIEW_CHANGE, genesis_hash, height, view)
    if prepared is None:
        return slot + bytes(5) + ZERO_HASH
    return slot + b"\x01" + prepared.view.to_bytes(4, "big") + prepared.block_hash


def _slot_bytes(kind: VoteKind, genesis_hash: bytes, height: int, view: int) -> bytes:
    return (
        _TAGS[kind]
        + bytes([kind])
        + genesis_hash
        + height.to_bytes(8, "big")
        + view.to_bytes(4, "big")
    )
