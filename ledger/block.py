"""Blocks: a header and a body [last_certificate, [transaction bytes …], [evidence bytes …]].

The order of the list is the order of execution and of receipts; protective transactions stand
first.
"""

from dataclasses import dataclass

from ledger import shape
from ledger.certificate import CommitCertificate, certificate_from_value, last_certificate_hash
from ledger.encoding import Value, decode, encode
from ledger.header import Header, header_from_value
from ledger.refusal import Code, require
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.transaction import TRANSACTION_SIZE_MAX, transaction_hash

BLOCK_SIZE_MAX = 4 * 1024 * 1024
TRANSACTIONS_MAX = 5_000
EVIDENCE_MAX = 16
EVIDENCE_SIZE_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Block:
    """A whole block; `transactions` and `evidence` are the opaque bytes their signers signed."""

    header: Header
    last_certificate: CommitCertificate | None
    transactions: tuple[bytes, ...]
    evidence: tuple[bytes, ...] = ()

    def to_value(self) -> Value:
        """Return the block as a canonical value: [header, body]."""
        certificate: Value = (
            [] if self.last_certificate is None else self.last_certificate.to_value()
        )
        return [self.header.to_value(), [certificate, list(self.transactions), list(self.evidence)]]

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        return encode(self.to_value())


def decode_block(data: bytes) -> Block:
    """Return the block of strict canonical bytes, or refuse with E006 or E903."""
    header_value, body = shape.array(decode(data, size_max=BLOCK_SIZE_MAX), 2, "block")
    certificate, transactions, evidence = shape.array(body, 3, "body")
    block = Block(
        header=header_from_value(header_value),
        last_certificate=None if certificate == [] else certificate_from_value(certificate),
        transactions=tuple(
            shape.byte_string_up_to(item, "transactions", TRANSACTION_SIZE_MAX)
            for item in shape.array_up_to(transactions, TRANSACTIONS_MAX, "transactions")
        ),
        evidence=tuple(
            shape.byte_string_up_to(item, "evidence", EVIDENCE_SIZE_MAX)
            for item in shape.array_up_to(evidence, EVIDENCE_MAX, "evidence")
        ),
    )
    require_matching_body(block)
    return block


def require_matching_body(block: Block) -> None:
    """Refuse (E903) a body that is not the one its header names."""
    header = block.header
    hashes = [transaction_hash(item) for item in block.transactions]
    require(
        list_root(TRANSACTIONS_TAG, hashes) == header.transaction_root,
        Code.BAD_BODY,
        "transactions",
    )
    require(
        list_root(EVIDENCE_TAG, block.evidence) == header.evidence_root, Code.BAD_BODY, "evidence"
    )
    require(
        last_certificate_hash(block.last_certificate) == header.last_certificate_hash,
        Code.BAD_BODY,
        "last_certificate",
    )
