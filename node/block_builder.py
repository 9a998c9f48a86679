"""Building a block: the right header over as many of the offered transactions as fit it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.block import Block
from ledger.certificate import last_certificate_hash
from ledger.refusal import Code, Refusal
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.transaction import Transaction
from node.block_filling import BlockFilling
from node.block_validation import VerifySignatures
from node.door import Door
from node.height_facts import BodyRoots, HeightFacts, header_above

ITEM_OVERHEAD = 5
"""Most bytes that the encoding puts in front of a transaction, or of the list of them."""

_PASSING = (Code.QUOTA, Code.TOO_FAR_AHEAD)


@dataclass(frozen=True, slots=True)
class BuiltBlock:
    """A block to propose, and the tx_hashes that no later block can hold either."""

    block: Block
    hopeless: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProposalSlot:
    """Who proposes and when: the index in the validator set and the block time in milliseconds."""

    proposer: int
    time_ms: int


def build_block(
    facts: HeightFacts,
    transactions: Sequence[Transaction],
    slot: ProposalSlot,
    door: Door,
    verify: VerifySignatures,
) -> BuiltBlock:
    """Build on the parent of `facts`. `transactions` stand protective first (`Mempool.take`).

    A transaction that may not stand there is left out; it never spoils the block.
    """
    time_ms = max(slot.time_ms, facts.parent.time_ms + 1)
    filling = BlockFilling(door, facts.limits, time_ms)
    room = facts.limits.size_bytes - len(_block_of(facts, (), slot.proposer, time_ms).encoded())
    chosen: list[Transaction] = []
    hopeless: list[bytes] = []
    for transaction, is_signed in zip(transactions, verify(transactions), strict=True):
        size = len(transaction.data) + ITEM_OVERHEAD
        if len(chosen) == facts.limits.transactions or size + ITEM_OVERHEAD > room:
            continue
        refusal = filling.refuse(transaction) if is_signed else Refusal(Code.BAD_SIGNATURE)
        if refusal is None:
            chosen.append(transaction)
            room -= size
        elif refusal.code not in _PASSING:
            hopeless.append(transaction.tx_hash)
    return BuiltBlock(_block_of(facts, chosen, slot.proposer, time_ms), tuple(hopeless))


def _block_of(
    facts: HeightFacts, transactions: Sequence[Transaction], proposer: int, time_ms: int
) -> Block:
    roots = BodyRoots(
        transaction_root=list_root(TRANSACTIONS_TAG, [item.tx_hash for item in transactions]),
        last_certificate_hash=last_certificate_hash(facts.parent_certificate),
        evidence_root=list_root(EVIDENCE_TAG, ()),
    )
    header = header_above(facts, roots, time_ms=time_ms, proposer=proposer)
    return Block(header, facts.parent_certificate, tuple(item.data for item in transactions))
