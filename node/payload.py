"""What a pre-prepare carries: a block in which transactions are named by their tx_hashes.

MessagePack of [header bytes, last certificate bytes, tx_hashes in one string, evidence]. Every part
is checked against the header's roots before anything is fetched, so a payload that decodes is bound
by the block hash as the whole block is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgpack

from ledger.block import EVIDENCE_MAX, EVIDENCE_SIZE_MAX, TRANSACTIONS_MAX, Block
from ledger.certificate import (
    CERTIFICATE_SIZE_MAX,
    CommitCertificate,
    decode_certificate,
    last_certificate_hash,
)
from ledger.header import HEADER_SIZE_MAX, Header, decode_header
from ledger.refusal import Code, Refused, require
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.suites import HASH_SIZE
from ledger.transaction import transaction_hash

PAYLOAD_SIZE_MAX = (
    HEADER_SIZE_MAX
    + CERTIFICATE_SIZE_MAX
    + TRANSACTIONS_MAX * HASH_SIZE
    + EVIDENCE_MAX * EVIDENCE_SIZE_MAX
    + 256
)

_PARTS = 4


@dataclass(frozen=True, slots=True)
class CompactBlock:
    """A block whose transactions are known by their hashes only."""

    header: Header
    last_certificate: CommitCertificate | None
    transaction_hashes: tuple[bytes, ...]
    evidence: tuple[bytes, ...]

    def missing(self, find: Callable[[bytes], bytes | None]) -> list[bytes]:
        """Return the tx_hashes for which `find` has no bytes, in the order of the block."""
        return [tx_hash for tx_hash in self.transaction_hashes if find(tx_hash) is None]

    def assemble(self, find: Callable[[bytes], bytes | None]) -> Block | None:
        """Return the whole block, or None while transactions are missing."""
        found = [find(tx_hash) for tx_hash in self.transaction_hashes]
        transactions = tuple(data for data in found if data is not None)
        if len(transactions) < len(found):
            return None
        return Block(self.header, self.last_certificate, transactions, self.evidence)

    def encoded(self) -> bytes:
        """Return the bytes of the payload."""
        certificate = self.last_certificate
        packed: bytes = msgpack.packb(
            [
                self.header.encoded(),
                b"" if certificate is None else certificate.encoded(),
                b"".join(self.transaction_hashes),
                list(self.evidence),
            ]
        )
        return packed


def compact_block(block: Block) -> CompactBlock:
    """Return a block with the hashes of its transactions. About 1 µs for each."""
    hashes = tuple(transaction_hash(data) for data in block.transactions)
    return CompactBlock(block.header, block.last_certificate, hashes, block.evidence)


def decode_payload(data: bytes) -> CompactBlock:
    """Return the compact block of a payload that fits its header, or refuse (E006, E903)."""
    header_bytes, certificate_bytes, hashes, evidence = _parts(data)
    require(len(hashes) % HASH_SIZE == 0, Code.SCHEMA, "payload.transactions")
    require(len(hashes) <= TRANSACTIONS_MAX * HASH_SIZE, Code.SCHEMA, "payload.transactions")
    block = CompactBlock(
        header=decode_header(header_bytes),
        last_certificate=decode_certificate(certificate_bytes) if certificate_bytes else None,
        transaction_hashes=tuple(
            hashes[offset : offset + HASH_SIZE] for offset in range(0, len(hashes), HASH_SIZE)
        ),
        evidence=evidence,
    )
    _require_bound(block)
    require(block.encoded() == data, Code.SCHEMA, "payload.canonical")
    return block


def _require_bound(block: CompactBlock) -> None:
    header = block.header
    transaction_root = list_root(TRANSACTIONS_TAG, block.transaction_hashes)
    require(transaction_root == header.transaction_root, Code.BAD_BODY, "transactions")
    evidence_root = list_root(EVIDENCE_TAG, block.evidence)
    require(evidence_root == header.evidence_root, Code.BAD_BODY, "evidence")
    certificate_hash = last_certificate_hash(block.last_certificate)
    require(certificate_hash == header.last_certificate_hash, Code.BAD_BODY, "last_certificate")


def _parts(data: bytes) -> tuple[bytes, bytes, bytes, tuple[bytes, ...]]:
    if len(data) > PAYLOAD_SIZE_MAX:
        raise Refused(Code.SCHEMA, "payload.size")
    try:
        parts = msgpack.unpackb(data, use_list=True, max_array_len=EVIDENCE_MAX, max_map_len=0)
    except (ValueError, msgpack.UnpackException) as error:
        raise Refused(Code.SCHEMA, "payload") from error
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise Refused(Code.SCHEMA, "payload")
    *blobs, evidence = parts
    if not all(isinstance(blob, bytes) for blob in blobs) or not isinstance(evidence, list):
        raise Refused(Code.SCHEMA, "payload")
    if not all(isinstance(item, bytes) and len(item) <= EVIDENCE_SIZE_MAX for item in evidence):
        raise Refused(Code.SCHEMA, "payload.evidence")
    return blobs[0], blobs[1], blobs[2], tuple(evidence)
