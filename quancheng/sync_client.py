"""The synchronous face of the client, for scripts: the same calls, each run to its end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from chaincode.fields import Json
from chaincode.tables import Single, Table
from ledger.transaction import Transaction
from quancheng.api import chain, state, transactions
from quancheng.api import events as stream
from quancheng.api.method import PAGE_DEFAULT, Method
from quancheng.client import DEFAULT_URL, Client
from quancheng.transport import Endpoint, RetryPolicy

P = TypeVar("P")
R = TypeVar("R")
K = TypeVar("K")
T = TypeVar("T")


class SyncClient:
    """A session with one node. Use it as a context manager, outside of any event loop."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        endpoint: Endpoint | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._client = Client(url, endpoint=endpoint, retry=retry)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        """Open the session."""
        self._run(self._client.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session and its event loop."""
        self._run(self._client.__aexit__(kind, error, trace))
        self._runner.close()

    def call(self, method: Method[P, R], request: P, wait_ms: int = 0) -> R:
        """Call any declared method of `quancheng.api`."""
        return self._run(self._client.call(method, request, wait_ms))

    def status(self) -> chain.ChainStatus:
        """See `Client.status`."""
        return self._run(self._client.status())

    def header(self, height: int | None = None) -> chain.HeaderResult:
        """See `Client.header`."""
        return self._run(self._client.header(height))

    def block(
        self, height: int | None = None, *, offset: int = 0, limit: int = PAGE_DEFAULT
    ) -> chain.BlockResult:
        """See `Client.block`."""
        return self._run(self._client.block(height, offset=offset, limit=limit))

    def certificate(self, height: int | None = None) -> chain.CertificateResult:
        """See `Client.certificate`."""
        return self._run(self._client.certificate(height))

    def validators(self, height: int | None = None) -> chain.ValidatorsResult:
        """See `Client.validators`."""
        return self._run(self._client.validators(height))

    def parameters(self) -> chain.ParametersResult:
        """See `Client.parameters`."""
        return self._run(self._client.parameters())

    def peers(self) -> state.PeersResult:
        """See `Client.peers`."""
        return self._run(self._client.peers())

    def submit(self, *signed: Transaction) -> tuple[transactions.Submission, ...]:
        """See `Client.submit`."""
        return self._run(self._client.submit(*signed))

    def check(self, signed: Transaction) -> transactions.CheckResult:
        """See `Client.check`."""
        return self._run(self._client.check(signed))

    def transaction(self, tx_id: bytes) -> transactions.TransactionResult:
        """See `Client.transaction`."""
        return self._run(self._client.transaction(tx_id))

    def wait(
        self,
        tx_id: bytes,
        *,
        valid_until_ms: int | None = None,
        timeout_ms: int = transactions.WAIT_DEFAULT_MS,
        proof: bool = True,
    ) -> transactions.WaitResult:
        """See `Client.wait`."""
        return self._run(
            self._client.wait(
                tx_id, valid_until_ms=valid_until_ms, timeout_ms=timeout_ms, proof=proof
            )
        )

    def submit_and_wait(
        self, signed: Transaction, *, timeout_ms: int = transactions.WAIT_DEFAULT_MS
    ) -> transactions.WaitResult:
        """See `Client.submit_and_wait`."""
        return self._run(self._client.submit_and_wait(signed, timeout_ms=timeout_ms))

    def send(
        self, type_name: str, seeds: Sequence[bytes], **body: object
    ) -> transactions.WaitResult:
        """See `Client.send`."""
        return self._run(self._client.send(type_name, seeds, **body))

    def prepare(self, type_name: str, seeds: Sequence[bytes], **body: object) -> Transaction:
        """See `Client.prepare`."""
        return self._run(self._client.prepare(type_name, seeds, **body))

    def trace(self, identifier: bytes) -> transactions.TraceResult:
        """See `Client.trace`."""
        return self._run(self._client.trace(identifier))

    def proof(self, tx_id: bytes) -> transactions.TransactionProof:
        """See `Client.proof`."""
        return self._run(self._client.proof(tx_id))

    def values(self, *keys: bytes) -> state.StateResult:
        """See `Client.values`."""
        return self._run(self._client.values(*keys))

    def prove(self, key: bytes, height: int | None = None) -> state.ProveResult:
        """See `Client.prove`."""
        return self._run(self._client.prove(key, height))

    def entity(self, kind: str, identifier: bytes = b"") -> state.EntityView:
        """See `Client.entity`."""
        return self._run(self._client.entity(kind, identifier))

    def entities(
        self, kind: str, *, prefix: bytes | None = None, where: dict[str, Json] | None = None
    ) -> Iterator[state.EntityView]:
        """See `Client.entities`."""
        return self._each(self._client.entities(kind, prefix=prefix, where=where))

    def record(self, table: Table[K, R], key: K) -> R | None:
        """See `Client.record`."""
        found = self._client.record(table, key)
        return self._run(found)

    def single(self, table: Single[R]) -> R:
        """See `Client.single`."""
        return self._run(self._client.single(table))

    def records(
        self,
        table: Table[K, R],
        *,
        prefix: bytes | None = None,
        where: dict[str, Json] | None = None,
    ) -> Iterator[tuple[K, R]]:
        """See `Client.records`."""
        return self._each(self._client.records(table, prefix=prefix, where=where))

    def events(
        self, *, after: stream.Place | None = None, filter_: stream.RecordFilter | None = None
    ) -> Iterator[stream.RecordView]:
        """See `Client.events`."""
        return self._each(self._client.events(after=after, filter_=filter_))

    def history(
        self, identifier: bytes, *, before: stream.Place | None = None, limit: int = PAGE_DEFAULT
    ) -> stream.HistoryResult:
        """See `Client.history`."""
        return self._run(self._client.history(identifier, before=before, limit=limit))

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def _each(self, items: AsyncIterator[T]) -> Iterator[T]:
        while True:
            try:
                item = self._run(_next(items))
            except StopAsyncIteration:
                return
            yield item


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)
