"""The replica's timers on the event loop."""

import asyncio
from collections.abc import Callable

from consensus.timing import Timer, TimerKind
from node.clock import Clock


class Timers:
    """At most one armed timer of each kind; a fired one is reported with its generation."""

    def __init__(self, clock: Clock, expired: Callable[[Timer], None]) -> None:
        self._clock = clock
        self._expired = expired
        self._armed: dict[TimerKind, tuple[Timer, asyncio.TimerHandle]] = {}

    def arm(self, timer: Timer, at_ms: int) -> None:
        """Report a timer at a monotonic time, in place of the armed one of its kind."""
        self._forget(timer.kind)
        delay_ms = max(0, at_ms - self._clock.monotonic_ms())
        loop = asyncio.get_running_loop()
        handle = loop.call_later(delay_ms / 1_000, self._fire, timer)
        self._armed[timer.kind] = (timer, handle)

    def cancel(self, timer: Timer) -> None:
        """Forget a timer, unless another of its kind has replaced it."""
        armed = self._armed.get(timer.kind)
        if armed is not None and armed[0] == timer:
            self._forget(timer.kind)

    def cancel_all(self) -> None:
        """Forget all timers."""
        for kind in list(self._armed):
            self._forget(kind)

    def _forget(self, kind: TimerKind) -> None:
        armed = self._armed.pop(kind, None)
        if armed is not None:
            armed[1].cancel()

    def _fire(self, timer: Timer) -> None:
        del self._armed[timer.kind]
        self._expired(timer)
