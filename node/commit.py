"""Where blocks join the chain, whether consensus decided them here or a peer sent them."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from ledger.block import Block
from ledger.certificate import CommitCertificate
from node.chain import Committed
from node.executor import ChainExecutor
from node.mempool import Mempool
from node.metrics import Metrics, Stage

CommitListener: TypeAlias = Callable[[Block, Committed], None]
"""Hears of each new block, on the event loop, right after it became durable."""


class Committer:
    """Commits one block at a time and tells the listeners in the order in which they were added."""

    def __init__(self, executor: ChainExecutor, mempool: Mempool, metrics: Metrics) -> None:
        self._executor = executor
        self._mempool = mempool
        self._metrics = metrics
        self._listeners: list[CommitListener] = []
        self._turn = asyncio.Lock()

    def listen(self, listener: CommitListener) -> None:
        """Add a listener."""
        self._listeners.append(listener)

    async def commit(self, block: Block, certificate: CommitCertificate) -> Committed:
        """Make a final block durable (`Chain.commit`); a block that is known changes nothing."""
        async with self._turn:
            with self._metrics.chain.timed(Stage.COMMIT):
                committed = await self._executor.commit(block, certificate)
            if committed.is_new:
                self._take_note(block, committed)
                for listener in self._listeners:
                    listener(block, committed)
            return committed

    def _take_note(self, block: Block, committed: Committed) -> None:
        self._mempool.remove(item.tx_hash for item in committed.transactions)
        self._mempool.expire(committed.tip.time_ms)
        self._metrics.chain.offences.inc(len(block.evidence))
        for outcome in committed.outcomes:
            self._metrics.chain.count_transaction(outcome.receipt.code)
        self._metrics.chain.height.set(committed.tip.height)
        self._metrics.chain.block_time.set(committed.tip.time_ms / 1_000)
