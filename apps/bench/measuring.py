"""What is measured: processor time and memory of the nodes, blocks, and signatures."""

import os
import platform
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from ledger import suites
from quancheng.client import Client

VERIFY_ROUNDS = 5
VERIFY_COUNT = 400
_TICKS = os.sysconf("SC_CLK_TCK")
_KIBIBYTE = 1024
_ANONYMOUS = re.compile(r"^RssAnon:\s+(\d+) kB", re.MULTILINE)
_MODEL = re.compile(r"^model name\s*: (.+)$", re.MULTILINE)
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
    """What one process has used so far, and what it holds now."""

    processor_seconds: float
    loop_seconds: float
    """Processor seconds of its first thread, which runs the event loop."""
    memory_bytes: int
    """Memory of its own: what it has mapped from files the system takes back when it likes."""


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
    """Return what the system has counted for a process. Linux only."""
    folder = Path(f"/proc/{process_id}")
    found = _ANONYMOUS.search((folder / "status").read_text(encoding="utf-8"))
    assert found is not None
    return ProcessFact(
        processor_seconds=_processor_seconds(folder / "stat"),
        loop_seconds=_processor_seconds(folder / "task" / str(process_id) / "stat"),
        memory_bytes=int(found[1]) * _KIBIBYTE,
    )


def _processor_seconds(stat: Path) -> float:
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below a folder, whatever is deleted meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(parent) / name).stat().st_size
    return total


def hardware() -> str:
    """Return what this was measured on: processor, cores, memory, system, Python."""
    model = _MODEL.search(Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _KIBIBYTE**3
    name = platform.machine() if model is None else model[1]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{name}, {os.cpu_count()} cores, {memory:.1f} GiB, {platform.system()}, {python}"


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
