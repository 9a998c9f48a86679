"""Failures of tasks and callbacks stop the node, once."""

import asyncio

from consensus.timing import Timer, TimerKind
from node.clock import SystemClock
from node.supervision import Supervisor
from node.timers import Timers


async def fail() -> None:
    """Fail soon."""
    await asyncio.sleep(0)
    raise ValueError("bug")


async def test_failure_of_a_task_is_heard() -> None:
    """The first failure is kept; later ones follow from it."""
    supervisor = Supervisor()
    supervisor.spawn(fail())
    error = await asyncio.wait_for(supervisor.failure(), 5)
    assert isinstance(error, ValueError)
    supervisor.fail(KeyError("later"))
    assert await supervisor.failure() is error
    await supervisor.close()


async def test_callbacks_are_guarded() -> None:
    """An error in a callback, which asyncio would only log, is heard as well."""
    supervisor = Supervisor()
    with supervisor.guarding():
        raise KeyError("bug")
    assert supervisor.has_failed


async def test_group_is_cancelled_without_failure() -> None:
    """Cancelling is no failure, and a task may cancel its own group without ending itself."""
    supervisor = Supervisor()
    group = supervisor.group()
    ended = []

    async def sleep_for_ever() -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            ended.append("sleeper")

    async def cancel_others() -> None:
        await asyncio.sleep(0)
        group.cancel()
        await asyncio.sleep(0)
        ended.append("canceller")

    group.spawn(sleep_for_ever())
    group.spawn(cancel_others())
    for _ in range(10):
        await asyncio.sleep(0)
    assert ended == ["sleeper", "canceller"]
    assert not supervisor.has_failed
    await group.close()


def timer(kind: TimerKind, generation: int) -> Timer:
    """Return a timer."""
    return Timer(kind, 1, 0, generation)


async def test_timers_fire_once_replaced_and_cancelled_ones_never() -> None:
    """A timer replaces its kind's armed one; cancelling an old one leaves the new one armed."""
    fired: list[Timer] = []
    clock = SystemClock()
    timers = Timers(clock, fired.append)
    now = clock.monotonic_ms()
    timers.arm(timer(TimerKind.VIEW, 1), now + 5)
    timers.arm(timer(TimerKind.VIEW, 2), now + 5)
    timers.cancel(timer(TimerKind.VIEW, 1))
    timers.arm(timer(TimerKind.RESEND, 3), now - 100)
    timers.arm(timer(TimerKind.PACING, 4), now + 5)
    timers.cancel(timer(TimerKind.PACING, 4))
    for _ in range(200):
        await asyncio.sleep(0.002)
        if len(fired) == 2:
            break
    assert fired == [timer(TimerKind.RESEND, 3), timer(TimerKind.VIEW, 2)]
    timers.arm(timer(TimerKind.VIEW, 5), clock.monotonic_ms() + 1)
    timers.cancel_all()
    await asyncio.sleep(0.01)
    assert len(fired) == 2
