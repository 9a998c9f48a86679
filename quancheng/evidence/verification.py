"""Verifying an evidence file with nothing but the genesis document: no network, no clock, no trust.

The file proves that a transaction, signed by its signers, stands in a final block, and what became
of it. There is no trusting period: a court reads it years later. What time does take away is the
secrecy of keys that were retired long ago, so the verdict says whether the evidence is anchored,
that is tied to a block hash which was published outside the chain.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ledger.genesis import decode_genesis
from ledger.header import Header
from ledger.merkle import InclusionProof
from ledger.receipt import Receipt, decode_receipt
from ledger.refusal import Code, Refusal, Refused, require
from ledger.suites import HASH_SIZE
from ledger.transaction import Transaction, decode_transaction, has_valid_signatures
from ledger.validators import ValidatorSet
from lightclient.proofs import require_ancestor, require_receipt, require_transaction
from lightclient.trust import (
    TrustedState,
    ValidatorChange,
    advance,
    change_validators,
    require_final,
    trust_genesis,
)
from lightclient.verification import require_linked
from quancheng.evidence.file import AnchorLink, EvidenceFile, decode_evidence_file

ANCHORED = "anchored"
UNANCHORED = "unanchored: holds unless a quorum of a retired validator set was stolen"
NOT_PROVEN = (
    "that the data was true before it was registered",
    "who held a key when it signed: the chain binds keys to parties, not to hands",
    "what was done with the data after its release",
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A block hash of this chain that the reader has from a publication outside the chain."""

    height: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evidence file proves."""

    transaction: Transaction
    receipt: Receipt
    height: int
    """Height of the block that holds the transaction."""
    block_hash: bytes
    time_ms: int
    """Time of that block."""
    validators: ValidatorSet
    """Set that made it final."""
    anchored: bool
    offered_anchor: Anchor | None
    """Later block that the file ties itself to, for the reader to compare with a publication."""

    @property
    def standing(self) -> str:
        """How far the proof reaches in time, in one line."""
        return ANCHORED if self.anchored else UNANCHORED

    @property
    def not_proven(self) -> tuple[str, ...]:
        """What no file of this kind can prove, one line each."""
        return NOT_PROVEN


def anchor_from_text(text: str) -> Anchor:
    """Return the anchor written as HEIGHT:HASH; refuse another form (E911)."""
    height, _, block_hash = text.partition(":")
    is_height = height.isascii() and height.isdigit()
    require(is_height and len(block_hash) == 2 * HASH_SIZE, Code.BAD_REQUEST, "anchor")
    try:
        return Anchor(int(height), bytes.fromhex(block_hash))
    except ValueError:
        raise Refused(Code.BAD_REQUEST, "anchor") from None


def verify(data: bytes, genesis_bytes: bytes, anchor: Anchor | None = None) -> Verdict | Refusal:
    """Return what the file proves under a genesis document, or why it proves nothing (E904).

    With an anchor, a file that does not lead to it is refused. The refusal's field names the part
    that failed. About 50 µs for each signature in the file.
    """
    try:
        return _verdict(data, genesis_bytes, anchor)
    except Refused as refused:
        return refused.refusal


@contextmanager
def _part(name: str) -> Iterator[None]:
    """Name the part of the file in which a rule did not hold."""
    try:
        yield
    except Refused as refused:
        field = f"{name}: {refused.refusal.code.name} {refused.refusal.field}".rstrip()
        raise Refused(Code.BAD_EVIDENCE_FILE, field) from refused


def _verdict(data: bytes, genesis_bytes: bytes, anchor: Anchor | None) -> Verdict:
    with _part("genesis"):
        trusted = trust_genesis(decode_genesis(genesis_bytes))
    with _part("file"):
        file = decode_evidence_file(data)
    for number, change in enumerate(file.changes):
        with _part(f"changes[{number}]"):
            trusted = change_validators(trusted, change)
    with _part("block"):
        trusted_after = _trust_after_block(trusted, file)
    with _part("transaction"):
        transaction = _proven_transaction(file)
    with _part("next_block"):
        require_linked(trusted_after.block_hash, file.next_block.header)
        require_final(trusted_after, file.next_block.header, file.next_block.certificate)
    with _part("receipt"):
        receipt = _proven_receipt(file, transaction)
    with _part("anchor"):
        anchored = _is_anchored(file, anchor)
    header = file.block.header
    return Verdict(
        transaction=transaction,
        receipt=receipt,
        height=header.height,
        block_hash=header.hash(),
        time_ms=header.time_ms,
        validators=trusted.validators,
        anchored=anchored,
        offered_anchor=None if file.anchor is None else _offer(file.anchor),
    )


def _trust_after_block(trusted: TrustedState, file: EvidenceFile) -> TrustedState:
    """Return the trust after the transaction's block, which may be the last of its epoch."""
    header, certificate = file.block.header, file.block.certificate
    if file.next_validators is None:
        return advance(trusted, header, certificate)
    change = ValidatorChange(header, certificate, file.next_validators)
    return change_validators(trusted, change)


def _proven_transaction(file: EvidenceFile) -> Transaction:
    transaction = decode_transaction(file.transaction)
    header = file.block.header
    is_of_chain = transaction.unsigned.genesis_hash == header.genesis_hash
    require(is_of_chain, Code.WRONG_CHAIN, "genesis_hash")
    require(has_valid_signatures(transaction), Code.BAD_SIGNATURE, "signatures")
    require_transaction(header, transaction.tx_hash, file.transaction_inclusion)
    return transaction


def _proven_receipt(file: EvidenceFile, transaction: Transaction) -> Receipt:
    receipt = decode_receipt(file.receipt)
    require(receipt.subject == transaction.tx_id, Code.BAD_PROOF, "receipt.subject")
    require_receipt(file.next_block.header, file.receipt, file.receipt_inclusion)
    return receipt


def _offer(link: AnchorLink) -> Anchor:
    return Anchor(link.header.height, link.block_hash)


def _is_anchored(file: EvidenceFile, anchor: Anchor | None) -> bool:
    """Say whether the evidence leads to the reader's anchor; refuse what does not hold.

    An anchor lies at or above the next block, since that one pins the receipt.
    """
    last = file.next_block.header
    offered = Anchor(last.height, last.hash())
    if file.anchor is not None:
        _require_link(last, file.anchor)
        offered = _offer(file.anchor)
    if anchor is None:
        return False
    require(anchor.height == offered.height, Code.BAD_PROOF, "height")
    require(anchor.block_hash == offered.block_hash, Code.BAD_PROOF, "block_hash")
    return True


def _require_link(last: Header, link: AnchorLink) -> None:
    header = link.header
    require(header.hash() == link.block_hash, Code.BAD_PROOF, "block_hash")
    require(header.genesis_hash == last.genesis_hash, Code.BAD_FOREIGN_CHAIN, "genesis_hash")
    require(header.time_ms > last.time_ms, Code.BAD_PROOF, "time_ms")
    # An anchor at or below the next block's height has no place for it and is refused with that.
    inclusion = InclusionProof(last.height - 1, header.height - 1, link.path)
    require_ancestor(header, last.height, last.hash(), inclusion)
