"""Methods about transactions: submit, try out, look up, wait, trace, prove."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Annotated, TypeAlias

from ledger.certificate import CERTIFICATE_SIZE_MAX
from ledger.header import HEADER_SIZE_MAX
from ledger.receipt import EVENT_ITEMS_MAX, EVENTS_MAX, RECEIPT_SIZE_MAX
from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE
from ledger.transaction import SIGNERS_MAX, TRANSACTION_SIZE_MAX
from quancheng.api.method import Hash, Height, Method, PublicKey
from quancheng.api.refusal import Label, RefusalView
from quancheng.json_form import BytesForm, IntegerForm
from quancheng.json_object import ItemsMax

SUBMIT_MAX = 500
"""Transactions of one submission."""
WAIT_MAX_MS = 60_000
WAIT_DEFAULT_MS = 20_000
PATH_MAX = 64
TRACE_MAX = 1_000

TransactionBytes: TypeAlias = Annotated[bytes, BytesForm(1, TRANSACTION_SIZE_MAX)]


@unique
class TransactionState(StrEnum):
    """All that can have become of a transaction. Only PENDING can still change."""

    REJECTED = "rejected"
    PENDING = "pending"
    FINAL_OK = "final-ok"
    FINAL_FAILED = "final-failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened."""

    name: Annotated[str, "What happened, for instance consent.granted."]
    ids: Annotated[tuple[Hash, ...], ItemsMax(EVENT_ITEMS_MAX), "What it concerns."]
    amounts: Annotated[tuple[int, ...], ItemsMax(EVENT_ITEMS_MAX)]


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The outcome of a transaction or of a sweep (what block time alone brought about)."""

    subject: Annotated[Hash, "The tx_id, or the id of the sweep."]
    code: Annotated[Label, "E000 where it took effect, otherwise the code of the refusal."]
    refusal: Annotated[RefusalView | None, "Why it took no effect; null where it did."]
    events: Annotated[tuple[EventView, ...], ItemsMax(EVENTS_MAX)]


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """One or several signed transactions. Sending the same ones again is safe."""

    transactions: Annotated[
        tuple[TransactionBytes, ...], ItemsMax(SUBMIT_MAX), "Canonical bytes of each transaction."
    ]


@dataclass(frozen=True, slots=True)
class Submission:
    """What the node made of one submitted transaction."""

    tx_id: Annotated[Hash | None, "Its id; null where the bytes are no transaction."]
    tx_hash: Hash
    state: TransactionState
    refusal: Annotated[RefusalView | None, "Why it was rejected."] = None
    height: Annotated[Height | None, "Height of the block that already holds it."] = None


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """One entry for each transaction, in the order of the request."""

    submissions: Annotated[tuple[Submission, ...], ItemsMax(SUBMIT_MAX)]


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A signed transaction to try out."""

    transaction: Annotated[TransactionBytes, "Canonical bytes."]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What would become of a transaction in the next block. Nothing is recorded."""

    tx_id: Hash
    height: Annotated[Height, "Height after which it was tried."]
    admitted: Annotated[bool, "Whether a block may hold it at all."]
    refusal: Annotated[RefusalView | None, "Why it is not admitted, or would fail."]
    receipt: Annotated[ReceiptView | None, "What a block would record; null where not admitted."]


@dataclass(frozen=True, slots=True)
class TransactionRequest:
    """Names a transaction."""

    tx_id: Annotated[Hash, "Id of the transaction."]


@dataclass(frozen=True, slots=True)
class WaitRequest:
    """Names a transaction to wait for."""

    tx_id: Annotated[Hash, "Id of the transaction."]
    valid_until_ms: Annotated[
        int | None, "Its expiry; with it a node that never saw it can still say: expired."
    ] = None
    timeout_ms: Annotated[int, IntegerForm(WAIT_MAX_MS), "How long to wait at most."] = (
        WAIT_DEFAULT_MS
    )
    proof: Annotated[bool, "Wait until the next block certifies the receipt, and prove it."] = True


@dataclass(frozen=True, slots=True)
class InclusionPath:
    """An RFC 6962 inclusion proof under a counted root of a header."""

    index: Annotated[int, "Position of the leaf."]
    size: Annotated[int, "Number of leaves."]
    path: Annotated[tuple[Hash, ...], ItemsMax(PATH_MAX), "Sibling hashes from the leaf up."]


@dataclass(frozen=True, slots=True)
class CertifiedHeader:
    """A header and the certificate that makes it final, as canonical bytes."""

    header: Annotated[bytes, BytesForm(1, HEADER_SIZE_MAX)]
    certificate: Annotated[bytes, BytesForm(1, CERTIFICATE_SIZE_MAX)]


@dataclass(frozen=True, slots=True)
class TransactionProof:
    """All pieces that prove a transaction and its receipt; only the genesis need be trusted."""

    height: Annotated[Height, "Height of the block that holds the transaction."]
    transaction: TransactionBytes
    transaction_path: Annotated[InclusionPath, "Of tx_hash under transaction_root of this block."]
    block: Annotated[CertifiedHeader, "The block of the transaction."]
    receipt: Annotated[bytes, BytesForm(1, RECEIPT_SIZE_MAX)]
    receipt_path: Annotated[InclusionPath, "Of the receipt under receipt_root of the next block."]
    next_block: Annotated[CertifiedHeader, "The block after it."]


@dataclass(frozen=True, slots=True)
class WaitResult:
    """What became of the transaction within the time given."""

    tx_id: Hash
    state: TransactionState
    height: Annotated[Height | None, "Height of its block."] = None
    position: Annotated[int | None, "Its position in that block."] = None
    receipt: ReceiptView | None = None
    refusal: Annotated[RefusalView | None, "Why it was rejected or failed."] = None
    proof: Annotated[
        TransactionProof | None, "Set once the next block is certified, where asked for."
    ] = None


@dataclass(frozen=True, slots=True)
class TransactionResult:
    """A transaction with everything known about it."""

    tx_id: Hash
    tx_hash: Hash
    state: TransactionState
    type: str
    signers: Annotated[tuple[PublicKey, ...], ItemsMax(SIGNERS_MAX)]
    valid_until_ms: int
    body: Annotated[object, "Fields by name; an array where the type is unknown to this node."]
    data: Annotated[TransactionBytes, "Canonical bytes."]
    height: Height | None = None
    position: int | None = None
    time_ms: Annotated[int | None, "Time of its block."] = None
    receipt: ReceiptView | None = None


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """Names what to trace: an asset, order, consent, matter, product or resource."""

    id: Annotated[
        bytes, BytesForm(HASH_SIZE, PUBLIC_KEY_SIZE), "Id of the entity, or a pseudonym key."
    ]


@dataclass(frozen=True, slots=True)
class TraceLink:
    """One step on the way from registration to settlement."""

    kind: Annotated[str, "Kind of the entity, for instance consent."]
    id: Annotated[
        bytes,
        BytesForm(0, PUBLIC_KEY_SIZE),
        "Id of the entity, or of the transaction or sweep in which the step happened.",
    ]
    relation: Annotated[str, "What it has to do with what was asked for."]
    height: Annotated[Height | None, "Height of the transaction of this id, where it is one."] = (
        None
    )


@dataclass(frozen=True, slots=True)
class TraceResult:
    """The links in the order in which they came about."""

    height: Annotated[Height, "Height after which the links stand."]
    complete: Annotated[bool, "Whether these are all links."]
    links: Annotated[tuple[TraceLink, ...], ItemsMax(TRACE_MAX)]


TX_SUBMIT = Method(
    "tx_submit", SubmitRequest, SubmitResult, "Hand in one or several signed transactions."
)
TX_CHECK = Method(
    "tx_check",
    CheckRequest,
    CheckResult,
    "Try a transaction on the current state; records nothing.",
)
TX_GET = Method("tx_get", TransactionRequest, TransactionResult, "A transaction and its receipt.")
TX_WAIT = Method(
    "tx_wait", WaitRequest, WaitResult, "Wait until a transaction is final, rejected or expired."
)
TX_TRACE = Method(
    "tx_trace", TraceRequest, TraceResult, "Every step between registration and settlement."
)
TX_PROOF = Method(
    "tx_proof",
    TransactionRequest,
    TransactionProof,
    "All that proves a transaction and its receipt.",
)
