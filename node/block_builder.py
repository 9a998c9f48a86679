"""Building a block: the right header over as many of the offered transactions as fit it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from chaincode.admission import is_protective
from ledger.block import EVIDENCE_MAX, Block
from ledger.certificate import last_certificate_hash
from ledger.encoding import encode
from ledger.refusal import Code, Refusal
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.transaction import Transaction
from node.block_filling import BlockFilling
from node.block_validation import Judges
from node.evidence_rules import EvidenceRules
from node.height_facts import BodyRoots, HeightFacts, header_above

LIST_GROWTH = 2
"""Bytes by which the head of a list of up to 65,535 items is longer than that of an empty one."""

_PASSING = (Code.QUOTA, Code.TOO_FAR_AHEAD)


@dataclass(frozen=True, slots=True)
class BuiltBlock:
    """A block to propose, and the tx_hashes that no later block can hold either."""

    block: Block
    hopeless: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """What waits for a block: transactions protective first (`Mempool.take`), and evidence."""

    transactions: Sequence[Transaction]
    evidence: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class ProposalSlot:
    """Who proposes and when: the index in the validator set and the block time in milliseconds."""

    proposer: int
    time_ms: int


def build_block(
    facts: HeightFacts,
    offered: Offered,
    slot: ProposalSlot,
    judges: Judges,
) -> BuiltBlock:
    """Build on the parent of `facts`.

    What may not stand there is left out; it never spoils the block.
    """
    transactions, verify = offered.transactions, judges.verify
    time_ms = max(slot.time_ms, facts.parent.time_ms + 1)
    filling = BlockFilling(judges.door, facts.limits, time_ms)
    evidence = _standing(judges.evidence, offered.evidence)
    empty = _block_of(facts, evidence, (), slot, time_ms)
    room = facts.limits.size_bytes - len(empty.encoded()) - LIST_GROWTH
    chosen: list[Transaction] = []
    hopeless: list[Transaction] = []
    for transaction, is_signed in zip(transactions, verify(transactions), strict=True):
        size = len(encode(transaction.data))
        if len(chosen) == facts.limits.transactions or size > room:
            continue
        refusal = filling.refuse(transaction) if is_signed else Refusal(Code.BAD_SIGNATURE)
        if refusal is None:
            chosen.append(transaction)
            room -= size
        elif refusal.code not in _PASSING:
            hopeless.append(transaction)
    # What waited in the ordinary lane may have become protective with a new protocol version.
    chosen.sort(key=lambda item: not is_protective(item.type, facts.protocol_version))
    block = _block_of(facts, evidence, chosen, slot, time_ms)
    # The twin of a chosen one waits: this block may come to nothing.
    twins = {item.tx_id for item in chosen}
    return BuiltBlock(block, tuple(item.tx_hash for item in hopeless if item.tx_id not in twins))


def _standing(rules: EvidenceRules, items: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the evidence that the block may hold, each offence once."""
    found: dict[tuple[int, bytes, int], bytes] = {}
    for data in items:
        offence = rules.proven(data)
        if not isinstance(offence, Refusal) and rules.may_stand(offence):
            found.setdefault((offence.height, offence.public_key, offence.kind), data)
    return tuple(islice(found.values(), EVIDENCE_MAX))


def _block_of(
    facts: HeightFacts,
    evidence: tuple[bytes, ...],
    transactions: Sequence[Transaction],
    slot: ProposalSlot,
    time_ms: int,
) -> Block:
    roots = BodyRoots(
        transaction_root=list_root(TRANSACTIONS_TAG, [item.tx_hash for item in transactions]),
        last_certificate_hash=last_certificate_hash(facts.parent_certificate),
        evidence_root=list_root(EVIDENCE_TAG, evidence),
    )
    header = header_above(facts, roots, time_ms=time_ms, proposer=slot.proposer)
    items = tuple(item.data for item in transactions)
    return Block(header, facts.parent_certificate, items, evidence)
