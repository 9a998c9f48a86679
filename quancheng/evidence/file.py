"""The evidence file as bytes: strict canonical CBOR, one encoding, every byte hashed or checked.

    file   = [version, changes, block, next validators, transaction, inclusion of tx_hash,
              next block, receipt, inclusion of the receipt, anchor]
    block  = [header, certificate]
    change = [header, certificate, validator set]
    anchor = null or [block hash, header, [history path …]]

`changes` hold the last block of every epoch before the transaction's block, from genesis on;
`next validators` is null unless the transaction's own block is the last of its epoch.
docs/evidence.md describes the file for those who write a verifier of their own.
"""

from dataclasses import dataclass

from ledger import shape
from ledger.certificate import CommitCertificate, certificate_from_value
from ledger.encoding import Value, decode, encode
from ledger.header import Header, header_from_value
from ledger.merkle import PATH_SIZE_MAX, InclusionProof, inclusion_proof_from_value
from ledger.receipt import RECEIPT_SIZE_MAX
from ledger.transaction import TRANSACTION_SIZE_MAX
from ledger.validators import ValidatorSet, validator_set_from_value
from lightclient.trust import ValidatorChange

VERSION = 1
EVIDENCE_FILE_SIZE_MAX = 16 * 1024 * 1024
CHANGES_MAX = 4_096
"""Validator-set changes since genesis; epochs last ten blocks at least and years as a rule."""


@dataclass(frozen=True, slots=True)
class CertifiedBlock:
    """The header of a block and the certificate that makes it final."""

    header: Header
    certificate: CommitCertificate

    def to_value(self) -> Value:
        """Return the block as a canonical value."""
        return [self.header.to_value(), self.certificate.to_value()]


@dataclass(frozen=True, slots=True)
class AnchorLink:
    """A later block whose hash is published elsewhere, and the way from it back to the evidence."""

    block_hash: bytes
    header: Header
    path: tuple[bytes, ...]
    """Inclusion path of the evidence's next block among the ancestors of this one."""

    def to_value(self) -> Value:
        """Return the link as a canonical value."""
        return [self.block_hash, self.header.to_value(), list(self.path)]


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """All that proves one transaction and its receipt to a reader who has the genesis document."""

    changes: tuple[ValidatorChange, ...]
    block: CertifiedBlock
    next_validators: ValidatorSet | None
    transaction: bytes
    transaction_inclusion: InclusionProof
    next_block: CertifiedBlock
    receipt: bytes
    receipt_inclusion: InclusionProof
    anchor: AnchorLink | None = None

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        changes: list[Value] = [
            [item.header.to_value(), item.certificate.to_value(), item.validators.to_value()]
            for item in self.changes
        ]
        return encode(
            [
                VERSION,
                changes,
                self.block.to_value(),
                None if self.next_validators is None else self.next_validators.to_value(),
                self.transaction,
                self.transaction_inclusion.to_value(),
                self.next_block.to_value(),
                self.receipt,
                self.receipt_inclusion.to_value(),
                None if self.anchor is None else self.anchor.to_value(),
            ]
        )


def decode_evidence_file(data: bytes) -> EvidenceFile:
    """Return the file of strict canonical bytes, or refuse with E006; nothing is verified yet."""
    parts = shape.array(decode(data, size_max=EVIDENCE_FILE_SIZE_MAX), 10, "evidence")
    shape.constant(parts[0], VERSION, "evidence.version")
    return EvidenceFile(
        changes=tuple(
            _change(item) for item in shape.array_up_to(parts[1], CHANGES_MAX, "evidence.changes")
        ),
        block=_block(parts[2]),
        next_validators=None if parts[3] is None else validator_set_from_value(parts[3]),
        transaction=shape.byte_string_up_to(parts[4], "transaction", TRANSACTION_SIZE_MAX),
        transaction_inclusion=inclusion_proof_from_value(parts[5]),
        next_block=_block(parts[6]),
        receipt=shape.byte_string_up_to(parts[7], "receipt", RECEIPT_SIZE_MAX),
        receipt_inclusion=inclusion_proof_from_value(parts[8]),
        anchor=None if parts[9] is None else _anchor(parts[9]),
    )


def _block(value: Value) -> CertifiedBlock:
    header, certificate = shape.array(value, 2, "block")
    return CertifiedBlock(header_from_value(header), certificate_from_value(certificate))


def _change(value: Value) -> ValidatorChange:
    header, certificate, validators = shape.array(value, 3, "change")
    return ValidatorChange(
        header_from_value(header),
        certificate_from_value(certificate),
        validator_set_from_value(validators),
    )


def _anchor(value: Value) -> AnchorLink:
    block_hash, header, path = shape.array(value, 3, "anchor")
    return AnchorLink(
        shape.hash32(block_hash, "anchor.block_hash"),
        header_from_value(header),
        tuple(
            shape.hash32(item, "anchor.path")
            for item in shape.array_up_to(path, PATH_SIZE_MAX, "anchor.path")
        ),
    )
