"""The backend in the node's own process: over the chain, the mempool and what the node knows.

Short reads run on the event loop; proofs, dry runs and traces, which may read many records, run on
a worker thread over a snapshot, so that a query never holds up consensus.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from chaincode import execution, validators
from chaincode.context import BlockContext
from chaincode.membership.records import ORGANISATIONS
from chaincode.parameters import PARAMETERS, ParameterName, value_at
from chaincode.trace import trace
from ledger.genesis import Parameter
from ledger.refusal import Code, Refusal, Refused
from ledger.transaction import (
    Transaction,
    decode_transaction,
    has_valid_signatures,
    transaction_hash,
)
from ledger.validators import ValidatorSet
from node.chain import Chain, Committed
from node.chain_view import IndexEntry
from node.clock import Clock
from node.event_hub import CommittedBlock
from node.mempool import Mempool
from node.metrics import Metrics, Queue
from node.rpc.backend import (
    Admission,
    CheckOutcome,
    Health,
    IndexedReceipt,
    NodeStatus,
    PeerStatus,
    ProvenValue,
    RecordedRead,
    StatePage,
    StateValues,
    StoredBlock,
    StoredHeader,
    Trace,
    TraceStep,
    TransactionLocation,
    Waiting,
)

RECENT_BLOCKS_MAX = 64
"""Blocks whose transaction ids are kept at hand for those who wait."""
PAGE_SIZE_MAX = 1024 * 1024
"""Bytes of keys and values after which a page of rows ends, however many were asked for."""
WAITING_IDS_MAX = 40_000
"""Transactions of the mempool that can be found by tx_id; twice what usually waits."""

Admit = Callable[[Sequence[bytes]], Awaitable[Sequence[Refusal | None]]]
"""Takes transactions into the mempool and gossips them; one answer for each."""


class NodeActivity(Protocol):
    """What only the running node knows."""

    def view(self) -> int:
        """Return the view in which the next block is being decided."""

    def is_validating(self) -> bool:
        """Say whether this node votes."""

    def is_syncing(self) -> bool:
        """Say whether blocks are known to exist that this node has not got."""

    def silent_up_to(self) -> int | None:
        """Return the last height that this validator may not sign; None where it may sign all."""

    def clock_offset_ms(self) -> int | None:
        """Return how far the clocks of most peers are ahead of this machine's; None if unknown."""

    def stops_at_height(self) -> int | None:
        """Return the first height whose rules this software does not know; None where none."""

    def waiting(self) -> Waiting:
        """Return what the next block waits for."""

    def peers(self) -> tuple[PeerStatus, ...]:
        """Return the connected nodes."""

    def ailments(self) -> tuple[str, ...]:
        """Return why the node cannot serve, in English; nothing where it can."""


@dataclass(frozen=True, slots=True)
class NodeParts:
    """The parts of a node that answer questions."""

    chain_name: str
    node_version: str
    chain: Chain
    mempool: Mempool
    admit: Admit
    clock: Clock
    activity: NodeActivity
    record: Callable[[RecordedRead], None]
    """Writes a supervisor's read down, durable on return; one call at a time."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A transaction of the mempool, and when it came by the clock that never jumps."""

    tx_hash: bytes
    since_ms: int


class LocalBackend:
    """Implements `node.rpc.backend.Backend`. The node calls `committed` and `accepted`."""

    def __init__(self, parts: NodeParts, metrics: Metrics) -> None:
        self._parts = parts
        self._chain = parts.chain
        self._metrics = metrics
        self._next_block = asyncio.Event()
        self._recording = asyncio.Lock()
        self._recent: OrderedDict[int, CommittedBlock] = OrderedDict()
        self._waiting: OrderedDict[bytes, _Waiting] = OrderedDict()
        self._watch_mempool()

    def committed(self, block: Committed) -> None:
        """Learn of a durable block: wakes those who wait. Called on the event loop."""
        subjects = frozenset(outcome.receipt.subject for outcome in block.outcomes)
        now_ms = self._parts.clock.monotonic_ms()
        for subject in subjects & self._waiting.keys():
            since_ms = self._waiting.pop(subject).since_ms
            self._metrics.chain.finality.observe((now_ms - since_ms) / 1_000)
        tip = block.tip
        self._recent[tip.height] = CommittedBlock(tip.height, tip.time_ms, subjects)
        if len(self._recent) > RECENT_BLOCKS_MAX:
            self._recent.popitem(last=False)
        self._next_block.set()
        self._next_block = asyncio.Event()

    def accepted(self, transactions: Sequence[Transaction]) -> None:
        """Learn what was taken into the mempool, to find it by tx_id."""
        now_ms = self._parts.clock.monotonic_ms()
        for transaction in transactions:
            self._waiting[transaction.tx_id] = _Waiting(transaction.tx_hash, now_ms)
            if len(self._waiting) > WAITING_IDS_MAX:
                self._waiting.popitem(last=False)

    async def status(self) -> NodeStatus:
        """Return where the node stands. About 40 µs."""
        chain, activity = self._chain, self._parts.activity
        tip, facts = chain.tip, chain.facts
        mempool = self._parts.mempool.stats()
        return NodeStatus(
            chain_name=self._parts.chain_name,
            genesis_hash=chain.genesis_hash,
            protocol_version=value_at(chain.state, ParameterName.PROTOCOL_VERSION, tip.height + 1),
            node_version=self._parts.node_version,
            height=tip.height,
            block_hash=tip.block_hash,
            time_ms=tip.time_ms,
            now_ms=max(self._parts.clock.wall_ms(), tip.time_ms),
            state_root=tip.tree.state_root(),
            earliest_height=1,
            view=activity.view(),
            validators=facts.validators.size,
            validating=activity.is_validating(),
            syncing=activity.is_syncing(),
            peers=len(activity.peers()),
            mempool_transactions=mempool.transactions,
            mempool_bytes=mempool.size_bytes,
            silent_up_to=activity.silent_up_to(),
            clock_offset_ms=activity.clock_offset_ms(),
            clock_offset_max_ms=facts.drift_ms // 2,
            stops_at_height=activity.stops_at_height(),
            waiting=activity.waiting(),
        )

    async def health(self) -> Health:
        """Say whether the node can serve."""
        ailments = self._parts.activity.ailments()
        return Health(not ailments, ailments)

    async def metrics(self) -> bytes:
        """Return all metrics."""
        activity, process = self._parts.activity, self._metrics.process
        peers = activity.peers()
        process.peers.set(len(peers))
        process.peers_disagreeing.set(sum(peer.agrees is False for peer in peers))
        process.silent_up_to_height.set(activity.silent_up_to() or 0)
        validators = self._chain.facts.validators.size
        now_ms = self._parts.clock.wall_ms()
        self._metrics.waiting.show(activity.waiting(), validators, now_ms)
        return self._metrics.exposition()

    def _watch_mempool(self) -> None:
        mempool, watch = self._parts.mempool, self._metrics.process.watch_queue
        limits = mempool.limits
        watch(Queue.MEMPOOL_TRANSACTIONS, limits.transactions_max, lambda: len(mempool))
        watch(Queue.MEMPOOL_BYTES, limits.bytes_max, lambda: mempool.stats().size_bytes)

    async def wait_for_block(self, after: int, timeout_ms: int) -> int:
        """Return the tip height once it is above `after`, or when time is over."""
        try:
            async with asyncio.timeout(timeout_ms / 1_000):
                while self._chain.tip.height <= after:
                    await self._next_block.wait()
        except TimeoutError:
            pass  # the answer is the tip either way
        return self._chain.tip.height

    async def committed_block(self, height: int) -> CommittedBlock:
        """Return what waiters need to know of a block, at hand for recent ones."""
        recent = self._recent.get(height)
        if recent is not None:
            return recent
        return await asyncio.to_thread(self._committed_block, height)

    def _committed_block(self, height: int) -> CommittedBlock:
        with self._chain.snapshot() as view:
            subjects = frozenset(item.subject for item in view.receipts(height))
            return CommittedBlock(height, view.header(height).time_ms, subjects)

    async def header(self, height: int) -> StoredHeader:
        """Return a header with its certificate."""
        return StoredHeader(self._chain.header_bytes(height), self._chain.certificate_bytes(height))

    async def block(self, height: int) -> StoredBlock:
        """Return a block with its receipts, on a worker thread. About 3 µs a transaction."""
        return await asyncio.to_thread(self._block, height)

    def _block(self, height: int) -> StoredBlock:
        with self._chain.snapshot() as view:
            block = view.block(height)
            embedded = block.last_certificate
            return StoredBlock(
                header=view.header_bytes(height),
                certificate=view.certificate_bytes(height),
                size=len(block.encoded()),
                transactions=block.transactions,
                receipts=tuple(view.receipts_bytes(height)),
                evidence=block.evidence,
                last_certificate=b"" if embedded is None else embedded.encoded(),
            )

    async def height_of(self, block_hash: bytes) -> int | None:
        """Return the height of a block by its hash."""
        return self._chain.height_of(block_hash)

    async def validators(self, height: int) -> ValidatorSet:
        """Return the set that votes on a height up to the one after the tip."""
        facts = self._chain.facts
        if height == facts.height:
            return facts.validators
        epoch = self._chain.header(height).validator_epoch
        return validators.set_of_epoch(self._chain.state, epoch)

    async def organisation_names(self) -> dict[bytes, str]:
        """Return the names of organisations by their ids."""
        return {key: record.name for key, record in ORGANISATIONS.scan(self._chain.state)}

    async def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters in force at the next height."""
        height = self._chain.facts.height
        return tuple(
            Parameter(
                ParameterName(key).name.lower(), record.at(height), record.minimum, record.maximum
            )
            for key, record in PARAMETERS.scan(self._chain.state)
        )

    async def submit(self, transactions: Sequence[bytes]) -> tuple[Admission, ...]:
        """Take transactions into the mempool and gossip them."""
        refusals = await self._parts.admit(transactions)
        for refusal in refusals:
            if refusal is not None:
                self._metrics.chain.count_refusal(refusal.code)
        return tuple(
            self._admission(data, refusal)
            for data, refusal in zip(transactions, refusals, strict=True)
        )

    def _admission(self, data: bytes, refusal: Refusal | None) -> Admission:
        """Name a transaction; one that waits now is at hand and need not be decoded again."""
        transaction = self._parts.mempool.get(transaction_hash(data))
        if transaction is None:
            try:
                transaction = decode_transaction(data)
            except Refused as refused:
                return Admission(None, 0, refused.refusal)
        return Admission(transaction.tx_id, transaction.unsigned.valid_until_ms, refusal)

    async def check(self, transaction: bytes) -> CheckOutcome:
        """Execute a transaction on the state at the tip, on a worker thread, and forget it."""
        decoded = decode_transaction(transaction)
        return await asyncio.to_thread(self._check, decoded, self._parts.clock.wall_ms())

    def _check(self, transaction: Transaction, now_ms: int) -> CheckOutcome:
        refusal = self._chain.door.refuse(transaction, max(now_ms, self._chain.tip.time_ms + 1))
        if refusal is None and not has_valid_signatures(transaction):
            refusal = Refusal(Code.BAD_SIGNATURE, "signatures")
        with self._chain.snapshot() as view:
            height = view.tip.height
            if refusal is not None:
                return CheckOutcome(height, refusal, None)
            time_ms = max(now_ms, view.tip.time_ms + 1)
            block = BlockContext(height + 1, time_ms, self._chain.genesis_hash)
            outcome = execution.check(view.state, block, transaction)
        return CheckOutcome(height, outcome.refusal, outcome.receipt.encoded())

    async def locate(self, tx_id: bytes) -> TransactionLocation | None:
        """Return where a transaction stands in the chain."""
        found = self._chain.find_transaction(tx_id)
        return None if found is None else TransactionLocation(found.height, found.position)

    async def waiting(self, tx_id: bytes) -> bytes | None:
        """Return the bytes of a transaction that waits in the mempool."""
        known = self._waiting.get(tx_id)
        transaction = None if known is None else self._parts.mempool.get(known.tx_hash)
        return None if transaction is None else transaction.data

    async def state_values(self, keys: Sequence[bytes]) -> StateValues:
        """Return values after the tip, all of one moment."""
        with self._chain.snapshot() as view:
            return StateValues(view.tip.height, tuple(view.state.get(key) for key in keys))

    async def state_page(self, prefix: bytes, start: bytes, limit: int) -> StatePage:
        """Return at most `limit` rows whose keys begin with `prefix`, from `start` on."""
        return await asyncio.to_thread(self._state_page, prefix, start, limit)

    def _state_page(self, prefix: bytes, start: bytes, limit: int) -> StatePage:
        rows: list[tuple[bytes, bytes]] = []
        size = 0
        with self._chain.snapshot() as view:
            for row in view.state.scan(prefix, start):
                if len(rows) == limit or (rows and size >= PAGE_SIZE_MAX):
                    return StatePage(view.tip.height, tuple(rows), more=True)
                rows.append(row)
                size += len(row[0]) + len(row[1])
            return StatePage(view.tip.height, tuple(rows), more=False)

    async def prove(self, key: bytes, height: int) -> ProvenValue:
        """Prove a key under header `height`, on a worker thread."""
        return await asyncio.to_thread(self._prove, key, height)

    def _prove(self, key: bytes, height: int) -> ProvenValue:
        with self._chain.snapshot() as view:
            proven = view.prove(key, height)
        return ProvenValue(proven.value, proven.proof.encoded())

    async def trace(self, entity: bytes, limit: int) -> Trace:
        """Return the first steps of an entity's trace, on a worker thread."""
        return await asyncio.to_thread(self._trace, entity, limit)

    def _trace(self, entity: bytes, limit: int) -> Trace:
        with self._chain.snapshot() as view:
            links = list(islice(trace(view.state, entity), limit + 1))
            steps = []
            for link in links[:limit]:
                place = view.find_transaction(link.id)
                height = None if place is None else place.height
                steps.append(TraceStep(link.kind, link.id, link.relation, height))
            return Trace(view.tip.height, tuple(steps), complete=len(links) <= limit)

    async def concerning(
        self, entity: bytes, before: IndexedReceipt | None, limit: int
    ) -> tuple[IndexedReceipt, ...]:
        """Return the newest receipts that concern an id. About 5 µs each."""
        start = None if before is None else IndexEntry(before.height, before.receipt)
        found = self._chain.concerning(entity, limit=limit, before=start)
        return tuple(IndexedReceipt(item.height, item.receipt) for item in found)

    async def peers(self) -> tuple[PeerStatus, ...]:
        """Return the connected nodes."""
        return self._parts.activity.peers()

    async def record_read(self, read: RecordedRead) -> None:
        """Write a supervisor's read into the node's signed log, on a worker thread."""
        async with self._recording:
            await asyncio.to_thread(self._parts.record, read)
