"""Methods about the chain: where it stands, blocks, certificates, validators, parameters."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from ledger.block import EVIDENCE_MAX, EVIDENCE_SIZE_MAX
from ledger.certificate import CERTIFICATE_SIZE_MAX
from ledger.header import HEADER_SIZE_MAX
from ledger.suites import SIGNATURE_SIZE
from ledger.validators import VALIDATORS_MAX
from quancheng.api.method import (
    PAGE_DEFAULT,
    ClockOffset,
    Hash,
    Height,
    Limit,
    Method,
    NoParameters,
    PublicKey,
)
from quancheng.api.transactions import ReceiptView
from quancheng.api.waiting import WaitingView
from quancheng.json_form import BytesForm
from quancheng.json_object import ItemsMax


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """Where the chain stands as this node sees it."""

    chain_name: Annotated[str, "Name of the chain in its genesis document."]
    genesis_hash: Annotated[Hash, "What every signature of this chain is bound to."]
    protocol_version: Annotated[int, "Version of the rules in force."]
    node_version: Annotated[str, "Version of the node's software."]
    height: Annotated[Height, "Height of the last committed block; 0 is the genesis."]
    block_hash: Annotated[Hash, "Hash of that block, at height 0 the genesis hash."]
    time_ms: Annotated[int, "Its time: Unix time in milliseconds."]
    now_ms: Annotated[
        int, "About the time of a next block: the node's clock, never before time_ms."
    ]
    state_root: Annotated[
        Hash, "Root of the world state after that block, as the next header has it."
    ]
    earliest_height: Annotated[Height, "First block whose body this node still holds."]
    view: Annotated[int, "View in which the next block is being decided."]
    validators: Annotated[int, "How many validators vote on the next block."]
    validating: Annotated[bool, "Whether this node votes."]
    syncing: Annotated[bool, "Whether this node knows of blocks that it does not have yet."]
    peers: Annotated[int, "How many nodes it is connected to."]
    mempool_transactions: Annotated[int, "Transactions that wait for a block."]
    mempool_bytes: Annotated[int, "Their size."]
    silent_up_to: Annotated[
        Height | None,
        "Last height that this validator does not sign, because its past votes are unknown; null"
        " where it may sign.",
    ]
    clock_offset_ms: Annotated[
        ClockOffset | None,
        "How far the clocks of most peers are ahead of this node's, in milliseconds; null if"
        " unknown.",
    ]
    clock_offset_max_ms: Annotated[int, "An offset beyond this, either way, is an alarm."]
    stops_at_height: Annotated[
        Height | None,
        "First height whose rules this software does not know; null where none is decided.",
    ]
    waiting: WaitingView


@dataclass(frozen=True, slots=True)
class HeightRequest:
    """Names a block by its height."""

    height: Annotated[Height | None, "Height of the block; null means the last one."] = None


@dataclass(frozen=True, slots=True)
class HeaderView:
    """The fields of a header. Hashes are those of the canonical bytes in `data`."""

    genesis_hash: Hash
    height: Height
    time_ms: Annotated[int, "Unix time in milliseconds."]
    parent_hash: Hash
    proposer: Annotated[int, "Index of the validator that built the block."]
    transaction_root: Hash
    last_certificate_hash: Hash
    evidence_root: Hash
    state_root: Annotated[Hash, "World state after the block before."]
    receipt_root: Annotated[Hash, "Receipts of the block before."]
    history_root: Annotated[Hash, "Hashes of all blocks before."]
    validator_epoch: int
    validators_hash: Annotated[Hash, "The set that votes on this height."]
    next_validators_hash: Annotated[Hash, "The set that votes on the next height."]
    params_hash: Hash


@dataclass(frozen=True, slots=True)
class HeaderResult:
    """A header with its hash and its canonical bytes."""

    block_hash: Hash
    header: HeaderView
    data: Annotated[bytes, BytesForm(1, HEADER_SIZE_MAX), "Canonical bytes; the hash covers them."]


@dataclass(frozen=True, slots=True)
class CommitView:
    """One validator's commit vote."""

    validator: Annotated[int, "Index in the validator set of the height."]
    signature: Annotated[bytes, BytesForm(SIGNATURE_SIZE, SIGNATURE_SIZE)]


@dataclass(frozen=True, slots=True)
class CertificateResult:
    """The proof that a block is final."""

    height: Height
    view: Annotated[int, "View in which the block was decided."]
    block_hash: Hash
    signatures: Annotated[tuple[CommitView, ...], ItemsMax(VALIDATORS_MAX)]
    data: Annotated[bytes, BytesForm(1, CERTIFICATE_SIZE_MAX), "Canonical bytes."]


@dataclass(frozen=True, slots=True)
class BlockRequest:
    """Names a block and which of its transactions to list."""

    height: Annotated[Height | None, "Height of the block; null means the last one."] = None
    block_hash: Annotated[Hash | None, "Hash of the block, instead of its height."] = None
    offset: Annotated[int, "Position of the first transaction to list."] = 0
    limit: Annotated[Limit, "How many transactions to list."] = PAGE_DEFAULT


@dataclass(frozen=True, slots=True)
class BlockTransaction:
    """One line of a block: what a transaction is and what became of it."""

    position: int
    tx_id: Hash
    tx_hash: Hash
    type: Annotated[str, "Type, for instance consent.grant."]
    size: Annotated[int, "Size in bytes."]
    receipt: ReceiptView


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Proof that a validator signed two messages that no correct one signs both."""

    evidence_id: Hash
    height: Annotated[Height, "Height of both messages."]
    kind: Annotated[str, "What contradicts what: commit, lost_lock, …"]
    public_key: Annotated[PublicKey, "The voting key that signed them."]
    organisation: Annotated[Hash, "The organisation that ran the validator."]
    organisation_name: Annotated[str, "Name of the organisation; empty where unknown."]
    data: Annotated[bytes, BytesForm(1, EVIDENCE_SIZE_MAX), "Canonical bytes: the two messages."]


EmbeddedCertificate: TypeAlias = Annotated[bytes, BytesForm(1, CERTIFICATE_SIZE_MAX)]


@dataclass(frozen=True, slots=True)
class BlockResult:
    """A block: header, count of everything in it, and a page of its transactions."""

    block_hash: Hash
    header: HeaderView
    view: Annotated[int, "View in which the block was decided."]
    size: Annotated[int, "Size of the whole block in bytes."]
    last_certificate: Annotated[
        EmbeddedCertificate | None,
        "Canonical bytes of the certificate of the block before, as this block embeds it; null in"
        " block 1. First page only.",
    ]
    transaction_count: int
    sweeps: Annotated[
        tuple[ReceiptView, ...], "What block time alone brought about; first page only."
    ]
    evidence: Annotated[
        tuple[EvidenceView, ...],
        ItemsMax(EVIDENCE_MAX),
        "Contradictions of validators that the block records; first page only.",
    ]
    transactions: tuple[BlockTransaction, ...]
    next_offset: Annotated[int | None, "Offset of the next page; null after the last one."]


@dataclass(frozen=True, slots=True)
class ValidatorView:
    """One validator."""

    index: int
    public_key: PublicKey
    organisation: Annotated[Hash, "Id of the organisation that runs it."]
    organisation_name: Annotated[str, "Name of the organisation; empty where unknown."]


@dataclass(frozen=True, slots=True)
class ValidatorsResult:
    """The set that votes at a height."""

    height: Height
    epoch: int
    quorum: Annotated[int, "How many of them decide."]
    validators: Annotated[tuple[ValidatorView, ...], ItemsMax(VALIDATORS_MAX)]


@dataclass(frozen=True, slots=True)
class ParameterView:
    """One parameter of the chain, with the bounds within which governance may move it."""

    name: str
    value: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class ParametersResult:
    """All parameters in force after the last block."""

    height: Height
    parameters: tuple[ParameterView, ...]


CHAIN_STATUS = Method(
    "chain_status", NoParameters, ChainStatus, "Where the chain stands as this node sees it."
)
CHAIN_HEADER = Method("chain_header", HeightRequest, HeaderResult, "The header of a block.")
CHAIN_BLOCK = Method(
    "chain_block", BlockRequest, BlockResult, "A block with a page of its transactions."
)
CHAIN_CERTIFICATE = Method(
    "chain_certificate", HeightRequest, CertificateResult, "The proof that a block is final."
)
CHAIN_VALIDATORS = Method(
    "chain_validators", HeightRequest, ValidatorsResult, "The validators that vote at a height."
)
CHAIN_PARAMETERS = Method(
    "chain_parameters", NoParameters, ParametersResult, "The parameters of the chain in force."
)
