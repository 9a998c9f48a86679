"""The order of disk and wire: what a step says waits until what it must remember is durable.

Everything that came together is made durable by one sync, off the event loop, while the replica
goes on; what follows a record in the order of effects leaves after that record is on the disk.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from consensus.effects import Effect, Persist
from node.vote_format import Entry
from node.vote_store import VoteStore


class Outbox:
    """Takes effects in order, releases them in order. `run` ends only with VotesNotWritten."""

    def __init__(self, store: VoteStore, release: Callable[[Effect], None]) -> None:
        self._store = store
        self._release = release
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="votes")
        self._unwritten: list[Entry] = []
        self._held: deque[tuple[int, Effect]] = deque()
        """Effects with the number of the batch that must be durable before they leave."""
        self._collecting = 1
        """Number of the batch that takes the next record."""
        self._durable = 0
        self._filled = asyncio.Event()

    def put(self, effect: Effect) -> None:
        """Take an effect that leaves this node, or a record that must come before it."""
        if isinstance(effect, Persist):
            self._unwritten.append((effect.height, effect.record))
            self._filled.set()
            return
        needed = self._collecting if self._unwritten else self._collecting - 1
        if needed <= self._durable:
            self._release(effect)
        else:
            self._held.append((needed, effect))

    async def run(self) -> None:
        """Make batches durable and release what waited for them, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._filled.wait()
            self._filled.clear()
            entries, self._unwritten = self._unwritten, []
            batch, self._collecting = self._collecting, self._collecting + 1
            await loop.run_in_executor(self._writer, self._store.append, entries)
            self._durable = batch
            while self._held and self._held[0][0] <= batch:
                self._release(self._held.popleft()[1])

    async def drop_up_to(self, height: int) -> None:
        """Let the store forget heights that the chain has made durable."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._store.drop_up_to, height)

    def close(self) -> None:
        """Stop after the write that is under way; what was held is never released."""
        self._writer.shutdown(wait=True)
        self._store.close()
