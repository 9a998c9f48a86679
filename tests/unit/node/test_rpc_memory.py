"""What the RPC server keeps in memory is bounded: blocks at hand, and remembered submissions."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import merkle_root, prove_by_levels, prove_inclusion
from ledger.refusal import Code, Refusal, Refused
from node.rpc import block_cache
from node.rpc.backend import StoredBlock
from node.rpc.block_cache import BlockCache, KnownBlock
from node.rpc.services import RememberedSubmission, SubmissionMemory


class CountingSource:
    """Serves blocks up to a height and counts the readings."""

    def __init__(self) -> None:
        self.readings: list[int] = []

    async def block(self, height: int) -> StoredBlock:
        """Return a block, after a turn of the loop."""
        self.readings.append(height)
        await asyncio.sleep(0)
        if height > 1_000:
            raise Refused(Code.NOT_FOUND, "height")
        return StoredBlock(b"", b"", 1_000, (b"transaction",), (b"sweep", b"receipt"))


async def test_a_block_is_read_once_for_all_who_ask() -> None:
    """However many ask at the same moment."""
    source = CountingSource()
    cache = BlockCache(source)
    blocks = await asyncio.gather(*[cache.block(7) for _ in range(50)])
    assert source.readings == [7]
    assert all(block is blocks[0] for block in blocks)


async def test_a_block_that_is_slow_to_read_holds_up_no_other() -> None:
    """A reader of old blocks does not keep a follower from the newest one."""

    class SlowSource(CountingSource):
        async def block(self, height: int) -> StoredBlock:
            if height == 1:
                await asyncio.Event().wait()
            return await super().block(height)

    cache = BlockCache(SlowSource())
    slow = asyncio.create_task(cache.block(1))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert (await cache.block(2)).stored.size == 1_000
    slow.cancel()


async def test_refusals_are_not_kept() -> None:
    """A height that is not there yet is asked again."""
    source = CountingSource()
    cache = BlockCache(source)
    for _ in range(2):
        with pytest.raises(Refused):
            await cache.block(2_000)
    assert source.readings == [2_000, 2_000]


async def test_blocks_are_bounded_in_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least recently asked for is forgotten first."""
    monkeypatch.setattr(block_cache, "BLOCKS_CACHED_MAX", 3)
    source = CountingSource()
    cache = BlockCache(source)
    for height in (1, 2, 3, 1, 4, 1, 2):
        await cache.block(height)
    assert source.readings == [1, 2, 3, 4, 2]


async def test_blocks_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large blocks leave room for fewer, but the newest is always kept."""
    monkeypatch.setattr(block_cache, "BLOCK_CACHE_SIZE_MAX", 2_100)
    source = CountingSource()
    cache = BlockCache(source)
    for height in (1, 2, 3, 2, 3, 1):
        await cache.block(height)
    assert source.readings == [1, 2, 3, 1]
    monkeypatch.setattr(block_cache, "BLOCK_CACHE_SIZE_MAX", 10)
    for height in (5, 5, 6, 6):
        await cache.block(height)
    assert source.readings[4:] == [5, 6]


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_trees_at_hand_give_the_same_proofs(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof from kept levels is the proof made anew, under the same root."""
    stored = StoredBlock(b"", b"", 0, (), tuple(leaves))
    levels = KnownBlock(stored).receipt_levels
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert prove_by_levels(levels, index) == prove_inclusion(leaves, index)
    assert levels[-1][0] == merkle_root(leaves)


def test_submissions_are_bounded() -> None:
    """The newest word counts, and the oldest transaction is forgotten first."""
    memory = SubmissionMemory(size_max=2)
    rejected = RememberedSubmission(5, Refusal(Code.QUOTA))
    admitted = RememberedSubmission(5, None)
    for tx_id, word in ((b"a", rejected), (b"b", rejected), (b"a", admitted), (b"c", rejected)):
        memory.remember(tx_id, word)
    assert len(memory) == 2
    assert memory.recall(b"a") == admitted
    assert memory.recall(b"b") is None
