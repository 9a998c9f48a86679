"""Blocks under vote, durable before anybody votes for them.

A vote names a block by its hash, and proposals name transactions by theirs. If all nodes lost their
mempools at once, a block that some of them are locked on could never be completed again, and the
chain would stand still. So the transactions are on disk before the vote is.
"""

from ledger.block import Block, decode_block
from node.store import schema
from node.store.engine import Batch, KeyValueEngine
from node.store.sealing import SealedReader, put_sealed

PROPOSED_MAX = 16
"""Blocks of one height that are kept; the one that was vouched for longest ago goes first."""


class ProposedBlocks:
    """The blocks of the next height that this node found valid."""

    def __init__(self, engine: KeyValueEngine) -> None:
        self._engine = engine
        self._reader = SealedReader(engine)
        self._keys = dict.fromkeys(key for key, _ in engine.scan(schema.PROPOSED))

    def keep(self, block: Block) -> None:
        """Make a block durable: one synced write, none where it is kept or has no transactions."""
        key = schema.proposed_key(block.header.hash())
        if key in self._keys:
            self._keys[key] = self._keys.pop(key)
            return
        if not block.transactions:
            return
        batch: Batch = {}
        if len(self._keys) >= PROPOSED_MAX:
            oldest = next(iter(self._keys))
            del self._keys[oldest]
            batch[oldest] = None
        put_sealed(batch, key, block.encoded())
        self._engine.write_batch(batch, sync=True)
        self._keys[key] = None

    def of_height(self, height: int) -> list[Block]:
        """Return the blocks that were kept for a height, for a node that starts again."""
        blocks = [decode_block(self._reader.require(key)) for key in self._keys]
        return [block for block in blocks if block.header.height == height]

    def forget(self, batch: Batch) -> None:
        """Add to the batch of a final block that nothing of its height is under vote any more."""
        batch.update(self._keys)
        self._keys.clear()
