"""Rotation and the skip list: everybody computes the same order, and nobody is lost from it."""

from hypothesis import given
from hypothesis import strategies as st

from consensus.primary import SKIP_PERIOD, candidates, primary_order, skip_window
from ledger.quorum import faults

SIZES = st.integers(1, 12)
HEIGHTS = st.integers(1, 1_000)
VIEWS = st.lists(st.integers(0, 20), max_size=80)


def test_without_misses_the_primary_goes_round() -> None:
    """With every height decided in view 0, height and view choose the primary."""
    for height in range(1, 20):
        order = primary_order(height, 4, [0] * max(0, height - 2))
        assert order == tuple((height + step) % 4 for step in range(4))


def test_a_primary_that_missed_is_put_last() -> None:
    """Height 1 was decided in view 1, so its first primary, validator 1, waits from height 3 on."""
    assert primary_order(2, 4, [])[0] == 2
    assert primary_order(5, 4, [1, 0, 0]) == (2, 3, 0, 1)


def test_a_skipped_validator_misses_nothing_while_it_waits() -> None:
    """The primary of view 0 is then another one, so the next miss is charged to that one."""
    # Height 1 in view 1: validator 1 is skipped. Height 5 would be its turn; 2 misses it instead.
    assert primary_order(10, 4, [1, 0, 0, 0, 1, 0, 0, 0]) == (3, 0, 1, 2)


def test_the_list_is_forgotten_with_the_period() -> None:
    """A skipped validator gets its turn again after SKIP_PERIOD heights at most."""
    views = [1] + [0] * (2 * SKIP_PERIOD)
    for height in range(SKIP_PERIOD, SKIP_PERIOD + 8):
        order = primary_order(height, 4, views[: height - 2])
        assert order[0] == height % 4


def test_window_ends_with_what_all_nodes_share() -> None:
    """Block h - 1 carries the certificate of h - 2, the newest that is the same everywhere."""
    assert list(skip_window(1)) == []
    assert list(skip_window(2)) == []
    assert list(skip_window(5)) == [1, 2, 3]
    assert list(skip_window(SKIP_PERIOD)) == []
    assert list(skip_window(SKIP_PERIOD + 3)) == [SKIP_PERIOD, SKIP_PERIOD + 1]


@given(HEIGHTS, SIZES, VIEWS)
def test_every_order_is_a_permutation(height: int, size: int, views: list[int]) -> None:
    """Everybody is primary once in n views, and at most f are passed over in view 0."""
    order = primary_order(height, size, views[: max(0, height - 2)])
    assert sorted(order) == list(range(size))
    assert order[0] in candidates(height, size)
    assert len(candidates(height, size)) == faults(size) + 1


@given(HEIGHTS, SIZES, VIEWS)
def test_older_views_than_the_window_do_not_matter(
    height: int, size: int, views: list[int]
) -> None:
    """A host may hand over more certificates than needed."""
    known = views[: max(0, height - 2)]
    needed = known[max(0, len(known) - len(skip_window(height))) :]
    assert primary_order(height, size, known) == primary_order(height, size, needed)
