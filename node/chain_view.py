"""Reading the chain: blocks, certificates, receipts, world state, proofs, and who was concerned.

A view reads one engine or one snapshot of it. Heights that are not there are refused (E010), state
that has left the window of versions too (E913); damage raises StoreDamaged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from chaincode.codec import RecordCodec
from chaincode.state import decode_record
from ledger.block import Block, decode_block
from ledger.certificate import CommitCertificate, decode_certificate
from ledger.header import Header, decode_header
from ledger.receipt import Receipt, decode_receipt
from ledger.refusal import Code, Refused, require
from ledger.state_page import PageMissing
from ledger.state_proof import StateProof
from ledger.state_tree import TreeRoot, decode_tree_root, prove
from node.store import schema
from node.store.engine import Reader
from node.store.errors import StoreDamaged
from node.store.records import (
    Tip,
    TransactionLocation,
    Undo,
    decode_list,
    decode_location,
    decode_undo,
)
from node.store.sealing import SealedReader

R = TypeVar("R")


class CommittedState:
    """The world state after the last block, as the chaincode reads it. About 4 µs a value."""

    def __init__(self, reader: SealedReader) -> None:
        self._reader = reader

    def get(self, raw_key: bytes, /) -> bytes | None:
        """Return the value of a key, or None."""
        return self._reader.get(schema.state_key(raw_key))

    def record(self, raw_key: bytes, codec: RecordCodec[R], /) -> R | None:
        """Return the decoded record of a key, or None."""
        value = self.get(raw_key)
        return None if value is None else decode_record(codec, value)

    def scan(self, prefix: bytes, start: bytes = b"", /) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys with a prefix that are not below `start`, ascending, with their values."""
        first = schema.state_key(max(prefix, start))
        for key, value in self._reader.scan(schema.state_key(prefix), start=first):
            yield key[len(schema.STATE) :], value


@dataclass(frozen=True, slots=True, order=True)
class IndexEntry:
    """A receipt that concerns an id: number `receipt` of its block, sweeps counted first."""

    height: int
    receipt: int


@dataclass(frozen=True, slots=True)
class ProvenValue:
    """A value, None where the key is absent, with its proof under the state root of a header."""

    value: bytes | None
    proof: StateProof


class ChainView:
    """The chain up to `tip`."""

    def __init__(self, reader: Reader, tip: Tip, kept_versions: int) -> None:
        self.tip = tip
        self.kept_versions = kept_versions
        self._reader = SealedReader(reader)
        self.state = CommittedState(self._reader)

    @property
    def oldest_version(self) -> int:
        """The lowest height after which the state can still be read and proven."""
        return max(0, self.tip.height - self.kept_versions + 1)

    @property
    def first_body(self) -> int:
        """The lowest height whose body and receipts are here; 1 unless they were left elsewhere."""
        return self._marker(schema.BODIES_KEY)

    @property
    def first_indexed(self) -> int:
        """The lowest height whose receipts are found by the ids that they concern."""
        return self._marker(schema.INDEXED_KEY)

    @property
    def archive(self) -> str:
        """Where the operator keeps the bodies that are not here; empty where nothing was said."""
        return (self._reader.get(schema.ARCHIVE_KEY) or b"").decode()

    def header_bytes(self, height: int) -> bytes:
        """Return the canonical bytes of a header."""
        return self._of_block(schema.header_key(height), height)

    def header(self, height: int) -> Header:
        """Return a header."""
        return decode_header(self.header_bytes(height))

    def block_bytes(self, height: int) -> bytes:
        """Return the canonical bytes of a block, as peers exchange them."""
        return schema.BLOCK_HEAD + self.header_bytes(height) + self.body_bytes(height)

    def body_bytes(self, height: int) -> bytes:
        """Return the canonical bytes of a body; refuse (E913) one that is kept elsewhere."""
        return self._of_body(schema.body_key(height), height)

    def block(self, height: int) -> Block:
        """Return a block, its body checked against its header. About 3 µs a transaction."""
        return decode_block(self.block_bytes(height))

    def certificate_bytes(self, height: int) -> bytes:
        """Return the canonical bytes of the certificate that proves a block final."""
        return self._of_block(schema.certificate_key(height), height)

    def certificate(self, height: int) -> CommitCertificate:
        """Return the certificate that proves a block final."""
        return decode_certificate(self.certificate_bytes(height))

    def receipts_bytes(self, height: int) -> list[bytes]:
        """Return the leaves of a block's receipt tree: sweeps first, then transactions in order."""
        return decode_list(self._of_body(schema.receipts_key(height), height))

    def receipts(self, height: int) -> list[Receipt]:
        """Return the receipts of a block."""
        return [decode_receipt(data) for data in self.receipts_bytes(height)]

    def height_of(self, block_hash: bytes) -> int | None:
        """Return the height of a block by its hash."""
        data = self._reader.get(schema.block_hash_key(block_hash))
        height = None if data is None else int.from_bytes(data, "big")
        return None if height is None or height > self.tip.height else height

    def find_transaction(self, tx_id: bytes) -> TransactionLocation | None:
        """Return where a transaction stands."""
        data = self._reader.get(schema.transaction_key(tx_id))
        found = None if data is None else decode_location(data)
        return None if found is None or found.height > self.tip.height else found

    def concerning(
        self, entity: bytes, *, limit: int, before: IndexEntry | None = None
    ) -> list[IndexEntry]:
        """Return the newest receipts that concern an id (32 bytes), older ones by a cursor.

        Cost: one ordered read of at most `limit` + 1 short entries.
        """
        start = None
        if before is not None:
            start = schema.index_key(entity, before.height, before.receipt)
        found: list[IndexEntry] = []
        for key, _ in self._reader.scan(schema.index_prefix(entity), start=start, reverse=True):
            if len(found) == limit:
                break
            entry = IndexEntry(*schema.place_of_index_key(key))
            # Entries above the tip are left from a block that was undone at start.
            if entry != before and entry.height <= self.tip.height:
                found.append(entry)
        return found

    def index_keys(self, start: bytes) -> Iterator[bytes]:
        """Yield the keys of the index from a start on, in order."""
        for key, _ in self._reader.scan(schema.INDEX, start=max(start, schema.INDEX)):
            yield key

    def tree_root(self, height: int) -> TreeRoot:
        """Return the root of the state tree after a block, 0 for genesis."""
        require(0 <= height <= self.tip.height, Code.NOT_FOUND, "height")
        require(height >= self.oldest_version, Code.PRUNED, "height")
        return decode_tree_root(self._reader.require(schema.root_key(height)))

    def value_at(self, raw_key: bytes, height: int) -> bytes | None:
        """Return the value that a key had after a block.

        Reads the undo record of each later block until one changed the key.
        """
        require(0 <= height <= self.tip.height, Code.NOT_FOUND, "height")
        require(height >= self.oldest_version, Code.PRUNED, "height")
        for later in range(height + 1, self.tip.height + 1):
            for key, value in self.undo(later).values:
                if key == raw_key:
                    return value
        return self.state.get(raw_key)

    def prove(self, raw_key: bytes, height: int) -> ProvenValue:
        """Prove a key under the state root of header `height`, that is after block `height` - 1."""
        require(1 <= height <= self.tip.height, Code.NOT_FOUND, "height")
        root = self.tree_root(height - 1)
        try:
            proof = prove(self.read_page, root, raw_key)
        except PageMissing as missing:
            raise StoreDamaged(f"tree page {missing}", "is missing") from missing
        return ProvenValue(self.value_at(raw_key, height - 1), proof)

    def read_page(self, tree_key: bytes) -> bytes | None:
        """Return a page of the state tree by its page key."""
        return self._reader.get(schema.page_key(tree_key))

    def undo(self, height: int) -> Undo:
        """Return what a block of the window changed."""
        return decode_undo(self._reader.require(schema.undo_key(height)))

    def stale_pages(self, height: int) -> Iterator[tuple[bytes, list[bytes]]]:
        """Yield the portions (store key, page keys) of what a version of the tree left behind."""
        for key, data in self._reader.scan(schema.stale_prefix(height)):
            yield key, decode_list(data)

    def first_stored_version(self) -> int:
        """Return the lowest version that the store still has, kept or about to be pruned."""
        first = next(self._reader.scan(schema.ROOT), None)
        return self.tip.height if first is None else schema.height_of_key(first[0])

    def _marker(self, key: bytes) -> int:
        data = self._reader.get(key)
        return 1 if data is None else int.from_bytes(data, "big")

    def _of_body(self, key: bytes, height: int) -> bytes:
        """Return what goes when old bodies are moved away."""
        require(1 <= height <= self.tip.height, Code.NOT_FOUND, "height")
        data = self._reader.get(key)
        if data is None and height < self.first_body:
            where = self.archive
            raise Refused(Code.PRUNED, f"height, archive: {where}" if where else "height")
        return self._reader.require(key) if data is None else data

    def _of_block(self, key: bytes, height: int) -> bytes:
        if not 1 <= height <= self.tip.height:
            raise Refused(Code.NOT_FOUND, "height")
        return self._reader.require(key)
