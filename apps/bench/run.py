"""One run: found, prepare, warm up, measure, read back."""

import asyncio
import datetime as dt
import os
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from apps.bench.city import City, Founder
from apps.bench.load import Loan, Observed, drive
from apps.bench.loans import STEPS, signed_loan
from apps.bench.measuring import (
    ProcessFact,
    block_facts,
    process_fact,
    stage_seconds,
    verify_seconds,
)
from apps.bench.report import Figures, doubts_of, percentile, slice_rates
from apps.testnet_processes import NodeProcess, processes_of
from genesis.sample_plan import sample_plan
from genesis.testnet import Testnet, lay_out_testnet
from quancheng.client import Client

SETTLEMENT_SLACK_MS = 500
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: validators, loans, cohorts in flight, seconds of warm-up."""

    validators: int = 4
    loans: int = 2_000
    cohorts: int = 24
    warm_up_seconds: float = 12.0


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Everything countable at one moment."""

    moment: float
    time_ms: int
    nodes: tuple[ProcessFact, ...]
    driver_seconds: float
    stages: dict[str, float]


async def run(root: Path, plan: Plan, console: Console) -> Figures:
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
        return await _measured(testnet, processes, plan, (before, console))
    finally:
        for process in processes:
            process.stop()


async def _measured(
    testnet: Testnet,
    processes: Sequence[NodeProcess],
    plan: Plan,
    context: tuple[float, Console],
) -> Figures:
    before, console = context
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Client(f"http://{node.rpc_address}"))
            for node in testnet.nodes
        ]
        console.print("The city registers, authorizes and lists …")
        city = await Founder(clients[0], testnet).found()
        console.print(f"Signing {plan.loans:,} loans of {len(STEPS)} transactions …")
        loans = await _signed_loans(clients[0], city, plan)
        settlement_ms = await _settlement_ms(clients[0])
        console.print("Sending …")
        observed = Observed()
        driving = drive(clients, loans, observed, cohorts=plan.cohorts, settlement_ms=settlement_ms)
        load = asyncio.create_task(driving)
        await asyncio.sleep(plan.warm_up_seconds)
        start = await _snapshot(clients[0], testnet, processes)
        await observed.running_out.wait()
        end = await _snapshot(clients[0], testnet, processes)
        await load
        after = await asyncio.to_thread(verify_seconds)
        return await _figures(clients[0], plan, (start, end), observed, (before, after))


async def _signed_loans(client: Client, city: City, plan: Plan) -> list[Loan]:
    status = await client.status()
    return [signed_loan(city, status.genesis_hash, status.now_ms) for _ in range(plan.loans)]


async def _settlement_ms(client: Client) -> int:
    parameters = (await client.parameters()).parameters
    window = next(item.value for item in parameters if item.name == "dispute_term_ms")
    return window + SETTLEMENT_SLACK_MS


async def _snapshot(
    client: Client, testnet: Testnet, processes: Sequence[NodeProcess]
) -> _Snapshot:
    times = os.times()
    status = await client.status()
    return _Snapshot(
        moment=time.monotonic(),
        time_ms=status.time_ms,
        nodes=tuple(process_fact(item.process_id or 0) for item in processes),
        driver_seconds=times.user + times.system,
        stages=await stage_seconds(f"http://{testnet.nodes[0].rpc_address}"),
    )


async def _figures(
    client: Client,
    plan: Plan,
    span: tuple[_Snapshot, _Snapshot],
    observed: Observed,
    verify: tuple[float, float],
) -> Figures:
    start, end = span
    height = (await client.status()).height
    blocks = await block_facts(client, range(1, height + 1))
    inside = [block for block in blocks if start.time_ms <= block.time_ms < end.time_ms]
    count = sum(block.transactions for block in inside)
    rates = slice_rates(blocks, start.time_ms, end.time_ms)
    ok_share = 1 - sum(block.failed for block in inside) / max(1, count)
    microseconds = (verify[0] * 1e6, verify[1] * 1e6)
    doubts = doubts_of(rates, ok_share, microseconds)
    seconds = (end.time_ms - start.time_ms) / 1_000
    rate = None if doubts else count / seconds
    cores = os.cpu_count() or 1
    finality = observed.between(start.moment, end.moment)
    return Figures(
        seconds=seconds,
        transactions=count,
        ok_share=ok_share,
        slices=rates,
        rate=rate,
        share=None if rate is None else rate * plan.validators * max(verify) / cores,
        verify_microseconds=microseconds,
        finality_p50=percentile(finality, 0.50),
        finality_p95=percentile(finality, 0.95),
        node_microseconds=_per(_processor(end) - _processor(start), count),
        driver_microseconds=_per(end.driver_seconds - start.driver_seconds, count),
        stage_microseconds={
            name: _per(value - start.stages.get(name, 0.0), count)
            for name, value in end.stages.items()
        },
        resident_mebibytes=(_resident(start), _resident(end)),
        views_above_zero=sum(block.view > 0 for block in inside),
        validators=plan.validators,
        cores=cores,
        doubts=doubts,
    )


def _per(seconds: float, count: int) -> float:
    return seconds * 1e6 / max(1, count)


def _processor(snapshot: _Snapshot) -> float:
    return sum(node.processor_seconds for node in snapshot.nodes)


def _resident(snapshot: _Snapshot) -> float:
    return sum(node.resident_bytes for node in snapshot.nodes) / _MEBIBYTE
