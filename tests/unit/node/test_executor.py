"""The chain's thread does one thing at a time, in order, and leaves the event loop alone."""

import asyncio
import gc
import threading
from collections.abc import Iterator, Sequence

import pytest

from ledger.refusal import Refused
from ledger.transaction import Transaction
from node.block_builder import BuiltBlock
from node.executor import ChainExecutor
from tests.unit.node.chain_world import World


@pytest.fixture
def world() -> World:
    """Give a world above genesis."""
    return World()


@pytest.fixture
def executor(world: World) -> Iterator[ChainExecutor]:
    """Give the executor of the world's chain."""
    made = ChainExecutor(world.chain)
    yield made
    made.close()
    gc.unfreeze()


async def test_a_block_goes_through(world: World, executor: ChainExecutor) -> None:
    """Build, check and commit give what the chain itself gives."""
    built = await executor.build([world.binding(1)], time_ms=world.next_ms, proposer=0)
    checked = await executor.check(built.block)
    committed = await executor.commit(built.block, world.certified(built.block))
    assert checked.refusal is None
    assert committed.tip == world.chain.tip
    outcome = await executor.dry_run(world.binding(2), time_ms=world.next_ms)
    assert outcome.refusal is None


async def test_requests_are_served_in_order_on_one_thread(
    world: World, executor: ChainExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask at once, the chain is used by one thread, which is not the loop's."""
    threads: list[str] = []
    real = world.chain.build

    def noting(
        transactions: Sequence[Transaction],
        *,
        time_ms: int,
        proposer: int,
        evidence: Sequence[bytes],
    ) -> BuiltBlock:
        threads.append(threading.current_thread().name)
        return real(transactions, time_ms=time_ms, proposer=proposer, evidence=evidence)

    monkeypatch.setattr(world.chain, "build", noting)
    built = await asyncio.gather(
        *(executor.build([], time_ms=world.next_ms + n, proposer=0) for n in range(5))
    )
    assert [item.block.header.time_ms - world.next_ms for item in built] == list(range(5))
    assert len(set(threads)) == 1
    assert threading.current_thread().name not in threads


async def test_a_refusal_reaches_the_caller_and_the_collector_runs_again(
    world: World, executor: ChainExecutor
) -> None:
    """What the chain raises comes out of the await, and garbage collection is on afterwards."""
    block = world.proposed()
    with pytest.raises(Refused):
        await executor.commit(block, world.certified(block, signers=(0, 1)))
    assert gc.isenabled()


async def test_a_commit_survives_the_impatience_of_its_caller(
    world: World, executor: ChainExecutor
) -> None:
    """A cancelled commit that was handed over is carried out, so the store and memory agree."""
    block = world.proposed(world.binding(1))
    waiting = asyncio.create_task(executor.commit(block, world.certified(block)))
    await asyncio.sleep(0)
    waiting.cancel()
    await executor.check(block)
    assert world.chain.tip.height in (0, 1)
    assert world.reopened().tip == world.chain.tip
