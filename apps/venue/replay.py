"""Proving that every match followed the rule, from the founding document and the blocks alone.

The whole chain is executed again in a scratch folder: each certificate is verified, each state root
compared. Before each match the state is asked which pairs were right at that moment, over all that
was listed. The node that gives the blocks is trusted with nothing; it can only leave out the end.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.venue.rule import Judgement, judged
from chaincode.catalogue import TYPES
from chaincode.context import BlockContext, Context
from chaincode.execution import states_before
from chaincode.state import StateReader
from chaincode.trading.matching import ListingMatch
from chaincode.trading.records import MATCHES
from ledger.block import Block
from ledger.certificate import CommitCertificate, decode_certificate
from ledger.genesis import Genesis
from ledger.header import decode_header
from ledger.offence import Offence
from ledger.refusal import Code, Refused, require
from ledger.transaction import Transaction, decode_transaction
from node.chain import Chain
from node.store.opening import open_engine
from quancheng.api.method import PAGE_MAX
from quancheng.client import Client

MATCH_TYPE = "listing.match"
FETCHES_AT_ONCE = 16
_ENGINE = "lmdb"


@dataclass(frozen=True, slots=True)
class JudgedMatch:
    """A match as it stands on the chain; `judgement` is None where it followed the rule."""

    height: int
    match: bytes
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Up to which block everything was executed again, and every match in it."""

    height: int
    state_root: bytes
    matches: tuple[JudgedMatch, ...]

    @property
    def breaches(self) -> tuple[JudgedMatch, ...]:
        """The matches that did not follow the rule."""
        return tuple(item for item in self.matches if item.judgement is not None)


async def replay(client: Client, genesis: Genesis) -> Replayed:
    """Execute a node's chain again and judge its matches.

    Refuse (E002) the node of another chain, and (E901 to E903) blocks that no quorum decided.
    """
    status = await client.status()
    require(status.genesis_hash == genesis.hash(), Code.WRONG_CHAIN, "genesis")
    found: list[JudgedMatch] = []
    with tempfile.TemporaryDirectory(prefix="quancheng-replay-") as folder:
        engine = open_engine(_ENGINE, Path(folder) / "chain")
        try:
            chain, _ = Chain.open(engine, genesis)
            for height in range(1, status.height + 1):
                block, certificate = await _fetched(client, height)
                found += _committed(chain, block, certificate)
            return Replayed(chain.tip.height, chain.tip.tree.state_root(), tuple(found))
        finally:
            engine.close()


def judge_block(
    state: StateReader,
    block: BlockContext,
    transactions: Sequence[Transaction],
    offences: Sequence[Offence] = (),
) -> list[tuple[bytes, Judgement | None]]:
    """Return every attempted match of a block, judged in the state before it."""
    found = []
    for before, transaction in states_before(state, block, transactions, offences):
        match = _match_of(transaction)
        if match is not None:
            context = Context(before, block, transaction.tx_id)
            found.append((transaction.tx_id, judged(context, match)))
    return found


def _committed(chain: Chain, block: Block, certificate: CommitCertificate) -> list[JudgedMatch]:
    """Commit a block to the scratch chain; return the matches that took effect in it."""
    height = block.header.height
    transactions = [decode_transaction(data) for data in block.transactions]
    offences = chain.evidence_rules().require_valid(block.evidence)
    facts = BlockContext(height, block.header.time_ms, chain.genesis_hash)
    found = judge_block(chain.state, facts, transactions, offences)
    chain.commit(block, certificate)
    return [
        JudgedMatch(height, tx_id, judgement)
        for tx_id, judgement in found
        if MATCHES.get(chain.state, tx_id) is not None
    ]


def _match_of(transaction: Transaction) -> ListingMatch | None:
    if transaction.type != MATCH_TYPE:
        return None
    try:
        body = TYPES[MATCH_TYPE].read(transaction.unsigned.body)
    except Refused:
        # Such a transaction stands as FAILED and matches nothing.
        return None
    assert isinstance(body, ListingMatch)
    return body


async def _fetched(client: Client, height: int) -> tuple[Block, CommitCertificate]:
    """Return a block in its own bytes, put together from what a node gives, and its proof."""
    header = decode_header((await client.header(height)).data)
    page = await client.block(height, limit=PAGE_MAX)
    last = None if page.last_certificate is None else decode_certificate(page.last_certificate)
    evidence = tuple(item.data for item in page.evidence)
    ids = [item.tx_id for item in page.transactions]
    while page.next_offset is not None:
        page = await client.block(height, offset=page.next_offset, limit=PAGE_MAX)
        ids += [item.tx_id for item in page.transactions]
    transactions = await _bytes_of(client, ids)
    certificate = decode_certificate((await client.certificate(height)).data)
    return Block(header, last, transactions, evidence), certificate


async def _bytes_of(client: Client, ids: Sequence[bytes]) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for first in range(0, len(ids), FETCHES_AT_ONCE):
        wanted = ids[first : first + FETCHES_AT_ONCE]
        answers = await asyncio.gather(*(client.transaction(tx_id) for tx_id in wanted))
        found += [answer.data for answer in answers]
    return tuple(found)
