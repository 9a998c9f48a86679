"""`python -m tests.campaigns.flood`: a flooded network votes on, and others keep their share.

Four validators, real processes. First a quiet while: three organisations write at a rate within
their quota. Then 200 clients read without a pause, 1,000 connections say nothing, and a fourth
organisation writes at ten times its quota, all at once and on all nodes, while the three write on.
Ends with a table, and fails where finality on the nodes takes more than 1.5 times the quiet time at
the 95th percentile, one of the three loses a transaction or is refused, a queue passes its bound,
or memory grows on.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.campaigns.flooding import readers, writers
from tests.campaigns.flooding.watching import Reading, children_of, look, percentile_between
from tests.e2e.cluster import Cluster

CALLS_PER_SECOND = 20
"""The quota of an organisation here: small, so that ten times as much leaves the machine free."""
GREEDY_RATE = 10 * CALLS_PER_SECOND
RATE = 5.0
OTHERS = ("bank", "operator", "identity-authority")
"""One party of each of three organisations that keep within their quota."""
GREEDY = "department"
WARM_UP_S = 10.0
"""For links, caches, and the flood to come to its height."""
MEASURED_S = 45.0
LOOK_EVERY_S = 5.0
PROGRAM_SLACK_S = 120.0
SLOWDOWN_MAX = 1.5
GROWTH_MAX = 1.1
"""How much more memory the second half of the flood may end with than it began with."""
_P95 = 0.95


@dataclass(frozen=True, slots=True)
class Phase:
    """What was seen in a quiet or a flooded while."""

    looks: Sequence[Reading]
    writers: dict[str, dict[str, Any]]
    started: float

    @property
    def finality_p95(self) -> float:
        """The 95th percentile of the seconds from a node's door to its commit."""
        return percentile_between(self.looks[0], self.looks[-1], _P95)

    def writer_p95(self, label: str) -> float:
        """Return the 95th percentile of the seconds from a writer's call to its receipt."""
        measured = [took for moment, took in self.writers[label]["finality"] if self._has(moment)]
        ascending: list[float] = sorted(measured)
        return ascending[int(len(ascending) * _P95)]

    def _has(self, moment: float) -> bool:
        return self.started + WARM_UP_S <= moment < self.started + WARM_UP_S + MEASURED_S


class Field:
    """A running cluster, those who write to it, and those who flood it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.urls = [f"http://{node.rpc_address}" for node in cluster.nodes]
        self._programs: list[subprocess.Popen[str]] = []

    def phase(self, *, flooded: bool) -> tuple[Phase, dict[str, Any]]:
        """Let the three write, with or without the flood; return what was seen, and the flood."""
        seconds = WARM_UP_S + MEASURED_S
        started = time.time()
        flood = [self._program(readers, str(seconds), *self.urls)] if flooded else []
        writing = {
            label: self._writer(label, number, RATE, seconds)
            for number, label in enumerate(OTHERS, start=1)
        }
        if flooded:
            writing[GREEDY] = self._writer(GREEDY, 0, GREEDY_RATE, seconds)
        looks = self._looks(started)
        found = {label: _output_of(program) for label, program in writing.items()}
        came_of_flood = [_output_of(program) for program in flood]
        return Phase(looks, found, started), came_of_flood[0] if flooded else {}

    def stop(self) -> None:
        """End every program that still runs."""
        for program in self._programs:
            program.kill()
            program.wait()

    def _looks(self, started: float) -> list[Reading]:
        nodes = self._cluster.process_ids()
        process_ids = [*nodes, *(child for node in nodes for child in children_of(node))]
        looks = []
        for number in range(int(MEASURED_S / LOOK_EVERY_S) + 1):
            due = started + WARM_UP_S + number * LOOK_EVERY_S
            time.sleep(max(0.0, due - time.time()))
            looks.append(look(self.urls, process_ids))
        return looks

    def _writer(
        self, label: str, number: int, rate: float, seconds: float
    ) -> "subprocess.Popen[str]":
        seed, _ = self._cluster.writer(label)
        program = self._program(writers, self.urls[number], str(rate), str(seconds))
        assert program.stdin is not None
        program.stdin.write(seed.hex())
        program.stdin.close()
        return program

    def _program(self, module: Any, *arguments: str) -> "subprocess.Popen[str]":  # noqa: ANN401
        program = subprocess.Popen(
            [sys.executable, "-m", module.__name__, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._programs.append(program)
        return program


def _output_of(program: "subprocess.Popen[str]") -> dict[str, Any]:
    assert program.stdout is not None
    text = program.stdout.read()
    assert program.wait(PROGRAM_SLACK_S) == 0, program.args
    found: dict[str, Any] = json.loads(text)
    return found


def configure(cluster: Cluster) -> None:
    """Give every node a quota that a test can exceed."""
    for node in cluster.nodes:
        path = node.home / "config.toml"
        text = path.read_text(encoding="utf-8")
        line = f"[rpc]\ncalls_per_second = {CALLS_PER_SECOND}\n"
        path.write_text(text.replace("[rpc]\n", line), encoding="utf-8")


def faults(quiet: Phase, flooded: Phase) -> list[str]:
    """Return what the flood broke, in words."""
    found = []
    if flooded.finality_p95 > SLOWDOWN_MAX * quiet.finality_p95:
        found.append(f"finality is slower than {SLOWDOWN_MAX} times the quiet one")
    for label in OTHERS:
        seen = flooded.writers[label]
        if seen["lost"] or set(seen["outcomes"]) != {"taken"}:
            found.append(f"{label} lost its share: {seen['outcomes']}, {seen['lost']} lost")
    found += sorted({queue for item in flooded.looks for queue in item.overfull})
    half = len(flooded.looks) // 2
    if flooded.looks[-1].memory_bytes > GROWTH_MAX * flooded.looks[half].memory_bytes:
        found.append("memory grows on")
    return found


def show(quiet: Phase, flooded: Phase, flood: dict[str, Any]) -> None:
    """Print what was seen in both phases."""
    table = Table(title=f"{MEASURED_S:.0f} s quiet, {MEASURED_S:.0f} s flooded")
    for column in ("", "quiet", "flooded"):
        table.add_column(column)
    phases = (quiet, flooded)
    table.add_row("finality on the nodes, p95", *(f"{p.finality_p95 * 1e3:.0f} ms" for p in phases))
    for label in OTHERS:
        table.add_row(
            f"{label}, to the receipt, p95",
            *(f"{p.writer_p95(label) * 1e3:.0f} ms" for p in phases),
        )
        table.add_row(
            f"{label}, at the door", *(_counts(p.writers[label]["outcomes"]) for p in phases)
        )
    views = [f"{p.looks[-1].view_changes - p.looks[0].view_changes:.0f}" for p in phases]
    table.add_row("view changes", *views)
    for name, at in (("begin", 0), ("half", len(flooded.looks) // 2), ("end", -1)):
        memory = [f"{p.looks[at].memory_bytes / 2**20:.0f} MiB" for p in phases]
        table.add_row(f"memory of all nodes, {name}", *memory)
    table.add_row(f"{GREEDY}, at the door", "", _counts(flooded.writers[GREEDY]["outcomes"]))
    table.add_row("readers", "", _counts(flood["outcomes"]))
    table.add_row("silent connections at the end", "", str(flood["silent"]))
    Console().print(table)


def _counts(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))


def main() -> int:
    """Run the campaign in a folder of its own; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "consortium")
        configure(cluster)
        field = Field(cluster)
        try:
            cluster.connect()
            quiet, _ = field.phase(flooded=False)
            flooded, flood = field.phase(flooded=True)
        finally:
            field.stop()
            cluster.stop()
    show(quiet, flooded, flood)
    found = faults(quiet, flooded)
    for fault in found:
        Console().print(fault, markup=False)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
