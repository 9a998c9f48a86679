"""The research institute: asks what it may, and tries to learn about single persons."""

import asyncio
from dataclasses import replace

from apps.stage import sights
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.statistics.asking import Asker
from apps.statistics.story import (
    AMOUNT_BY_AGE,
    EPSILON_COUNT,
    EPSILON_SUM,
    HOUSING_BY_AGE,
    HOUSING_BY_JOB,
    INSTITUTE_LINES,
    INSTITUTE_PRICE_MAX,
    PRODUCT,
    WITHOUT_ONE_CELL,
)

COUNT_FILE = "housing-by-age.result"
SUM_FILE = "amount-by-age.result"
"""What it keeps of its two questions."""


async def play(desk: Desk) -> None:
    """Play the institute."""
    async with asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        asker = Asker(desk)
        lines = await asker.order_on_match(INSTITUTE_PRICE_MAX, INSTITUTE_LINES)
        first, again, third, fourth = lines
        await _try_forms(desk, asker, first)
        assert await asker.ask(first, HOUSING_BY_AGE, EPSILON_COUNT)
        # X20: the same question for fresh noise to average; the answer is the one it has.
        assert await asker.ask(again, HOUSING_BY_AGE, EPSILON_COUNT)
        # X19: the same question but for one group; then another one for the same line.
        assert not await asker.ask(third, WITHOUT_ONE_CELL, EPSILON_COUNT)
        assert await asker.ask(third, AMOUNT_BY_AGE, EPSILON_SUM)
        # Its own budget does not hold one question more.
        assert not await asker.ask(fourth, HOUSING_BY_JOB, EPSILON_SUM)
        await asker.give_up(fourth)
        group.create_task(asker.collect(first, HOUSING_BY_AGE, desk.folder / COUNT_FILE))
        group.create_task(asker.collect(again, HOUSING_BY_AGE, desk.folder / f"again-{COUNT_FILE}"))
        group.create_task(asker.collect(third, AMOUNT_BY_AGE, desk.folder / SUM_FILE))
        await asyncio.Event().wait()


async def _try_forms(desk: Desk, asker: Asker, line_id: bytes) -> None:
    """Abuse: another form of the question, other code, a person's data instead of a group's."""
    question = asker.question(line_id, HOUSING_BY_AGE, EPSILON_COUNT)
    reordered = replace(HOUSING_BY_AGE, cells=HOUSING_BY_AGE.cells[::-1])
    await desk.attempt("job.submit", **question | {"query": reordered})
    await desk.attempt("job.submit", **question | {"algorithm": bytes(32)})
    await desk.attempt("job.submit", **question | {"query": None, "parameters": bytes(32)})
    listing, _ = await sights.listing(desk, PRODUCT.name)
    detail = await asker.order_body(listing, 1, consent=bytes(32))
    await desk.attempt("order.place", **detail)
