"""The driver: many small cohorts of loans at once, each going step by step."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.bench.loans import STEPS
from ledger.transaction import Transaction
from quancheng.api.transactions import SUBMIT_MAX, TransactionState
from quancheng.client import Client

COHORT_LOANS = 50
WAIT_MS = 60_000
START_PAUSE_SECONDS = 0.25
SETTLEMENT_STEP = STEPS.index("line.settle")

assert COHORT_LOANS <= SUBMIT_MAX

Loan = tuple[Transaction, ...]


@dataclass(slots=True)
class Observed:
    """What the driver saw: seconds to finality, and what was refused at the door."""

    finality: list[tuple[float, float]] = field(default_factory=list)
    """Pairs of the moment of finality (monotonic seconds) and the seconds it took."""
    refused: int = 0
    running_out: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first group finds no more loans to send."""

    def between(self, start: float, end: float) -> list[float]:
        """Return the seconds to finality of what became final in a span, ascending."""
        return sorted(took for moment, took in self.finality if start <= moment < end)


async def drive(
    clients: Sequence[Client],
    loans: Sequence[Loan],
    observed: Observed,
    *,
    cohorts: int,
    settlement_ms: int,
) -> None:
    """Send all loans, `cohorts` groups of them at a time; return when the last one is final.

    The groups start one after the other, so that all steps are under way at any time.
    """
    waiting = iter(range(0, len(loans), COHORT_LOANS))

    async def work(number: int) -> None:
        client = clients[number % len(clients)]
        await asyncio.sleep(number * START_PAUSE_SECONDS)
        for first in waiting:
            cohort = loans[first : first + COHORT_LOANS]
            await _play(client, cohort, observed, settlement_ms)
        observed.running_out.set()

    async with asyncio.TaskGroup() as group:
        for number in range(cohorts):
            group.create_task(work(number))


async def _play(
    client: Client, cohort: Sequence[Loan], observed: Observed, settlement_ms: int
) -> None:
    for step in range(len(STEPS)):
        if step == SETTLEMENT_STEP:
            await asyncio.sleep(settlement_ms / 1_000)
        signed = [loan[step] for loan in cohort]
        started = time.monotonic()
        submissions = await client.submit(*signed)
        observed.refused += sum(item.state is TransactionState.REJECTED for item in submissions)
        # One organisation's transactions keep their order, so the last one is final after all.
        last = signed[-1]
        await client.wait(
            last.tx_id,
            valid_until_ms=last.unsigned.valid_until_ms,
            timeout_ms=WAIT_MS,
            proof=False,
        )
        ended = time.monotonic()
        observed.finality += [(ended, ended - started)] * len(signed)
