"""The consultant: a second user, to whom the budget of the first is of no use."""

import asyncio

from apps.stage.desk import Desk
from apps.stage.roles.newcomer import join
from apps.statistics.asking import Asker
from apps.statistics.roles.institute import COUNT_FILE
from apps.statistics.story import (
    BY_AGE,
    BY_JOB,
    CONSULTANT_LINES,
    CONSULTANT_PRICE_MAX,
    DELIVERED,
    EPSILON_CONSULTANT,
    WITHOUT_SMALL_CELLS,
)
from chaincode.delivery.job_records import JOBS, JobStatus

_AFTER = DELIVERED - 1
"""It asks once the institute has all its answers, to pool what both know."""


async def play(desk: Desk) -> None:
    """Play the consultant."""
    await join(desk)
    asker = Asker(desk)
    first, second = await asker.order_on_match(CONSULTANT_PRICE_MAX, CONSULTANT_LINES)

    async def look() -> bool:
        return len(await desk.matching(JOBS, status=JobStatus.DONE)) >= _AFTER

    await desk.until(look)
    # X19 with pooled answers: three cells apart, but they hold few persons; the holder says no.
    assert not await asker.ask(first, WITHOUT_SMALL_CELLS, EPSILON_CONSULTANT)
    assert await asker.ask(first, BY_JOB, EPSILON_CONSULTANT)
    # X21: its own budget would hold this; that of the resource, which all share, does not.
    assert not await asker.ask(second, BY_AGE, EPSILON_CONSULTANT)
    await asker.give_up(second)
    await asker.collect(first, BY_JOB, desk.folder / COUNT_FILE)
    await asyncio.Event().wait()
