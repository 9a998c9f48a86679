"""The asynchronous client of a node.

    async with Client("http://127.0.0.1:26680") as client:
        sent = await client.send("matter.open", seeds=[seed], purpose=1, ...)
        print(sent.height, sent.receipt.events)

Every call may be made again: a lost connection is retried, a transaction sent twice counts once.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from chaincode.fields import Json
from chaincode.tables import Single, Table
from ledger.suites import public_key_of
from ledger.transaction import Transaction
from quancheng.api import chain, state, transactions
from quancheng.api import events as stream
from quancheng.api.method import PAGE_DEFAULT, PAGE_MAX, Method, NoParameters
from quancheng.api.transactions import Submission, TransactionState, WaitResult
from quancheng.builders import VALIDITY_MS, Terms, build, sign
from quancheng.errors import (
    RequestRefused,
    TransactionExpired,
    TransactionFailed,
    TransactionNotFinal,
    TransactionPending,
    TransactionRejected,
)
from quancheng.stream import stream_records
from quancheng.transport import Endpoint, RetryPolicy, Transport

P = TypeVar("P")
R = TypeVar("R")
K = TypeVar("K")

DEFAULT_URL = "http://127.0.0.1:26680"
PART_SIZE_MAX = 400_000
"""Bytes of transactions of one request, whose hexadecimal form fits the server's bound."""
_TIMING_CODES = ("E004", "E015")
"""Refusals of a transaction whose end of validity does not fit the chain's time."""

_FAILURES: dict[TransactionState, type[TransactionNotFinal]] = {
    TransactionState.REJECTED: TransactionRejected,
    TransactionState.FINAL_FAILED: TransactionFailed,
    TransactionState.EXPIRED: TransactionExpired,
    TransactionState.PENDING: TransactionPending,
}


class Client:
    """A session with one node. Use it as an asynchronous context manager."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        endpoint: Endpoint | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.endpoint = endpoint or Endpoint(url)
        self._retry = retry or RetryPolicy()
        self._transport: Transport | None = None

    async def __aenter__(self) -> Self:
        """Open the session; the first call connects."""
        self._transport = Transport(self.endpoint, self._retry)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    async def call(self, method: Method[P, R], request: P, wait_ms: int = 0) -> R:
        """Call any declared method of `quancheng.api`."""
        return await self._open_transport().call(method, request, wait_ms)

    # The chain

    async def status(self) -> chain.ChainStatus:
        """Return where the chain stands as the node sees it."""
        return await self.call(chain.CHAIN_STATUS, NoParameters())

    async def header(self, height: int | None = None) -> chain.HeaderResult:
        """Return a header, by default the last one."""
        return await self.call(chain.CHAIN_HEADER, chain.HeightRequest(height))

    async def block(
        self, height: int | None = None, *, offset: int = 0, limit: int = PAGE_DEFAULT
    ) -> chain.BlockResult:
        """Return a block with a page of its transactions."""
        request = chain.BlockRequest(height, None, offset, limit)
        return await self.call(chain.CHAIN_BLOCK, request)

    async def certificate(self, height: int | None = None) -> chain.CertificateResult:
        """Return the proof that a block is final."""
        return await self.call(chain.CHAIN_CERTIFICATE, chain.HeightRequest(height))

    async def validators(self, height: int | None = None) -> chain.ValidatorsResult:
        """Return the validators of a height, by default of the next block."""
        return await self.call(chain.CHAIN_VALIDATORS, chain.HeightRequest(height))

    async def parameters(self) -> chain.ParametersResult:
        """Return the parameters in force."""
        return await self.call(chain.CHAIN_PARAMETERS, NoParameters())

    async def peers(self) -> state.PeersResult:
        """Return the nodes that this node is connected to."""
        return await self.call(state.NET_PEERS, NoParameters())

    # Transactions

    async def submit(self, *signed: Transaction) -> tuple[Submission, ...]:
        """Hand in any number of signed transactions; one answer each, refused ones included."""
        submissions: list[Submission] = []
        for part in _parts([item.data for item in signed]):
            request = transactions.SubmitRequest(part)
            submissions += (await self.call(transactions.TX_SUBMIT, request)).submissions
        return tuple(submissions)

    async def check(self, signed: Transaction) -> transactions.CheckResult:
        """Try a transaction on the current state; nothing is recorded."""
        return await self.call(transactions.TX_CHECK, transactions.CheckRequest(signed.data))

    async def transaction(self, tx_id: bytes) -> transactions.TransactionResult:
        """Return a transaction that waits or is final; RequestRefused (E010) for none."""
        return await self.call(transactions.TX_GET, transactions.TransactionRequest(tx_id))

    async def wait(
        self,
        tx_id: bytes,
        *,
        valid_until_ms: int | None = None,
        timeout_ms: int = transactions.WAIT_DEFAULT_MS,
        proof: bool = True,
    ) -> WaitResult:
        """Wait until nothing about a transaction can change any more, or time is over."""
        request = transactions.WaitRequest(tx_id, valid_until_ms, timeout_ms, proof)
        return await self.call(transactions.TX_WAIT, request, timeout_ms)

    async def submit_and_wait(
        self, signed: Transaction, *, timeout_ms: int = transactions.WAIT_DEFAULT_MS
    ) -> WaitResult:
        """Submit a transaction and return once it took effect; raise a TransactionNotFinal else."""
        (submission,) = await self.submit(signed)
        if submission.state in {TransactionState.REJECTED, TransactionState.EXPIRED}:
            result = WaitResult(signed.tx_id, submission.state, refusal=submission.refusal)
        else:
            valid_until_ms = signed.unsigned.valid_until_ms
            result = await self.wait(
                signed.tx_id, valid_until_ms=valid_until_ms, timeout_ms=timeout_ms
            )
        failure = _FAILURES.get(result.state)
        if failure is not None:
            raise failure(result)
        return result

    async def send(self, type_name: str, seeds: Sequence[bytes], **body: object) -> WaitResult:
        """Build, sign and submit a transaction, and wait until it took effect.

        One whose end of validity does not fit the chain's time is built anew, once: a refusal at
        the door is certain, so nothing can count twice.
        """
        try:
            return await self.submit_and_wait(await self.prepare(type_name, seeds, **body))
        except (TransactionRejected, TransactionExpired) as failure:
            if failure.code not in _TIMING_CODES:
                raise
        return await self.submit_and_wait(await self.prepare(type_name, seeds, **body))

    async def prepare(self, type_name: str, seeds: Sequence[bytes], **body: object) -> Transaction:
        """Return a signed transaction for this chain that is valid for the next five minutes."""
        status = await self.status()
        unsigned = build(
            type_name,
            Terms(
                status.genesis_hash,
                status.now_ms + VALIDITY_MS,
                [public_key_of(seed) for seed in seeds],
            ),
            **body,
        )
        return sign(unsigned, *seeds)

    async def trace(self, identifier: bytes) -> transactions.TraceResult:
        """Return every step between registration and settlement."""
        return await self.call(transactions.TX_TRACE, transactions.TraceRequest(identifier))

    async def proof(self, tx_id: bytes) -> transactions.TransactionProof:
        """Return all that proves a transaction and its receipt."""
        return await self.call(transactions.TX_PROOF, transactions.TransactionRequest(tx_id))

    # The world state

    async def values(self, *keys: bytes) -> state.StateResult:
        """Return values by raw keys, unproven."""
        return await self.call(state.STATE_GET, state.StateRequest(keys))

    async def prove(self, key: bytes, height: int | None = None) -> state.ProveResult:
        """Return a value, or its absence, with its proof under a certified header."""
        return await self.call(state.STATE_PROVE, state.ProveRequest(key, height))

    async def entity(self, kind: str, identifier: bytes = b"") -> state.EntityView:
        """Return one entity as JSON; RequestRefused (E010) where there is none."""
        request = state.EntityRequest(kind, identifier)
        return (await self.call(state.ENTITY_GET, request)).entity

    async def entities(
        self, kind: str, *, prefix: bytes | None = None, where: dict[str, Json] | None = None
    ) -> AsyncIterator[state.EntityView]:
        """Yield the entities of a kind in key order, page after page."""
        filters = tuple(state.FieldFilter(name, value) for name, value in (where or {}).items())
        cursor: bytes | None = None
        while True:
            request = state.EntityListRequest(kind, prefix, filters, cursor, PAGE_MAX)
            page = await self.call(state.ENTITY_LIST, request)
            for entity in page.entities:
                yield entity
            cursor = page.cursor
            if cursor is None:
                return

    async def record(self, table: Table[K, R], key: K) -> R | None:
        """Return the typed record of a table of the chaincode, or None."""
        kind = state.kind_of(table.name)
        try:
            entity = await self.entity(kind, table.raw_key(key)[1:])
        except RequestRefused as refused:
            if refused.code != "E010":
                raise
            return None
        return _typed(table, entity)

    async def single(self, table: Single[R]) -> R:
        """Return the one record of a table with one place; RequestRefused (E010) for none."""
        fields: Any = (await self.entity(state.kind_of(table.name))).fields
        return table.codec.read_json(fields)

    async def records(
        self,
        table: Table[K, R],
        *,
        prefix: bytes | None = None,
        where: dict[str, Json] | None = None,
    ) -> AsyncIterator[tuple[K, R]]:
        """Yield keys and typed records of a table in key order."""
        kind = state.kind_of(table.name)
        async for entity in self.entities(kind, prefix=prefix, where=where):
            yield table.key_of(entity.key), _typed(table, entity)

    # What happens

    async def events(
        self, *, after: stream.Place | None = None, filter_: stream.RecordFilter | None = None
    ) -> AsyncIterator[stream.RecordView]:
        """Yield records as they are committed, each exactly once, across lost connections.

        Without `after` the stream begins behind the last block. Remember the place of the last
        record to go on from there later.
        """
        request = stream.SubscribeRequest(after, filter_ or stream.RecordFilter())
        async for record in stream_records(self._open_transport(), request):
            yield record

    async def history(
        self, identifier: bytes, *, before: stream.Place | None = None, limit: int = PAGE_DEFAULT
    ) -> stream.HistoryResult:
        """Return a page of what concerned an id, the newest first."""
        request = stream.HistoryRequest(identifier, before, limit)
        return await self.call(stream.EVENTS_HISTORY, request)

    def _open_transport(self) -> Transport:
        assert self._transport is not None, "use Client as an asynchronous context manager"
        return self._transport


def _parts(items: Sequence[bytes]) -> Iterator[tuple[bytes, ...]]:
    """Yield the items in order, in parts that one request holds."""
    part: list[bytes] = []
    size = 0
    for item in items:
        if part and (len(part) == transactions.SUBMIT_MAX or size + len(item) > PART_SIZE_MAX):
            yield tuple(part)
            part, size = [], 0
        part.append(item)
        size += len(item)
    if part:
        yield tuple(part)


def _typed(table: Table[Any, R], entity: state.EntityView) -> R:
    fields: Any = entity.fields
    record: R = table.codec.read_json(fields)
    return record
