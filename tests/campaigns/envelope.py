"""`python -m tests.campaigns.envelope`: a large content sealed, stored, fetched and opened.

Every step is a process of its own, as with real parties, and reports its own time and peak memory.
Fails where one took more than MEMORY_MAX, or where another content came out than went in.
"""

import argparse
import asyncio
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from apps.channel.client import ChannelClient
from ledger.envelope_header import CHUNK_SIZE_DEFAULT, EnvelopeHeader, decode_envelope_header
from quancheng.envelope import opened_chunks, seal
from tests.e2e.circulation import running_channel
from tests.unit.quancheng.envelopes import CONTENT_KEY, preamble_for

MEMORY_MAX = 100 * 1024 * 1024
"""Peak of every process, the interpreter and its libraries included."""
MEBIBYTE = 1024 * 1024
_HEADER = "header"
_DIGEST = "digest"
_SEALED = "sealed"
_FETCHED = "fetched"


class Content:
    """Bytes that differ everywhere and are never in memory together; they are hashed on the way."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._number = 0
        self.hash = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        portion = min(size, self._left)
        data = hashlib.shake_128(self._number.to_bytes(8, "big")).digest(portion)
        self._number += 1
        self._left -= portion
        self.hash.update(data)
        return data


@dataclass(frozen=True, slots=True)
class Figures:
    """What one process cost."""

    name: str
    seconds: float
    memory: int


def seal_stage(folder: Path, size: int, _: str) -> None:
    """Seal a content of a size."""
    content = Content(size)
    with (folder / _SEALED).open("wb") as target:
        header = seal(preamble_for(CONTENT_KEY, CHUNK_SIZE_DEFAULT), CONTENT_KEY, content, target)
    (folder / _HEADER).write_bytes(header.encoded())
    (folder / _DIGEST).write_bytes(content.hash.digest())


def put_stage(folder: Path, _: int, url: str) -> None:
    """Put the ciphertext into the channel."""

    async def put() -> None:
        async with ChannelClient(url) as client:
            await client.put(header_in(folder), folder / _SEALED)

    asyncio.run(put())


def fetch_stage(folder: Path, _: int, url: str) -> None:
    """Fetch the ciphertext from the channel."""

    async def fetch() -> None:
        async with ChannelClient(url) as client:
            await client.fetch(header_in(folder), folder / _FETCHED)

    asyncio.run(fetch())


def open_stage(folder: Path, _: int, __: str) -> None:
    """Open it and compare the content."""
    digest = hashlib.sha256()
    with (folder / _FETCHED).open("rb") as source:
        for chunk in opened_chunks(header_in(folder), CONTENT_KEY, source):
            digest.update(chunk)
    assert digest.digest() == (folder / _DIGEST).read_bytes()


STAGES: Mapping[str, Callable[[Path, int, str], None]] = {
    "seal": seal_stage,
    "put": put_stage,
    "fetch": fetch_stage,
    "open": open_stage,
}


def header_in(folder: Path) -> EnvelopeHeader:
    """Return the header that was sealed."""
    return decode_envelope_header((folder / _HEADER).read_bytes())


def peak_memory(process: str = "self") -> int:
    """Return the most bytes that a process has had in memory."""
    status = Path("/proc", process, "status").read_text(encoding="ascii")
    line = next(item for item in status.splitlines() if item.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def run_stage(name: str, folder: Path, size: int, url: str) -> None:
    """Run one step here and print its figures for the process that started it."""
    started = time.monotonic()
    STAGES[name](folder, size, url)
    figures = {"seconds": time.monotonic() - started, "memory": peak_memory()}
    sys.stdout.write(json.dumps(figures))


def measured(name: str, folder: Path, size: int, url: str) -> Figures:
    """Run one step in a process of its own."""
    words = ["--stage", name, "--folder", str(folder), "--size", str(size), "--url", url]
    command = [sys.executable, "-m", "tests.campaigns.envelope", *words]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(shown)
    return Figures(name, found["seconds"], found["memory"])


def campaign(size: int) -> list[Figures]:
    """Take a content through all steps."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".envelope-") as scratch:
        folder = Path(scratch)
        with running_channel(folder / "channel") as (url, process):
            figures = [measured(name, folder, size, url) for name in STAGES]
            figures.append(Figures("channel", 0.0, peak_memory(str(process))))
    return figures


def main() -> int:
    """Print a table; return 1 where a process took too much memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1024 * MEBIBYTE, help="bytes of content")
    parser.add_argument("--stage", choices=sorted(STAGES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.stage is not None:
        run_stage(chosen.stage, chosen.folder, chosen.size, chosen.url)
        return 0
    figures = campaign(chosen.size)
    table = Table("step", "seconds", "MiB/s", "peak MiB", title=f"{chosen.size // MEBIBYTE} MiB")
    for item in figures:
        speed = f"{chosen.size / MEBIBYTE / item.seconds:.0f}" if item.seconds else ""
        seconds = f"{item.seconds:.1f}" if item.seconds else ""
        table.add_row(item.name, seconds, speed, f"{item.memory / MEBIBYTE:.0f}")
    Console().print(table)
    return int(any(item.memory > MEMORY_MAX for item in figures))


if __name__ == "__main__":
    sys.exit(main())
