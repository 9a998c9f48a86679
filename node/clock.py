"""The node's two clocks: one that never jumps, for timers, and the wall clock, for block time."""

import time
from typing import Protocol


class Clock(Protocol):
    """What the node asks about time. All times are integer milliseconds."""

    def monotonic_ms(self) -> int:
        """Return the time since an arbitrary start; never runs backwards and never jumps."""

    def wall_ms(self) -> int:
        """Return the Unix time."""


class SystemClock:
    """The machine's clocks. `offset_ms` makes the wall clock wrong on purpose, for tests."""

    def __init__(self, offset_ms: int = 0) -> None:
        self._offset_ms = offset_ms

    def monotonic_ms(self) -> int:
        """Return CLOCK_MONOTONIC in milliseconds."""
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """Return the Unix time in milliseconds, with the offset."""
        return time.time_ns() // 1_000_000 + self._offset_ms
