"""The last few blocks that somebody asked for, and their trees.

When a block is committed, everyone who waits for something in it asks for it at the same moment:
the block is read once, and each of its trees is built once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol
from weakref import WeakValueDictionary

from ledger.merkle import tree_levels
from ledger.transaction import transaction_hash
from node.rpc.backend import StoredBlock
from node.rpc.limits import BLOCK_CACHE_SIZE_MAX, BLOCKS_CACHED_MAX

Levels = Sequence[Sequence[bytes]]


class BlockSource(Protocol):
    """The part of a backend that the cache needs."""

    async def block(self, height: int) -> StoredBlock:
        """Return a block; refuse (E010, E913) a height without one."""


class KnownBlock:
    """A block with its trees, each built when first needed. 0.8 µs a leaf."""

    def __init__(self, stored: StoredBlock) -> None:
        self.stored = stored

    @property
    def sweeps(self) -> int:
        """How many receipts come before those of the transactions."""
        return len(self.stored.receipts) - len(self.stored.transactions)

    @cached_property
    def transaction_levels(self) -> Levels:
        """The tree under transaction_root."""
        return tree_levels([transaction_hash(item) for item in self.stored.transactions])

    @cached_property
    def receipt_levels(self) -> Levels:
        """The tree under receipt_root of the next header."""
        return tree_levels(self.stored.receipts)


class BlockCache:
    """Blocks by height, the least recently asked for forgotten first, within two bounds."""

    def __init__(self, source: BlockSource) -> None:
        self._source = source
        self._blocks: OrderedDict[int, KnownBlock] = OrderedDict()
        self._size = 0
        self._reading: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def block(self, height: int) -> KnownBlock:
        """Return a block; refuse (E010, E913) a height without one."""
        known = self._blocks.get(height)
        if known is None:
            # Whoever asks for the same block waits for the one reading.
            reading = self._reading.setdefault(height, asyncio.Lock())
            async with reading:
                known = self._blocks.get(height)
                if known is None:
                    known = KnownBlock(await self._source.block(height))
                    self._keep(height, known)
        self._blocks.move_to_end(height)
        return known

    def _keep(self, height: int, known: KnownBlock) -> None:
        self._blocks[height] = known
        self._size += _size_of(known)
        while len(self._blocks) > 1 and not self._is_within_bounds():
            _, forgotten = self._blocks.popitem(last=False)
            self._size -= _size_of(forgotten)

    def _is_within_bounds(self) -> bool:
        return len(self._blocks) <= BLOCKS_CACHED_MAX and self._size <= BLOCK_CACHE_SIZE_MAX


def _size_of(known: KnownBlock) -> int:
    stored = known.stored
    return stored.size + sum(len(receipt) for receipt in stored.receipts)
