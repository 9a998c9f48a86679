"""Disk before wire: nothing that depends on a record leaves before the record is durable."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.effects import Broadcast, Effect, Persist
from consensus.messages import PayloadRequest
from node.errors import VotesNotWritten
from node.outbox import Outbox
from node.vote_format import Entry, StoreHead
from node.vote_store import VoteStore, open_votes
from tests.unit.node.test_vote_store import MemoryDirectory

HEAD = StoreHead(bytes(32), bytes([1]) * 33, bytes([2]) * 16)


def said(number: int) -> Broadcast:
    """Return an effect that leaves the node, told apart by its number."""
    return Broadcast(PayloadRequest(number, bytes(32)))


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator["asyncio.Task[None]"]:
    """Run an outbox for the length of a block."""
    task = asyncio.create_task(outbox.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        outbox.close()


async def settled(released: Sequence[object], count: int) -> None:
    """Wait until a number of effects was released."""
    for _ in range(1_000):
        if len(released) >= count:
            return
        await asyncio.sleep(0.002)
    raise AssertionError(f"{len(released)} of {count} released")


class CountingStore(VoteStore):
    """A store that says how many records are durable."""

    def __init__(self) -> None:
        super().__init__(MemoryDirectory(), HEAD)
        self.durable = 0

    def append(self, entries: Sequence[Entry]) -> None:
        """Make durable, then count."""
        super().append(entries)
        self.durable += len(entries)


@given(st.lists(st.booleans(), max_size=12))
def test_everything_leaves_in_order_after_its_records(script: list[bool]) -> None:
    """Whatever the mixture of records and messages, each message finds its records durable."""

    async def play() -> None:
        store = CountingStore()
        released: list[tuple[Effect, int]] = []
        outbox = Outbox(store, lambda effect: released.append((effect, store.durable)))
        async with running(outbox):
            expected: list[tuple[Effect, int]] = []
            records = 0
            for number, is_record in enumerate(script):
                if is_record:
                    records += 1
                    outbox.put(Persist(1, bytes([number])))
                else:
                    outbox.put(said(number))
                    expected.append((said(number), records))
            await settled(released, len(expected))
            assert [effect for effect, _ in released] == [effect for effect, _ in expected]
            for (_, durable), (_, needed) in zip(released, expected, strict=True):
                assert durable >= needed

    asyncio.run(play())


async def test_nothing_to_wait_for_leaves_at_once() -> None:
    """A message without a record before it does not wait for the disk."""
    released: list[Effect] = []
    outbox = Outbox(open_votes(MemoryDirectory(), HEAD)[0], released.append)
    outbox.put(said(1))
    assert released == [said(1)]
    outbox.close()


class SlowStore(VoteStore):
    """A store whose disk takes until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(MemoryDirectory(), HEAD)
        self.go_on = threading.Event()
        self.batches: list[list[Entry]] = []

    def append(self, entries: Sequence[Entry]) -> None:
        """Wait, then keep."""
        assert self.go_on.wait(10)
        self.batches.append(list(entries))


async def test_what_gathers_during_a_write_is_one_batch() -> None:
    """While the disk is busy records gather, and one further sync makes all of them durable."""
    store = SlowStore()
    released: list[Effect] = []
    outbox = Outbox(store, released.append)
    async with running(outbox):
        outbox.put(Persist(1, b"first"))
        await asyncio.sleep(0.05)
        for number in range(5):
            outbox.put(Persist(1, bytes([number])))
            outbox.put(said(number))
        assert released == []
        store.go_on.set()
        await settled(released, 5)
        assert [len(batch) for batch in store.batches] == [1, 5]


async def test_failed_write_releases_nothing_and_is_reported() -> None:
    """After a write error the messages that wait for it are never sent."""
    directory = MemoryDirectory()
    store, _ = open_votes(directory, HEAD)
    store.append([(1, b"a")])
    (name,) = directory.names()
    directory.files[name].problem = OSError(28, "No space left on device")
    released: list[Effect] = []
    outbox = Outbox(store, released.append)
    async with running(outbox) as task:
        outbox.put(Persist(1, b"b"))
        outbox.put(said(1))
        with pytest.raises(VotesNotWritten):
            await asyncio.wait_for(asyncio.shield(task), 5)
        assert released == []
