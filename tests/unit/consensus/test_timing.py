"""Lengths of timers and the end of the minimum block interval."""

from hypothesis import given
from hypothesis import strategies as st

from consensus.timing import Timing, build_time

MILLISECONDS = st.integers(0, 2**40)


def test_view_timeouts_grow_by_half_up_to_the_cap() -> None:
    """T(view) = min(1 s · 1.5^view, cap), in integers."""
    timing = Timing(view_ms=1_000, view_max_ms=4_000)
    assert [timing.view_timeout(view) for view in range(6)] == [
        1_000,
        1_500,
        2_250,
        3_375,
        4_000,
        4_000,
    ]


@given(st.integers(0, 2**32 - 1))
def test_view_timeout_is_bounded_for_any_view(view: int) -> None:
    """The largest view that a vote can name costs neither time nor memory."""
    timing = Timing()
    assert timing.view_ms <= timing.view_timeout(view) <= timing.view_max_ms


def test_build_time_is_one_interval_after_the_parent() -> None:
    """The wall clock measures how much of the interval is left."""
    assert build_time(now_ms=50, wall_ms=1_000, parent_time_ms=900, interval_ms=500) == 450
    assert build_time(now_ms=50, wall_ms=9_000, parent_time_ms=900, interval_ms=500) == 50


@given(MILLISECONDS, MILLISECONDS, MILLISECONDS, st.integers(0, 60_000))
def test_a_wrong_wall_clock_costs_one_interval_at_most(
    now: int, wall: int, parent: int, interval: int
) -> None:
    """Whatever the wall clock says, building waits between zero and one interval."""
    at = build_time(now_ms=now, wall_ms=wall, parent_time_ms=parent, interval_ms=interval)
    assert now <= at <= now + interval
