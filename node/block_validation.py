"""Deterministic validity: whether a block may stand at a height; all correct nodes answer alike.

The rules, in order, with the code of their refusal:

    header = the one right header for its body, time and proposer       E902 naming the field
    time above the parent's; proposer one of the set                    E902
    last certificate proves the parent, every signature checked         E901
    evidence: each item proven, recent, of an offence not yet recorded  E903
    size and number of transactions within the parameters               E903
    every transaction well-formed                                       E006
    every transaction passes the door, no id twice, caps kept           E002, E004, E005, E015-E017
    protective transactions first                                       E903
    every signature valid                                               E001

The caller has compared the body with its header. What depends on the moment (proposer of the view,
clock) is no part of this: a block that was fresh for a quorum stays valid for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

from chaincode.admission import require_protective_first
from ledger.block import Block
from ledger.certificate import CommitCertificate, verify_certificate
from ledger.header import Header
from ledger.offence import Offence
from ledger.refusal import Code, Refused, require
from ledger.transaction import Transaction, decode_transaction, transaction_hash
from node.block_filling import BlockFilling
from node.door import Door
from node.evidence_rules import EvidenceRules
from node.height_facts import BodyRoots, HeightFacts, header_above

VerifySignatures: TypeAlias = Callable[[Sequence[Transaction]], list[bool]]
"""Says for each transaction whether all its signers signed it."""

FindDecoded: TypeAlias = Callable[[bytes], Transaction | None]
"""Gives the decoded transaction of a tx_hash where it is at hand, as most are in a mempool."""


def nothing_decoded(_tx_hash: bytes) -> Transaction | None:
    """Know no transaction."""
    return None


@dataclass(frozen=True, slots=True)
class Judges:
    """Who says what may stand in the block of one height."""

    door: Door
    evidence: EvidenceRules
    verify: VerifySignatures


@dataclass(frozen=True, slots=True)
class ValidBlock:
    """A block that may stand at its height, with its transactions decoded."""

    block: Block
    block_hash: bytes
    transactions: tuple[Transaction, ...]
    offences: tuple[Offence, ...]
    """What its evidence proves."""


def validate_block(
    facts: HeightFacts,
    block: Block,
    judges: Judges,
    find_decoded: FindDecoded = nothing_decoded,
) -> ValidBlock:
    """Return a block as valid, or refuse it.

    Cost: about 20 µs a transaction, 12 µs more where it has to be decoded. Its signatures cost
    nothing where they are known.
    """
    _require_header(facts, block.header)
    _require_last_certificate(facts, block.last_certificate)
    offences = judges.evidence.require_valid(block.evidence)
    _require_size(facts, block)
    transactions = _decoded(block, find_decoded)
    filling = BlockFilling(judges.door, facts.limits, block.header.time_ms)
    for position, transaction in enumerate(transactions):
        refusal = filling.refuse(transaction)
        if refusal is not None:
            raise Refused(refusal.code, f"transactions[{position}].{refusal.field}")
    require_protective_first(transactions, facts.protocol_version)
    for position, is_signed in enumerate(judges.verify(transactions)):
        require(is_signed, Code.BAD_SIGNATURE, f"transactions[{position}].signatures")
    return ValidBlock(block, block.header.hash(), transactions, offences)


def _require_header(facts: HeightFacts, header: Header) -> None:
    roots = BodyRoots(header.transaction_root, header.last_certificate_hash, header.evidence_root)
    right = header_above(facts, roots, time_ms=header.time_ms, proposer=header.proposer)
    for field in fields(Header):
        same = getattr(header, field.name) == getattr(right, field.name)
        require(same, Code.BAD_HEADER, f"header.{field.name}")
    require(header.time_ms > facts.parent.time_ms, Code.BAD_HEADER, "header.time_ms")
    require(header.proposer < facts.validators.size, Code.BAD_HEADER, "header.proposer")


def _require_last_certificate(facts: HeightFacts, certificate: CommitCertificate | None) -> None:
    # Equal bytes were verified when the parent was committed; others may have other signers.
    if certificate == facts.parent_certificate:
        return
    parent = facts.parent
    if certificate is None or parent.height == 0:
        raise Refused(Code.BAD_CERTIFICATE, "last_certificate")
    proves = (parent.height, parent.block_hash)
    named = (certificate.height, certificate.block_hash)
    require(named == proves, Code.BAD_CERTIFICATE, "last_certificate.block_hash")
    refusal = verify_certificate(certificate, facts.parent_validators, facts.genesis_hash)
    if refusal is not None:
        raise Refused(refusal.code, f"last_{refusal.field}")


def _require_size(facts: HeightFacts, block: Block) -> None:
    count = len(block.transactions)
    require(count <= facts.limits.transactions, Code.BAD_BODY, "transactions.count")
    require(len(block.encoded()) <= facts.limits.size_bytes, Code.BAD_BODY, "size")


def _decoded(block: Block, find_decoded: FindDecoded) -> tuple[Transaction, ...]:
    decoded: list[Transaction] = []
    for data in block.transactions:
        try:
            # The hash is of all bytes, so what it finds is what decoding would give.
            decoded.append(find_decoded(transaction_hash(data)) or decode_transaction(data))
        except Refused as refused:
            refusal = refused.refusal
            where = f"transactions[{len(decoded)}].{refusal.field}"
            raise Refused(refusal.code, where) from refused
    return tuple(decoded)
