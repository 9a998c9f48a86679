"""The one interface between JSON-RPC and the node.

It is shaped so that a front process can speak it over a local socket: only plain values cross it
(bytes in canonical form, integers, text, frozen records of these), lists are read by page, waiting
is a bounded call. Nothing here parses what a client sent; the RPC side bounds and decodes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.genesis import Parameter
from ledger.refusal import Refusal
from ledger.validators import ValidatorSet
from node.event_hub import CommittedBlock


@dataclass(frozen=True, slots=True)
class MissingVote:
    """A validator whose message of the present step has not come."""

    validator: int
    public_key: bytes
    organisation: bytes
    connected: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the next block waits for, and why that has not come. Times are Unix milliseconds."""

    cause: str
    step: str
    height: int
    view: int
    since_ms: int
    """When the present step began."""
    due_since_ms: int | None
    """Since when there is something to decide at this height."""
    needed: int
    """How many validators decide."""
    reachable: int
    """How many are connected, this node counted where it votes."""
    own_validator: int | None
    missing: tuple[MissingVote, ...]


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Where the node stands. Times are Unix milliseconds, sizes bytes."""

    chain_name: str
    genesis_hash: bytes
    protocol_version: int
    node_version: str
    height: int
    block_hash: bytes
    time_ms: int
    now_ms: int
    state_root: bytes
    earliest_height: int
    view: int
    validators: int
    validating: bool
    syncing: bool
    peers: int
    mempool_transactions: int
    mempool_bytes: int
    silent_up_to: int | None
    clock_offset_ms: int | None
    clock_offset_max_ms: int
    stops_at_height: int | None
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the node can serve; reasons in English where it cannot."""

    ok: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredHeader:
    """Canonical bytes of a header and of the certificate of its block."""

    header: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block as canonical bytes: transactions, evidence and receipts as their leaves.

    Receipts of sweeps come first, then those of evidence, then those of transactions.
    """

    header: bytes
    certificate: bytes
    size: int
    transactions: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    evidence: tuple[bytes, ...] = ()
    last_certificate: bytes = b""
    """The certificate that the block embeds; empty in block 1."""


@dataclass(frozen=True, slots=True)
class TransactionLocation:
    """Where a committed transaction stands; `position` counts the block's transactions from 0."""

    height: int
    position: int


@dataclass(frozen=True, slots=True)
class Admission:
    """What the door made of a submitted transaction; no id where the bytes are none."""

    tx_id: bytes | None
    valid_until_ms: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """A dry run at the tip: a refusal at the door, or the receipt that a block would record."""

    height: int
    refusal: Refusal | None
    receipt: bytes | None


@dataclass(frozen=True, slots=True)
class StateValues:
    """Values after `height`, in the order asked; None where a key is absent."""

    height: int
    values: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class StatePage:
    """Rows (raw key, value) in key order after `height`; `more` where the prefix goes on."""

    height: int
    rows: tuple[tuple[bytes, bytes], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ProvenValue:
    """A value, or None, with its canonical proof under the state root of a header."""

    value: bytes | None
    proof: bytes


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of a trace; `height` where its id is that of a committed transaction."""

    kind: str
    id: bytes
    relation: str
    height: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The first steps of a trace after `height`; `complete` where there are no more."""

    height: int
    steps: tuple[TraceStep, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class IndexedReceipt:
    """A receipt that concerns an id: its block and its number there from 0, sweeps first."""

    height: int
    receipt: int


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One connected node."""

    node_id: bytes
    organisation: bytes
    address: str
    height: int
    validator: int | None
    validator_key: bytes | None
    round_trip_ms: int = 0
    clock_offset_ms: int | None = None
    certificate_expired_ms: int | None = None
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class RecordedRead:
    """What a supervisor read: who, with which key, by which method and parameters (JSON)."""

    party: bytes
    key: bytes
    method: str
    parameters: str


class Backend(Protocol):
    """What JSON-RPC asks of a node. Heights above the tip and pruned ones raise `Refused`."""

    async def status(self) -> NodeStatus:
        """Return where the node stands."""

    async def health(self) -> Health:
        """Say whether the node can serve."""

    async def metrics(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""

    async def wait_for_block(self, after: int, timeout_ms: int) -> int:
        """Return the tip height as soon as it is above `after`, or when the time is over."""

    async def committed_block(self, height: int) -> CommittedBlock:
        """Return what waiters need to know of a block."""

    async def header(self, height: int) -> StoredHeader:
        """Return a header with its certificate; refuse (E010, E913) a height without one."""

    async def block(self, height: int) -> StoredBlock:
        """Return a block; refuse (E010, E913) a height without one."""

    async def height_of(self, block_hash: bytes) -> int | None:
        """Return the height of a block by its hash."""

    async def validators(self, height: int) -> ValidatorSet:
        """Return the set that votes on a height up to tip + 1; refuse (E010) a later one."""

    async def organisation_names(self) -> dict[bytes, str]:
        """Return the names of organisations by their ids."""

    async def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters in force."""

    async def submit(self, transactions: Sequence[bytes]) -> tuple[Admission, ...]:
        """Admit transactions to the mempool and gossip them; one answer each.

        A transaction that already waits is admitted again; one that stands in a block is E005.
        """

    async def check(self, transaction: bytes) -> CheckOutcome:
        """Execute a transaction on the state at the tip and forget it."""

    async def locate(self, tx_id: bytes) -> TransactionLocation | None:
        """Return where a transaction stands in the chain."""

    async def waiting(self, tx_id: bytes) -> bytes | None:
        """Return the bytes of a transaction that waits in the mempool."""

    async def state_values(self, keys: Sequence[bytes]) -> StateValues:
        """Return values after the tip."""

    async def state_page(self, prefix: bytes, start: bytes, limit: int) -> StatePage:
        """Return at most `limit` rows whose keys begin with `prefix`, from `start` on."""

    async def prove(self, key: bytes, height: int) -> ProvenValue:
        """Prove a key under header `height`, that is after block `height` - 1."""

    async def trace(self, entity: bytes, limit: int) -> Trace:
        """Return at most `limit` steps of an entity's trace; refuse (E010) an unknown one."""

    async def concerning(
        self, entity: bytes, before: IndexedReceipt | None, limit: int
    ) -> tuple[IndexedReceipt, ...]:
        """Return the newest receipts that concern an id, older than `before` where given."""

    async def peers(self) -> tuple[PeerStatus, ...]:
        """Return the connected nodes."""

    async def record_read(self, read: RecordedRead) -> None:
        """Write a supervisor's read into the node's signed log; it is durable on return."""
