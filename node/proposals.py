"""Blocks under vote: completes the payloads of proposals and remembers the blocks of a height.

A payload names transactions by hash. What the mempool lacks is asked of peers, first of the one
that proposed, then of one more each moment until everything is here: a peer that is silent costs a
moment, never a view.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ledger.block import BLOCK_SIZE_MAX, Block
from ledger.refusal import Refused
from ledger.transaction import transaction_hash
from node.intake import Intake
from node.network.link import Link
from node.network.messages import GetTransactions, TransactionsFound
from node.network.peers import Peers
from node.payload import CompactBlock, decode_payload

ANSWER_TIMEOUT_S = 1.0
NEXT_PEER_AFTER_S = 0.1
"""How long one peer is waited for before another is asked as well."""
BLOCKS_MAX = 16
"""Complete blocks remembered of one height."""
PAYLOADS_MAX = 32
"""Decoded payloads remembered; the oldest go first."""


class Proposals:
    """The blocks of the height that is voted on, and the transactions of the one before."""

    def __init__(self, intake: Intake, peers: Peers) -> None:
        self._intake = intake
        self._peers = peers
        self._blocks: dict[bytes, Block] = {}
        self._fetched: dict[bytes, bytes] = {}
        self._previous: Mapping[bytes, bytes] = {}
        self._decoded: dict[bytes, tuple[bytes, CompactBlock] | None] = {}

    def hash_payload(self, payload: bytes) -> bytes | None:
        """Return the block hash that binds a payload, None for a malformed one."""
        decoded = self._decode(payload)
        return None if decoded is None else decoded[0]

    def find(self, tx_hash: bytes) -> bytes | None:
        """Return the bytes of a transaction that waits, arrives, or stands in a young block."""
        return (
            self._intake.find(tx_hash) or self._fetched.get(tx_hash) or self._previous.get(tx_hash)
        )

    def note(self, block_hash: bytes, block: Block) -> None:
        """Remember a complete block of this height."""
        if len(self._blocks) >= BLOCKS_MAX:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[block_hash] = block

    def restore(self, blocks: Iterable[Block]) -> None:
        """Take in what was under vote before a restart: a lock may stand on it, and peers ask."""
        for block in blocks:
            self.note(block.header.hash(), block)
            self._fetched.update((transaction_hash(data), data) for data in block.transactions)

    async def complete(self, payload: bytes, proposer: bytes | None) -> Block | None:
        """Return the whole block of a payload, fetching what is missing.

        None for a malformed one, and for one that names more bytes than a block can have.
        `proposer` is the node to ask first. Waits as long as it takes; callers cancel it.
        """
        decoded = self._decode(payload)
        if decoded is None:
            return None
        block_hash, compact = decoded
        known = self._blocks.get(block_hash)
        if known is not None:
            return known
        await self._fetch(compact, proposer)
        block = compact.assemble(self.find)
        if block is not None:
            self.note(block_hash, block)
        return block

    def start_height(self, committed: Block) -> None:
        """Forget the height that is decided, except what slower peers may still ask for."""
        self._previous = {transaction_hash(data): data for data in committed.transactions}
        self._blocks.clear()
        self._fetched.clear()
        self._decoded.clear()

    def _decode(self, payload: bytes) -> tuple[bytes, CompactBlock] | None:
        if payload not in self._decoded:
            if len(self._decoded) >= PAYLOADS_MAX:
                del self._decoded[next(iter(self._decoded))]
            try:
                compact = decode_payload(payload)
            except Refused:
                self._decoded[payload] = None
            else:
                self._decoded[payload] = (compact.header.hash(), compact)
        return self._decoded[payload]

    async def _fetch(self, compact: CompactBlock, proposer: bytes | None) -> None:
        asked: dict[asyncio.Task[None], None] = {}
        turn = 0
        try:
            while (wanted := compact.missing(self.find)) and self._may_fit(compact):
                links = self._in_order(proposer)
                if links:
                    link = links[turn % len(links)]
                    asked[asyncio.create_task(self._ask(link, wanted))] = None
                    turn += 1
                    await asyncio.wait(
                        asked, timeout=NEXT_PEER_AFTER_S, return_when=asyncio.FIRST_COMPLETED
                    )
                exhausted = not links or turn % len(links) == 0
                if exhausted and compact.missing(self.find):
                    await asyncio.sleep(NEXT_PEER_AFTER_S)
                asked = {task: None for task in asked if not task.done()}
        finally:
            for task in asked:
                task.cancel()

    def _may_fit(self, compact: CompactBlock) -> bool:
        """Say whether what is known of a block still fits into one; bounds what is fetched."""
        found = (self.find(tx_hash) for tx_hash in compact.transaction_hashes)
        return sum(len(data) for data in found if data is not None) <= BLOCK_SIZE_MAX

    async def _ask(self, link: Link, wanted: Sequence[bytes]) -> None:
        found = await link.ask(
            lambda number: GetTransactions(number, tuple(wanted)),
            TransactionsFound,
            ANSWER_TIMEOUT_S,
        )
        if found is None:
            return
        expected = dict.fromkeys(wanted)
        for data in found.items:
            tx_hash = transaction_hash(data)
            if tx_hash not in expected:
                link.count_invalid("a transaction that was not asked for")
            else:
                self._fetched[tx_hash] = data

    def _in_order(self, first: bytes | None) -> Sequence[Link]:
        return sorted(self._peers.links(), key=lambda link: link.peer.node_id != first)
