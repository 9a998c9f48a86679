"""What is measured: processor time and memory of the nodes, blocks, and signatures."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from ledger import suites
from quancheng.client import Client

VERIFY_ROUNDS = 5
VERIFY_COUNT = 400
_TICKS = os.sysconf("SC_CLK_TCK")
_STAGE = re.compile(r'quancheng_block_stage_seconds_sum\{stage="([^"]+)"\} (\S+)')


@dataclass(frozen=True, slots=True)
class BlockFact:
    """When a block was made and how much it held."""

    height: int
    time_ms: int
    transactions: int
    failed: int
    view: int


@dataclass(frozen=True, slots=True)
class ProcessFact:
    """Processor seconds and resident bytes of one process so far."""

    processor_seconds: float
    resident_bytes: int


def verify_seconds() -> float:
    """Return the least of five rounds of the raw library call, in seconds for one signature."""
    seed = os.urandom(suites.SEED_SIZE)
    key, message = suites.public_key_of(seed), os.urandom(48)
    signature = suites.sign(seed, message)
    rounds = []
    for _ in range(VERIFY_ROUNDS):
        started = time.perf_counter()
        for _ in range(VERIFY_COUNT):
            assert suites.verify(key, message, signature)
        rounds.append((time.perf_counter() - started) / VERIFY_COUNT)
    return min(rounds)


def process_fact(process_id: int) -> ProcessFact:
    """Return what the system has counted for a process."""
    stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{process_id}/statm").read_text(encoding="utf-8").split()[1])
    return ProcessFact((int(stat[11]) + int(stat[12])) / _TICKS, pages * os.sysconf("SC_PAGE_SIZE"))


async def stage_seconds(url: str) -> dict[str, float]:
    """Return the seconds that a node has spent in each stage of its blocks so far."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        text = await answer.text()
    return {name: float(value) for name, value in _STAGE.findall(text)}


async def block_facts(client: Client, heights: Sequence[int]) -> list[BlockFact]:
    """Return the facts of blocks, their failed transactions counted page by page."""
    facts = []
    for height in heights:
        offset: int | None = 0
        failed = 0
        while offset is not None:
            block = await client.block(height, offset=offset, limit=200)
            failed += sum(item.receipt.refusal is not None for item in block.transactions)
            offset = block.next_offset
        facts.append(
            BlockFact(height, block.header.time_ms, block.transaction_count, failed, block.view)
        )
    return facts
