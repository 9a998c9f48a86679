"""The holder: lets figures about many be computed in its own process, and nothing else out of it.

It also tries, as the deliverer of what it computes, what the chain must stop: a group that is too
small, an output as large as the rows themselves, another answer to a question that was answered,
and to charge for that answer again.
"""

import asyncio
import secrets

from apps.gateway.answers import Answer, AnswerStore
from apps.gateway.gateway import Gateway
from apps.gateway.snapshot import read_snapshot
from apps.stage.cosigning import add_cosigning
from apps.stage.delivering import acknowledged, deliver_all, prepare, release
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.roles.holder import open_up
from apps.stage.sealing import seal_parcel
from apps.stage.serving import new_service, serving
from apps.stage.sharing import agrees_to_share
from apps.statistics.story import GROUP_SIZE_MIN, PRODUCT, SCHEMA
from chaincode.delivery.job_records import JOBS, JobStatus
from chaincode.trading.records import LINES, Line, LineState
from ledger.suites import tagged_hash
from quancheng.computed import computed_commitment

RECORDS_FILE = "records.csv"
"""Its own data: a row for each person."""

_SECRET_SIZE = 32
_OK = "E000"


async def play(desk: Desk) -> None:
    """Play the holder."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        group.create_task(open_up(desk))
        await deliver_all(desk, _Computing(desk).deliver)


class _Computing:
    """Hears every job of its lines, and delivers what comes of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        snapshot = read_snapshot(desk.folder / RECORDS_FILE, SCHEMA)
        store = AnswerStore(desk.folder / "gateway")
        self._gateway = Gateway(snapshot, store, secrets.token_bytes(_SECRET_SIZE))
        # One job after the other: each is compared with those that were admitted before it.
        self._hearing = asyncio.Lock()
        self._abused: set[str] = set()

    async def deliver(self, line_id: bytes, line: Line, channel: bytes) -> None:
        """Compute what is asked for a line, seal it, and release it when the chain permits."""
        desk = self._desk
        answer = await self._computed(line_id)
        if answer is None:
            return
        parcel = await seal_parcel(desk, channel, (line_id, line), answer.content)
        await prepare(desk, line_id, channel, parcel)
        await acknowledged(desk, line_id)
        await release(desk, line_id, parcel)

    async def _computed(self, line_id: bytes) -> Answer | None:
        """Return the answer to the first job of a line that is admitted; None where it ended."""
        heard: set[bytes] = set()

        def has_news(line: Line) -> bool:
            return line.state is LineState.REFUNDED or line.job not in {None, *heard}

        while True:
            line = await self._desk.state_of(LINES, line_id, has_news)
            if line.state is LineState.REFUNDED:
                return None
            assert line.job is not None
            heard.add(line.job)
            async with self._hearing:
                answer = await self._hear(line.job)
            if answer is not None:
                return answer

    async def _hear(self, job_id: bytes) -> Answer | None:
        """Admit a job and compute it, or reject what the gateway or the chain objects to."""
        desk = self._desk
        job = await desk.state_of(JOBS, job_id, lambda _: True)
        query, question = job.query, job.question
        assert query is not None
        assert question is not None
        if self._gateway.objection(query, GROUP_SIZE_MIN) is not None:
            await self._reject(job_id)
            return None
        snapshot, check = self._gateway.commitment, self._gateway.attest(query)
        if await desk.attempt("job.admit", job=job_id, snapshot=snapshot, attestation=check) != _OK:
            await self._reject(job_id)
            return None
        admitted = await desk.state_of(
            JOBS, job_id, lambda item: item.status is not JobStatus.SUBMITTED
        )
        self._gateway.note_admitted(job_id, query)
        answer = self._gateway.answer(
            query, question, group_size_min=GROUP_SIZE_MIN, epsilon=admitted.reserved
        )
        # What was answered before holds nothing of the budgets, and costs nothing.
        loss = admitted.reserved
        await self._abuse(job_id, answer, loss)
        await desk.send("job.result", **_result(job_id, answer, loss))
        return answer

    async def _reject(self, job_id: bytes) -> None:
        reasons = tagged_hash(b"reasons", job_id, secrets.token_bytes(_SECRET_SIZE))
        await self._desk.send("job.reject", job=job_id, reasons=reasons)

    async def _abuse(self, job_id: bytes, answer: Answer, loss: int) -> None:
        """Try once each what a deliverer must not do with a result."""
        honest = _result(job_id, answer, loss)
        if loss == 0:
            await self._try_once("another answer", honest | {"result": bytes(_SECRET_SIZE)})
            await self._try_once("paid again", honest | {"epsilon": answer.epsilon})
            return
        await self._try_once("too small", honest | {"group_size_min": GROUP_SIZE_MIN - 1})
        raw_size = (self._desk.folder / RECORDS_FILE).stat().st_size
        assert raw_size > PRODUCT.output_size_max
        await self._try_once("raw rows", honest | {"size": raw_size})

    async def _try_once(self, name: str, body: dict[str, object]) -> None:
        if name not in self._abused:
            self._abused.add(name)
            await self._desk.attempt("job.result", **body)


def _result(job_id: bytes, answer: Answer, loss: int) -> dict[str, object]:
    return {
        "job": job_id,
        "result": computed_commitment(answer.content),
        "size": len(answer.content),
        "group_size_min": answer.group_size_min,
        "suppressed": answer.suppressed,
        "epsilon": loss,
        "attestation": answer.attestation,
    }
