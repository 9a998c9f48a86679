"""The threshold maths, for every n that a consortium can have."""

import pytest

from ledger.quorum import faults, quorum, weak_quorum

SIZES = pytest.mark.parametrize("n", range(1, 201))


@SIZES
def test_two_quorums_share_more_than_f_members(n: int) -> None:
    """Any two quorums intersect in a correct member, so two of them never decide differently."""
    assert 2 * quorum(n) - n > faults(n)


@SIZES
def test_a_quorum_is_more_than_two_thirds(n: int) -> None:
    """The quorum is the least count above two thirds: one less is not."""
    assert 3 * quorum(n) > 2 * n
    assert 3 * (quorum(n) - 1) <= 2 * n


@SIZES
def test_a_quorum_forms_while_f_are_silent(n: int) -> None:
    """The correct members alone are enough, so f silent ones never stop the chain."""
    assert quorum(n) <= n - faults(n)


@SIZES
def test_f_is_the_most_that_can_be_borne(n: int) -> None:
    """No larger f would leave n at least 3f + 1."""
    assert 3 * faults(n) + 1 <= n < 3 * (faults(n) + 1) + 1


@SIZES
def test_a_weak_quorum_holds_a_correct_member(n: int) -> None:
    """Of f + 1 members one is correct, and a quorum is never smaller."""
    assert weak_quorum(n) == faults(n) + 1
    assert weak_quorum(n) <= quorum(n)


@pytest.mark.parametrize(("n", "f", "q"), [(1, 0, 1), (4, 1, 3), (5, 1, 4), (6, 1, 5), (7, 2, 5)])
def test_the_sizes_that_people_run(n: int, f: int, q: int) -> None:
    """The textbook 2f + 1 would be 3 of 6: two such quorums need not share a single member."""
    assert (faults(n), quorum(n)) == (f, q)
