"""What nodes say to each other, as values, and their strict decoding from the arrays of frames.

A request carries a number that its answer repeats. What a peer claims of itself (height, validator
key) is a hint: everything that matters is proven by signatures, hashes and certificates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import TypeAlias

from consensus.evidence import EVIDENCE_ITEM_SIZE_MAX
from ledger.block import BLOCK_SIZE_MAX, EVIDENCE_MAX, TRANSACTIONS_MAX
from ledger.certificate import CERTIFICATE_SIZE_MAX
from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE
from ledger.transaction import TRANSACTION_SIZE_MAX
from node.network.fields import all_of, bytes_up_to, exact_bytes, exactly, integer
from node.network.frames import SIZE_MAX, Kind, decode_body, encode_frame

PROTOCOL_VERSION = 1
NODE_ID_SIZE = 32
SESSION_SIZE = 16
GOSSIP_TRANSACTIONS_MAX = 4_096
BLOCKS_PER_REPLY_MAX = 64
ROWS_PER_PIECE_MAX = 65_536
ROW_SIZE_MAX = 6 * 1024 * 1024
"""A row of a snapshot: a block's body or its receipts at their largest, with room to spare."""
START_SIZE_MAX = 512
MANIFEST_SIZE_MAX = 512


@unique
class Role(IntEnum):
    """What a node does for the chain, as it says itself."""

    OBSERVER = 0
    VALIDATOR = 1


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame of both sides. Nothing else is read before it is right."""

    protocol_version: int
    genesis_hash: bytes
    node_id: bytes
    """The sender's raw Ed25519 TLS key, checked against its certificate."""
    session: bytes
    """Fresh random bytes of this run of the process: tells a restarted node from a second link."""
    role: Role
    validator_key: bytes
    """The key that it votes with, empty for an observer; a hint of whom to ask for what."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a Pong with the same number."""

    number: int


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a Ping."""

    number: int
    wall_ms: int
    """The sender's wall clock, so that nodes notice whose clock is wrong. A hint."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far the sender is. The encoded certificate proves it; it is empty at height 0."""

    height: int
    certificate: bytes


@dataclass(frozen=True, slots=True)
class ConsensusMessage:
    """A message of consensus as its own codec wrote it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Transactions:
    """Transactions that the sender took into its mempool, as their opaque bytes."""

    items: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence of contradictions that waits for a block at the sender."""

    items: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GetTransactions:
    """Asks for transactions by tx_hash."""

    number: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TransactionsFound:
    """Those of the asked transactions that the sender has, in any order."""

    number: int
    items: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GetBlocks:
    """Asks for decided blocks from a height upwards."""

    number: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class BlocksFound:
    """Consecutive decided blocks, each with its certificate, encoded; maybe fewer than asked."""

    number: int
    items: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class GetSnapshot:
    """Asks for a snapshot of the state, in pieces."""

    number: int


@dataclass(frozen=True, slots=True)
class SnapshotFound:
    """The manifest of a snapshot that may be asked for now, encoded; empty where there is none."""

    number: int
    manifest: bytes


@dataclass(frozen=True, slots=True)
class GetPiece:
    """Asks for rows of a part of an offered snapshot; an empty start means the first ones."""

    number: int
    anchor_height: int
    part: int
    start: bytes


@dataclass(frozen=True, slots=True)
class PieceFound:
    """Rows, and where to go on, empty at the end of the part; not known: offered no longer."""

    number: int
    is_known: bool
    rows: tuple[bytes, ...]
    next_start: bytes


Message: TypeAlias = (
    Hello
    | Ping
    | Pong
    | Status
    | ConsensusMessage
    | Transactions
    | Evidence
    | GetTransactions
    | TransactionsFound
    | GetBlocks
    | BlocksFound
    | GetSnapshot
    | SnapshotFound
    | GetPiece
    | PieceFound
)
Exchange: TypeAlias = (
    GetTransactions
    | TransactionsFound
    | GetBlocks
    | BlocksFound
    | GetSnapshot
    | SnapshotFound
    | GetPiece
    | PieceFound
)
"""Requests and answers."""
Answer: TypeAlias = TransactionsFound | BlocksFound | SnapshotFound | PieceFound


def encode_message(message: Message) -> bytes:
    """Return the frame of a message. A gossip batch of 1,000 transactions costs about 0.1 ms."""
    match message:
        case Hello():
            values: tuple[object, ...] = (
                message.protocol_version,
                message.genesis_hash,
                message.node_id,
                message.session,
                int(message.role),
                message.validator_key,
            )
            return encode_frame(Kind.HELLO, values)
        case Ping():
            return encode_frame(Kind.PING, (message.number,))
        case Pong():
            return encode_frame(Kind.PONG, (message.number, message.wall_ms))
        case Status():
            return encode_frame(Kind.STATUS, (message.height, message.certificate))
        case ConsensusMessage():
            return encode_frame(Kind.CONSENSUS, (message.data,))
        case Transactions():
            return encode_frame(Kind.TRANSACTIONS, message.items)
        case Evidence():
            return encode_frame(Kind.EVIDENCE, message.items)
        case _:
            return _encode_exchange(message)


def _encode_exchange(message: Exchange) -> bytes:
    match message:
        case GetTransactions():
            return encode_frame(Kind.GET_TRANSACTIONS, (message.number, message.hashes))
        case TransactionsFound():
            return encode_frame(Kind.TRANSACTIONS_FOUND, (message.number, message.items))
        case GetBlocks():
            return encode_frame(Kind.GET_BLOCKS, (message.number, message.height, message.count))
        case BlocksFound():
            return encode_frame(Kind.BLOCKS_FOUND, (message.number, message.items))
        case GetSnapshot():
            return encode_frame(Kind.GET_SNAPSHOT, (message.number,))
        case SnapshotFound():
            return encode_frame(Kind.SNAPSHOT_FOUND, (message.number, message.manifest))
        case GetPiece():
            asked = (message.number, message.anchor_height, message.part, message.start)
            return encode_frame(Kind.GET_PIECE, asked)
        case PieceFound():
            known = int(message.is_known)
            found = (message.number, known, message.rows, message.next_start)
            return encode_frame(Kind.PIECE_FOUND, found)


def decode_message(kind: Kind, body: bytes) -> Message:
    """Return the message of a frame; refuse (E006) whatever its sender cannot have meant."""
    return _DECODERS[kind](decode_body(kind, body))


def _hello(values: list[object]) -> Hello:
    version, genesis_hash, node_id, session, role, validator_key = exactly(values, 6)
    return Hello(
        protocol_version=integer(version),
        genesis_hash=exact_bytes(genesis_hash, HASH_SIZE),
        node_id=exact_bytes(node_id, NODE_ID_SIZE),
        session=exact_bytes(session, SESSION_SIZE),
        role=Role.VALIDATOR if integer(role, 1) else Role.OBSERVER,
        validator_key=b"" if validator_key == b"" else exact_bytes(validator_key, PUBLIC_KEY_SIZE),
    )


def _ping(values: list[object]) -> Ping:
    (number,) = exactly(values, 1)
    return Ping(integer(number))


def _pong(values: list[object]) -> Pong:
    number, wall_ms = exactly(values, 2)
    return Pong(integer(number), integer(wall_ms))


def _status(values: list[object]) -> Status:
    height, certificate = exactly(values, 2)
    return Status(integer(height), bytes_up_to(certificate, CERTIFICATE_SIZE_MAX))


def _consensus(values: list[object]) -> ConsensusMessage:
    (data,) = exactly(values, 1)
    return ConsensusMessage(bytes_up_to(data, SIZE_MAX[Kind.CONSENSUS]))


def _transactions(values: list[object]) -> Transactions:
    return Transactions(all_of(values, GOSSIP_TRANSACTIONS_MAX, _transaction))


def _evidence(values: list[object]) -> Evidence:
    return Evidence(all_of(values, EVIDENCE_MAX, _evidence_item))


def _get_transactions(values: list[object]) -> GetTransactions:
    number, hashes = exactly(values, 2)
    return GetTransactions(integer(number), all_of(hashes, TRANSACTIONS_MAX, _hash))


def _transactions_found(values: list[object]) -> TransactionsFound:
    number, items = exactly(values, 2)
    return TransactionsFound(integer(number), all_of(items, TRANSACTIONS_MAX, _transaction))


def _get_blocks(values: list[object]) -> GetBlocks:
    number, height, count = exactly(values, 3)
    return GetBlocks(integer(number), integer(height), integer(count, BLOCKS_PER_REPLY_MAX))


def _blocks_found(values: list[object]) -> BlocksFound:
    number, items = exactly(values, 2)
    return BlocksFound(integer(number), all_of(items, BLOCKS_PER_REPLY_MAX, _block))


def _get_snapshot(values: list[object]) -> GetSnapshot:
    (number,) = exactly(values, 1)
    return GetSnapshot(integer(number))


def _snapshot_found(values: list[object]) -> SnapshotFound:
    number, manifest = exactly(values, 2)
    return SnapshotFound(integer(number), bytes_up_to(manifest, MANIFEST_SIZE_MAX))


def _get_piece(values: list[object]) -> GetPiece:
    number, anchor_height, part, start = exactly(values, 4)
    return GetPiece(
        integer(number),
        integer(anchor_height),
        integer(part, 255),
        bytes_up_to(start, START_SIZE_MAX),
    )


def _piece_found(values: list[object]) -> PieceFound:
    number, known, rows, next_start = exactly(values, 4)
    return PieceFound(
        integer(number),
        bool(integer(known, 1)),
        all_of(rows, ROWS_PER_PIECE_MAX, _row),
        bytes_up_to(next_start, START_SIZE_MAX),
    )


_DECODERS: Mapping[Kind, Callable[[list[object]], Message]] = {
    Kind.HELLO: _hello,
    Kind.PING: _ping,
    Kind.PONG: _pong,
    Kind.STATUS: _status,
    Kind.CONSENSUS: _consensus,
    Kind.TRANSACTIONS: _transactions,
    Kind.EVIDENCE: _evidence,
    Kind.GET_TRANSACTIONS: _get_transactions,
    Kind.TRANSACTIONS_FOUND: _transactions_found,
    Kind.GET_BLOCKS: _get_blocks,
    Kind.BLOCKS_FOUND: _blocks_found,
    Kind.GET_SNAPSHOT: _get_snapshot,
    Kind.SNAPSHOT_FOUND: _snapshot_found,
    Kind.GET_PIECE: _get_piece,
    Kind.PIECE_FOUND: _piece_found,
}


def _hash(value: object) -> bytes:
    return exact_bytes(value, HASH_SIZE)


def _transaction(value: object) -> bytes:
    return bytes_up_to(value, TRANSACTION_SIZE_MAX)


def _evidence_item(value: object) -> bytes:
    return bytes_up_to(value, EVIDENCE_ITEM_SIZE_MAX)


def _row(value: object) -> bytes:
    return bytes_up_to(value, ROW_SIZE_MAX)


def _block(value: object) -> tuple[bytes, bytes]:
    block, certificate = exactly(value, 2)
    return bytes_up_to(block, BLOCK_SIZE_MAX), bytes_up_to(certificate, CERTIFICATE_SIZE_MAX)
