"""The driver: small cohorts of loans, each going step by step.

At full load as many cohorts as are given are always under way; at a paced load a cohort starts at
each beat, however long the ones before it take.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apps.bench.loans import STEPS
from ledger.transaction import Transaction
from quancheng.api.transactions import SUBMIT_MAX, TransactionState
from quancheng.client import Client

COHORT_LOANS = 20
WAIT_MS = 60_000
START_SPREAD_SECONDS = 8.0
"""Over which time the first cohorts start: about as long as a loan takes, so that all steps are
under way at any time and the load is even."""
SETTLEMENT_STEP = STEPS.index("line.settle")

assert COHORT_LOANS <= SUBMIT_MAX

Loan = tuple[Transaction, ...]


@dataclass(slots=True)
class Observed:
    """What the driver saw: seconds to finality, and what was refused at the door."""

    finality: list[tuple[float, float]] = field(default_factory=list)
    """Pairs of the moment of finality (monotonic seconds) and the seconds it took."""
    refused: int = 0

    def between(self, start: float, end: float) -> list[float]:
        """Return the seconds to finality of what became final in a span, ascending."""
        return sorted(took for moment, took in self.finality if start <= moment < end)


class Load:
    """Whole loans on their way through the chain. A loan that has begun is played to its end."""

    def __init__(
        self, clients: Sequence[Client], loans: Sequence[Loan], settlement_ms: int
    ) -> None:
        self._clients = clients
        self._cohorts: Iterator[Sequence[Loan]] = (
            loans[first : first + COHORT_LOANS] for first in range(0, len(loans), COHORT_LOANS)
        )
        self._settlement_seconds = settlement_ms / 1_000
        self._started = 0
        self._stopping = asyncio.Event()
        self.observed = Observed()
        self.has_run_out = asyncio.Event()
        """Set when a cohort was due to start and no loans were left."""

    def stop(self) -> None:
        """Begin no more loans."""
        self._stopping.set()

    async def run_full(self, cohorts: int) -> None:
        """Keep `cohorts` under way until stopped; return when the last loan is final."""

        async def work(number: int) -> None:
            await asyncio.sleep(number * START_SPREAD_SECONDS / cohorts)
            while not self._stopping.is_set() and await self._play_next():
                pass

        async with asyncio.TaskGroup() as group:
            for number in range(cohorts):
                group.create_task(work(number))

    async def run_paced(self, rate: float, seconds: float) -> None:
        """Begin so many loans that `rate` transactions a second are due, for a while."""
        beat = COHORT_LOANS * len(STEPS) / rate
        start = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(seconds / beat)):
                await asyncio.sleep(max(0.0, start + number * beat - time.monotonic()))
                group.create_task(self._play_next())

    async def _play_next(self) -> bool:
        cohort = next(self._cohorts, None)
        if cohort is None:
            self.has_run_out.set()
            return False
        # The nodes in turn, so that each of them takes the same share in.
        client = self._clients[self._started % len(self._clients)]
        self._started += 1
        for step in range(len(STEPS)):
            if step == SETTLEMENT_STEP:
                await asyncio.sleep(self._settlement_seconds)
            await self._send(client, [loan[step] for loan in cohort])
        return True

    async def _send(self, client: Client, signed: Sequence[Transaction]) -> None:
        started = time.monotonic()
        submissions = await client.submit(*signed)
        refused = sum(item.state is TransactionState.REJECTED for item in submissions)
        self.observed.refused += refused
        # One organisation's transactions keep their order, so the last one is final after all.
        last = signed[-1]
        await client.wait(
            last.tx_id,
            valid_until_ms=last.unsigned.valid_until_ms,
            timeout_ms=WAIT_MS,
            proof=False,
        )
        ended = time.monotonic()
        self.observed.finality += [(ended, ended - started)] * len(signed)
