"""The guard signs each slot once, in ascending order, whatever is asked of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.errors import SignatureRefused
from consensus.signer_guard import SignerGuard, Slot
from ledger.vote import VoteKind

SLOTS = st.builds(Slot, st.integers(1, 3), st.integers(0, 3), st.sampled_from(VoteKind))
REQUESTS = st.lists(st.tuples(SLOTS, st.sampled_from([b"a", b"b"])), max_size=30)


def test_order_inside_a_view() -> None:
    """View-change, pre-prepare, prepare, commit; then the next view."""
    slots = [Slot(1, 0, kind) for kind in sorted(VoteKind)] + [Slot(1, 1, VoteKind.VIEW_CHANGE)]
    assert slots == sorted(slots)
    assert [slot.kind.name for slot in slots[:4]] == [
        "VIEW_CHANGE",
        "PRE_PREPARE",
        "PREPARE",
        "COMMIT",
    ]


def test_same_bytes_may_be_signed_again() -> None:
    """Repeating the last signature is no double vote."""
    guard = SignerGuard(lambda message: message)
    slot = Slot(1, 0, VoteKind.PREPARE)
    assert guard.sign(slot, b"a") == guard.sign(slot, b"a") == b"a"
    with pytest.raises(SignatureRefused):
        guard.sign(slot, b"b")


def test_records_of_an_earlier_life_count() -> None:
    """After a restart the last recorded slot is the floor, in whatever order records come."""
    guard = SignerGuard(lambda message: message)
    guard.record(Slot(2, 1, VoteKind.COMMIT), b"late")
    guard.record(Slot(2, 0, VoteKind.COMMIT), b"early")
    with pytest.raises(SignatureRefused):
        guard.sign(Slot(2, 1, VoteKind.PREPARE), b"x")
    with pytest.raises(SignatureRefused):
        guard.sign(Slot(2, 1, VoteKind.COMMIT), b"other")
    assert guard.sign(Slot(2, 2, VoteKind.VIEW_CHANGE), b"next") == b"next"


@given(REQUESTS)
def test_no_slot_is_ever_signed_twice_differently(requests: list[tuple[Slot, bytes]]) -> None:
    """For any sequence of requests, what gets signed ascends and holds one message per slot."""
    signed: list[tuple[Slot, bytes]] = []
    guard = SignerGuard(lambda message: message)
    for slot, message in requests:
        try:
            guard.sign(slot, message)
        except SignatureRefused:
            continue
        signed.append((slot, message))
    slots = [slot for slot, _ in signed]
    assert slots == sorted(slots)
    assert len(dict(signed)) == len(dict.fromkeys(signed))
