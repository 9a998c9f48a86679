"""Votes are counted per view and hash, each signer once for each, two hashes at most (R13)."""

from consensus.tally import VoteTally
from tests.unit.consensus.bench import HASH, OTHER_HASH, Bench

BENCH = Bench()
THIRD_HASH = bytes(32)


def test_a_repeated_vote_counts_once() -> None:
    """Receiving a vote twice changes nothing."""
    tally = VoteTally()
    assert tally.add(BENCH.prepare(1)) is None
    assert tally.add(BENCH.prepare(1)) is None
    assert (tally.count(0, HASH), len(tally)) == (1, 1)


def test_views_are_never_summed() -> None:
    """Votes for one hash in two views are two counts of one."""
    tally = VoteTally()
    tally.add(BENCH.commit(1, view=0))
    tally.add(BENCH.commit(2, view=1))
    assert (tally.count(0, HASH), tally.count(1, HASH)) == (1, 1)


def test_an_equivocator_counts_for_both_hashes_and_no_third() -> None:
    """Both votes count and the pair is returned as evidence; a third one finds no place."""
    tally = VoteTally()
    first, second = BENCH.prepare(1), BENCH.prepare(1, value=OTHER_HASH)
    tally.add(first)
    assert tally.add(second) == first
    assert tally.is_full(0, 1)
    assert tally.add(BENCH.prepare(1, value=THIRD_HASH)) is None
    assert (tally.count(0, HASH), tally.count(0, OTHER_HASH)) == (1, 1)
    assert tally.count(0, THIRD_HASH) == 0


def test_signatures_are_in_the_order_of_signers() -> None:
    """Certificates need ascending indices whatever the order of arrival."""
    tally = VoteTally()
    for signer in (3, 0, 2):
        tally.add(BENCH.commit(signer))
    assert [signer for signer, _ in tally.signatures(0, HASH)] == [0, 2, 3]


def test_forgetting_keeps_the_named_view() -> None:
    """Old views go, except the one that is kept, and their signers' places are free again."""
    tally = VoteTally()
    for view in range(4):
        tally.add(BENCH.commit(1, view))
    tally.forget_below(3, kept=1)
    assert tally.views() == (1, 3)
    assert not tally.holds(BENCH.commit(1, 0))
    assert [vote.view for vote in tally.votes_of(1)] == [1, 3]
