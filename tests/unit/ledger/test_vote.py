"""The bytes that validators sign: fixed layout, and no vote that passes as another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.vote import VIEW_MAX, Prepared, VoteKind, block_vote_bytes, view_change_bytes
from tests.unit.ledger.strategies import HASHES, NUMBERS

VIEWS = st.integers(0, VIEW_MAX)
BLOCK_KINDS = st.sampled_from([VoteKind.PRE_PREPARE, VoteKind.PREPARE, VoteKind.COMMIT])
BLOCK_VOTES = st.tuples(BLOCK_KINDS, HASHES, NUMBERS, VIEWS, HASHES)
PREPARED = st.none() | st.builds(Prepared, VIEWS, HASHES)
VIEW_CHANGES = st.tuples(HASHES, NUMBERS, VIEWS, PREPARED)


@given(BLOCK_VOTES, BLOCK_VOTES)
def test_different_votes_have_different_bytes(
    one: tuple[VoteKind, bytes, int, int, bytes], other: tuple[VoteKind, bytes, int, int, bytes]
) -> None:
    """Kind, chain, height, view and block are all part of the bytes."""
    assert (block_vote_bytes(*one) == block_vote_bytes(*other)) == (one == other)


@given(VIEW_CHANGES, VIEW_CHANGES)
def test_different_view_changes_have_different_bytes(
    one: tuple[bytes, int, int, Prepared | None], other: tuple[bytes, int, int, Prepared | None]
) -> None:
    """What was prepared, or that nothing was, is part of the bytes."""
    assert (view_change_bytes(*one) == view_change_bytes(*other)) == (one == other)


@given(BLOCK_VOTES)
def test_one_field_changed_changes_the_bytes(
    vote: tuple[VoteKind, bytes, int, int, bytes],
) -> None:
    """Votes that differ in a single field differ, kind and chain included."""
    kind, genesis_hash, height, view, block_hash = vote
    same = block_vote_bytes(*vote)
    for other in VoteKind:
        if other not in {kind, VoteKind.VIEW_CHANGE}:
            assert block_vote_bytes(other, genesis_hash, height, view, block_hash) != same
    flipped = bytes([genesis_hash[0] ^ 1]) + genesis_hash[1:]
    assert block_vote_bytes(kind, flipped, height, view, block_hash) != same
    assert block_vote_bytes(kind, genesis_hash, height ^ 1, view, block_hash) != same
    assert block_vote_bytes(kind, genesis_hash, height, view ^ 1, block_hash) != same


@given(BLOCK_VOTES, VIEW_CHANGES)
def test_layout(
    vote: tuple[VoteKind, bytes, int, int, bytes],
    change: tuple[bytes, int, int, Prepared | None],
) -> None:
    """Tag 16, kind 1, genesis hash 32, height 8, view 4; then 32 bytes, or 1 + 4 + 32."""
    kind, genesis_hash, height, view, block_hash = vote
    data = block_vote_bytes(*vote)
    assert len(data) == 93
    assert data[16:61] == (
        bytes([kind]) + genesis_hash + height.to_bytes(8, "big") + view.to_bytes(4, "big")
    )
    assert data[61:] == block_hash
    assert len(view_change_bytes(*change)) == 98


def test_tags_begin_differently() -> None:
    """No kind's tag is a prefix of another's once the zeros that fill it up are gone."""
    votes = [
        block_vote_bytes(kind, bytes(32), 0, 0, bytes(32))[:16].rstrip(b"\0")
        for kind in VoteKind
        if kind is not VoteKind.VIEW_CHANGE
    ]
    tags = [*votes, view_change_bytes(bytes(32), 0, 0, None)[:16].rstrip(b"\0")]
    assert sorted(tags) == [
        b"qc/commit/v1",
        b"qc/prepare/v1",
        b"qc/preprepare/v1",
        b"qc/viewchange/v1",
    ]


def test_a_view_change_is_no_block_vote() -> None:
    """A view-change has bytes of its own; asking for a block vote of that kind is our mistake."""
    with pytest.raises(AssertionError):
        block_vote_bytes(VoteKind.VIEW_CHANGE, bytes(32), 0, 0, bytes(32))
