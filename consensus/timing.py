"""Timers: their identity and their lengths (R14 in docs/protocol.md).

All times are integer milliseconds of one monotonic clock of the host, the `now_ms` of
`Replica.step`.
"""

from dataclasses import dataclass
from enum import Enum, auto, unique

VIEW_GROWTH_STEPS_MAX = 32
"""Beyond this many views a timeout has long reached any sensible cap."""


@unique
class TimerKind(Enum):
    """A replica has at most one armed timer of each kind."""

    VIEW = auto()
    """The current view made no decision in time (R7)."""
    RESEND = auto()
    """Repeat what peers may have lost."""
    PACING = auto()
    """The minimum block interval is over."""


@dataclass(frozen=True, slots=True)
class Timer:
    """One armed timer. By its generation a late one is recognised and dropped (R14)."""

    kind: TimerKind
    height: int
    view: int
    generation: int


@dataclass(frozen=True, slots=True)
class Timing:
    """The lengths, in milliseconds. Defaults are those of a LAN.

    `view_ms` must cover building, transfer, validation, two fsyncs and three delays of the largest
    block; `view_max_ms` besides a resend interval.
    """

    view_ms: int = 1_000
    view_max_ms: int = 10_000
    resend_ms: int = 500
    idle_resend_ms: int = 5_000

    def view_timeout(self, view: int) -> int:
        """Return T(view) = min(view_ms · 1.5^view, view_max_ms)."""
        timeout = self.view_ms
        for _ in range(min(view, VIEW_GROWTH_STEPS_MAX)):
            timeout = min(timeout * 3 // 2, self.view_max_ms)
        return min(timeout, self.view_max_ms)


def build_time(*, now_ms: int, wall_ms: int, parent_time_ms: int, interval_ms: int) -> int:
    """Return when, on the clock of `now_ms`, the next block may be built.

    That is `interval_ms` after the parent's time as the wall clock sees it, and never further away
    than one interval, so that a wall clock that runs behind the chain cannot stop it.
    """
    remaining = parent_time_ms + interval_ms - wall_ms
    return now_ms + min(max(remaining, 0), interval_ms)
