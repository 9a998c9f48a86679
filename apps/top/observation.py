"""What the view shows: one look at a node, and the blocks that are remembered between looks."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quancheng.api.chain import BlockResult, BlockTransaction, ChainStatus
from quancheng.api.state import PeerView
from quancheng.client import Client

BLOCKS_MAX = 60
"""Blocks that are remembered, and shown."""
TRANSACTIONS_MAX = 200
"""Transactions that are shown, the newest first."""
TRANSACTIONS_OF_BLOCK_MAX = 50
"""Transactions of one block that are listed; the block itself lists more."""
RATE_WINDOW_MS = 30_000


@dataclass(frozen=True, slots=True)
class Observation:
    """Where a chain stands at one moment. Blocks are the newest first."""

    status: ChainStatus
    blocks: Sequence[BlockResult]
    peers: Sequence[PeerView]
    proposers: Sequence[str]
    """Names of the validators' organisations by index, as they vote now."""

    @property
    def rate(self) -> float:
        """Transactions a second over the last RATE_WINDOW_MS, by the times of blocks."""
        start = self.status.now_ms - RATE_WINDOW_MS
        recent = [block for block in self.blocks if block.header.time_ms > start]
        if not recent:
            return 0.0
        # Blocks that came too quickly for all of them to be remembered cover a shorter window.
        since_oldest = self.status.now_ms - recent[-1].header.time_ms
        is_whole = len(recent) < BLOCKS_MAX
        window_ms = RATE_WINDOW_MS if is_whole else max(1, since_oldest)
        return sum(block.transaction_count for block in recent) * 1_000 / window_ms

    @property
    def silence_ms(self) -> int:
        """Milliseconds since the last block, by the node's clock."""
        return max(0, self.status.now_ms - self.status.time_ms)

    def proposer_of(self, block: BlockResult) -> str:
        """Return the name of a block's proposer, its index where the set has changed since."""
        index = block.header.proposer
        return self.proposers[index] if index < len(self.proposers) else str(index)

    def transactions(self) -> Iterator[tuple[int, BlockTransaction]]:
        """Yield recent transactions with their heights, the newest first."""
        count = 0
        for block in self.blocks:
            for item in reversed(block.transactions):
                if count == TRANSACTIONS_MAX:
                    return
                count += 1
                yield block.header.height, item


class Observer:
    """Looks at a node again and again, and fetches each block once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._blocks: list[BlockResult] = []

    async def look(self) -> Observation:
        """Return where the chain stands; raises what the client raises."""
        status = await self.client.status()
        first = max(1, status.earliest_height, status.height - BLOCKS_MAX + 1)
        self._forget_where_another_chain_begins(status)
        known = self._blocks[0].header.height if self._blocks else 0
        heights = range(max(first, known + 1), status.height + 1)
        fetched = await asyncio.gather(
            *(self.client.block(height, limit=TRANSACTIONS_OF_BLOCK_MAX) for height in heights)
        )
        self._blocks = [*reversed(fetched), *self._blocks][:BLOCKS_MAX]
        peers, validators = await asyncio.gather(self.client.peers(), self.client.validators())
        return Observation(
            status,
            tuple(self._blocks),
            peers.peers,
            tuple(
                item.organisation_name or item.public_key.hex() for item in validators.validators
            ),
        )

    def _forget_where_another_chain_begins(self, status: ChainStatus) -> None:
        """Forget all blocks where the node has another history, as after a new founding."""
        if not self._blocks:
            return
        tip = self._blocks[0]
        same_chain = tip.header.genesis_hash == status.genesis_hash
        if not same_chain or tip.header.height > status.height:
            self._blocks = []
