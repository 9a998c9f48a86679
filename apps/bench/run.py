"""One run: found, prepare, warm up, measure at full load, then at half of it, read back."""

import asyncio
import datetime as dt
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from apps.bench.city import City, Founder
from apps.bench.figures import Doubt, Figures, Finality, doubts_of, finality_of, slice_rates
from apps.bench.load import START_SPREAD_SECONDS, Load, Loan
from apps.bench.loans import STEPS, signed_loan
from apps.bench.measuring import (
    BlockFact,
    ProcessFact,
    block_facts,
    folder_bytes,
    hardware,
    process_fact,
    stage_seconds,
    verify_seconds,
)
from apps.cli.say import say
from apps.testnet_processes import NodeProcess, processes_of
from genesis.sample_plan import sample_plan
from genesis.testnet import Testnet, lay_out_testnet
from quancheng.client import Client

SETTLEMENT_SLACK_MS = 500
WARM_UP_SECONDS = START_SPREAD_SECONDS + 8.0
HALF_SECONDS = 30.0
"""How long half the load runs; the first loans of it only make it even."""
_MEBIBYTE = 1024 * 1024

Remark: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: validators, seconds at full load, loans at most, cohorts in flight."""

    validators: int = 4
    seconds: int = 60
    loans: int = 6_000
    cohorts: int = 40


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Everything countable at one moment."""

    moment: float
    time_ms: int
    nodes: tuple[ProcessFact, ...]
    driver_seconds: float
    stages: dict[str, float]
    disk_bytes: int

    def total(self, count: Callable[[ProcessFact], float]) -> float:
        return sum(map(count, self.nodes))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a run showed, not yet reckoned up."""

    start: _Snapshot
    end: _Snapshot
    blocks: Sequence[BlockFact]
    full: Sequence[float]
    half: Finality
    verify_seconds: tuple[float, float]
    has_run_out: bool


@dataclass(frozen=True, slots=True)
class _Network:
    """The nodes under measurement."""

    testnet: Testnet
    processes: Sequence[NodeProcess]
    clients: Sequence[Client]

    async def snapshot(self) -> _Snapshot:
        times = os.times()
        status = await self.clients[0].status()
        node = self.testnet.nodes[0]
        return _Snapshot(
            moment=time.monotonic(),
            time_ms=status.time_ms,
            nodes=tuple(process_fact(item.process_id or 0) for item in self.processes),
            driver_seconds=times.user + times.system,
            stages=await stage_seconds(f"http://{node.rpc_address}"),
            disk_bytes=folder_bytes(self.testnet.home(node)),
        )


async def run(root: Path, plan: Plan, remark: Remark) -> Figures:
    """Measure on a fresh network below a folder; its nodes are stopped in any case."""
    before = verify_seconds()
    testnet = lay_out_testnet(
        root, sample_plan(plan.validators, time.time_ns() // 1_000_000), dt.datetime.now(dt.UTC)
    )
    processes = processes_of(testnet)
    try:
        for process in processes:
            process.launch()
        for process in processes:
            await asyncio.to_thread(process.wait_started)
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(Client(f"http://{node.rpc_address}"))
                for node in testnet.nodes
            ]
            seen = await _seen(_Network(testnet, processes, clients), plan, remark, before)
    finally:
        for process in processes:
            process.stop()
    return _figures(plan, seen)


async def _seen(network: _Network, plan: Plan, remark: Remark, before: float) -> _Seen:
    client = network.clients[0]
    remark(say("bench.founding"))
    city = await Founder(client, network.testnet).found()
    remark(say("bench.signing", loans=plan.loans, steps=len(STEPS)))
    loans = await _signed_loans(client, city, plan)
    load = Load(network.clients, loans, await _settlement_ms(client))
    remark(say("bench.sending", seconds=plan.seconds))
    running = asyncio.create_task(load.run_full(plan.cohorts))
    await asyncio.sleep(WARM_UP_SECONDS)
    start = await network.snapshot()
    await asyncio.wait([running], timeout=plan.seconds)
    end = await network.snapshot()
    has_run_out = load.has_run_out.is_set()
    load.stop()
    await running
    full = load.observed.between(start.moment, end.moment)
    remark(say("bench.halving"))
    half = await _half(load, len(full) / (end.moment - start.moment) / 2)
    after = await asyncio.to_thread(verify_seconds)
    height = (await client.status()).height
    blocks = await block_facts(client, range(1, height + 1))
    return _Seen(start, end, blocks, full, half, (before, after), has_run_out)


async def _half(load: Load, rate: float) -> Finality:
    """Return what finality takes at a rate, once the load is even."""
    begun = time.monotonic()
    await load.run_paced(rate, HALF_SECONDS)
    start, end = begun + HALF_SECONDS / 3, begun + HALF_SECONDS
    return finality_of(load.observed.between(start, end), end - start)


async def _signed_loans(client: Client, city: City, plan: Plan) -> list[Loan]:
    status = await client.status()
    return [signed_loan(city, status.genesis_hash, status.now_ms) for _ in range(plan.loans)]


async def _settlement_ms(client: Client) -> int:
    parameters = (await client.parameters()).parameters
    window = next(item.value for item in parameters if item.name == "dispute_term_ms")
    return window + SETTLEMENT_SLACK_MS


def _figures(plan: Plan, seen: _Seen) -> Figures:
    start, end = seen.start, seen.end
    inside = [block for block in seen.blocks if start.time_ms <= block.time_ms < end.time_ms]
    count = sum(block.transactions for block in inside)
    rates = slice_rates(seen.blocks, start.time_ms, end.time_ms)
    ok_share = 1 - sum(block.failed for block in inside) / max(1, count)
    verify_microseconds = (seen.verify_seconds[0] * 1e6, seen.verify_seconds[1] * 1e6)
    doubts = doubts_of(rates, ok_share, verify_microseconds)
    if seen.has_run_out:
        doubts = (*doubts, Doubt("bench.doubt.loans", str(plan.loans)))
    seconds = (end.time_ms - start.time_ms) / 1_000
    rate = None if doubts else count / seconds
    cores = os.cpu_count() or 1
    handled = count * plan.validators
    return Figures(
        hardware=hardware(),
        seconds=seconds,
        transactions=count,
        ok_share=ok_share,
        slices=rates,
        rate=rate,
        share=None if rate is None else rate * plan.validators * max(seen.verify_seconds) / cores,
        verify_microseconds=verify_microseconds,
        full=finality_of(seen.full, end.moment - start.moment),
        half=seen.half,
        node_microseconds=_per(_grown(seen, lambda node: node.processor_seconds), handled),
        loop_microseconds=_per(_grown(seen, lambda node: node.loop_seconds), handled),
        driver_microseconds=_per(end.driver_seconds - start.driver_seconds, count),
        stage_microseconds={
            name: _per(value - start.stages.get(name, 0.0), count)
            for name, value in end.stages.items()
        },
        memory_mebibytes=(_memory(start), _memory(end)),
        disk_bytes=(end.disk_bytes - start.disk_bytes) / max(1, count),
        views_above_zero=sum(block.view > 0 for block in inside),
        validators=plan.validators,
        cores=cores,
        doubts=doubts,
    )


def _grown(seen: _Seen, count: Callable[[ProcessFact], float]) -> float:
    return seen.end.total(count) - seen.start.total(count)


def _per(seconds: float, count: int) -> float:
    return seconds * 1e6 / max(1, count)


def _memory(snapshot: _Snapshot) -> float:
    return snapshot.total(lambda node: node.memory_bytes) / _MEBIBYTE
