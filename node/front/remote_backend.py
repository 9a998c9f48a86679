"""The backend in the front's process: every question goes through the pipe to the node."""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import Sequence
from typing import Any

from ledger.genesis import Parameter
from ledger.refusal import Code, Refusal, Refused
from ledger.validators import ValidatorSet
from node.event_hub import CommittedBlock
from node.front.frames import Outcome, encode_frame, read_frame
from node.front.limits import (
    ANSWER_SIZE_MAX,
    CALL_TIMEOUT_MS,
    METRICS_KEPT_MS,
    READS_WAITING_MAX,
)
from node.front.operations import OPERATIONS
from node.front.values import packed, reader_of
from node.rpc import backend as api

_READ_REFUSAL = reader_of(Refusal)


class RemoteBackend:
    """Implements `node.rpc.backend.Backend`. `run` reads answers until the node hangs up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[list[object]]] = {}
        self._reads = asyncio.Semaphore(READS_WAITING_MAX)
        self._metrics = (b"", 0.0)
        self._measuring = asyncio.Lock()

    @classmethod
    async def connect(cls, pipe: socket.socket) -> "RemoteBackend":
        """Speak over a connected socket."""
        return cls(*await asyncio.open_unix_connection(sock=pipe))

    async def run(self) -> None:
        """Hand answers to those who wait for them; return once the node is gone."""
        try:
            while (frame := await read_frame(self._reader, ANSWER_SIZE_MAX)) is not None:
                number = frame[0]
                assert isinstance(number, int)
                waiting = self._waiting.pop(number, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():  # as of a caller that went away meanwhile
                    waiting.set_exception(ConnectionResetError("the node is gone"))
            self._writer.transport.abort()

    async def status(self) -> api.NodeStatus:
        """Return where the node stands."""
        status: api.NodeStatus = await self._call("status")
        return status

    async def health(self) -> api.Health:
        """Say whether the node can serve."""
        health: api.Health = await self._call("health")
        return health

    async def metrics(self) -> bytes:
        """Return all metrics of the node, at most METRICS_KEPT_MS old."""
        async with self._measuring:
            text, until = self._metrics
            if time.monotonic() >= until:
                text = await self._call("metrics")
                self._metrics = (text, time.monotonic() + METRICS_KEPT_MS / 1_000)
        return text

    async def wait_for_block(self, after: int, timeout_ms: int) -> int:
        """Return the tip height as soon as it is above `after`, or when the time is over."""
        height: int = await self._call("wait_for_block", after, timeout_ms, wait_ms=timeout_ms)
        return height

    async def committed_block(self, height: int) -> CommittedBlock:
        """Return what waiters need to know of a block."""
        block: CommittedBlock = await self._call("committed_block", height)
        return block

    async def header(self, height: int) -> api.StoredHeader:
        """Return a header with its certificate."""
        header: api.StoredHeader = await self._call("header", height)
        return header

    async def block(self, height: int) -> api.StoredBlock:
        """Return a block."""
        block: api.StoredBlock = await self._call("block", height)
        return block

    async def height_of(self, block_hash: bytes) -> int | None:
        """Return the height of a block by its hash."""
        height: int | None = await self._call("height_of", block_hash)
        return height

    async def validators(self, height: int) -> ValidatorSet:
        """Return the set that votes on a height."""
        validators: ValidatorSet = await self._call("validators", height)
        return validators

    async def organisation_names(self) -> dict[bytes, str]:
        """Return the names of organisations by their ids."""
        names: dict[bytes, str] = await self._call("organisation_names")
        return names

    async def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters in force."""
        parameters: tuple[Parameter, ...] = await self._call("parameters")
        return parameters

    async def submit(self, transactions: Sequence[bytes]) -> tuple[api.Admission, ...]:
        """Admit transactions to the mempool and gossip them; one answer each."""
        admissions: tuple[api.Admission, ...] = await self._call("submit", tuple(transactions))
        return admissions

    async def check(self, transaction: bytes) -> api.CheckOutcome:
        """Execute a transaction on the state at the tip and forget it."""
        outcome: api.CheckOutcome = await self._call("check", transaction)
        return outcome

    async def locate(self, tx_id: bytes) -> api.TransactionLocation | None:
        """Return where a transaction stands in the chain."""
        location: api.TransactionLocation | None = await self._call("locate", tx_id)
        return location

    async def waiting(self, tx_id: bytes) -> bytes | None:
        """Return the bytes of a transaction that waits in the mempool."""
        data: bytes | None = await self._call("waiting", tx_id)
        return data

    async def state_values(self, keys: Sequence[bytes]) -> api.StateValues:
        """Return values after the tip."""
        values: api.StateValues = await self._call("state_values", tuple(keys))
        return values

    async def state_page(self, prefix: bytes, start: bytes, limit: int) -> api.StatePage:
        """Return a page of rows whose keys begin with `prefix`."""
        page: api.StatePage = await self._call("state_page", prefix, start, limit)
        return page

    async def prove(self, key: bytes, height: int) -> api.ProvenValue:
        """Prove a key under header `height`."""
        proven: api.ProvenValue = await self._call("prove", key, height)
        return proven

    async def trace(self, entity: bytes, limit: int) -> api.Trace:
        """Return the first steps of an entity's trace."""
        trace: api.Trace = await self._call("trace", entity, limit)
        return trace

    async def concerning(
        self, entity: bytes, before: api.IndexedReceipt | None, limit: int
    ) -> tuple[api.IndexedReceipt, ...]:
        """Return the newest receipts that concern an id."""
        found: tuple[api.IndexedReceipt, ...] = await self._call(
            "concerning", entity, before, limit
        )
        return found

    async def peers(self) -> tuple[api.PeerStatus, ...]:
        """Return the connected nodes."""
        peers: tuple[api.PeerStatus, ...] = await self._call("peers")
        return peers

    async def record_read(self, read: api.RecordedRead) -> None:
        """Write a supervisor's read into the node's signed log."""
        await self._call("record_read", read)

    async def _call(self, name: str, *arguments: object, wait_ms: int = 0) -> Any:  # noqa: ANN401
        """Ask the node; refuse (E916) where it gives no answer in time."""
        operation = OPERATIONS[name]
        try:
            async with asyncio.timeout((CALL_TIMEOUT_MS + wait_ms) / 1_000):
                async with self._reads if operation.is_heavy else contextlib.nullcontext():
                    _, outcome, value = await self._exchange(name, arguments)
        except TimeoutError:
            raise Refused(Code.UNAVAILABLE, name) from None
        if outcome == Outcome.REFUSED:
            refusal: Refusal = _READ_REFUSAL(value)
            raise Refused(refusal.code, refusal.field)
        if outcome != Outcome.ANSWERED:
            raise Refused(Code.UNAVAILABLE, name)
        return operation.result(value)

    async def _exchange(self, name: str, arguments: tuple[object, ...]) -> list[object]:
        number = next(self._numbers)
        waiting: asyncio.Future[list[object]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            self._writer.write(encode_frame(number, name, packed(arguments)))
            await self._writer.drain()
            return await waiting
        except ConnectionError:
            raise Refused(Code.UNAVAILABLE, name) from None
        finally:
            self._waiting.pop(number, None)
