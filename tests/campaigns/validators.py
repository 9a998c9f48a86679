"""`python -m tests.campaigns.validators`: 4 → 5 → 6 → 7 → 6 → 5 → 4 and a rotation, under load.

Real processes, light load, every change by the commands that operators use. Ends with a table of
what each change cost, and fails where a block took more than one view change, a node forked, or a
transaction that was taken is missing. The last one is proven by an evidence file that crosses all
changes, to both verifiers.
"""

import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.e2e.cluster import Cluster, assert_same_chain
from tests.e2e.joining import CHANGE_S, Consortium

JOINERS = ("identity", "supervision", "data-bureau")
"""Who joins, in this order; the last has a validator already, which seven allow."""
VIEW_CHANGES_MAX = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One change: what it was, and the first height of its set."""

    name: str
    height: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The blocks from a change to the next: how many, the longest gap, the highest view."""

    name: str
    size: int
    blocks: int
    longest_ms: int
    highest_view: int


def play(consortium: Consortium) -> list[Step]:
    """Carry out all changes; return them with their heights."""
    steps = [Step("4 validators", 1)]
    keys: list[str] = []
    for size, organisation in enumerate(JOINERS, start=5):
        key = consortium.join(organisation)
        steps.append(Step(f"{size - 1} → {size}", consortium.change("add", key)))
        consortium.wait_voting(key)
        keys.append(key)
    new = consortium.join(JOINERS[0])
    steps.append(Step("key replaced", consortium.change("replace", keys[0], new)))
    consortium.wait_voting(new)
    consortium.wait_silent(consortium.joined[keys[0]])
    keys[0] = new
    for size in (6, 5, 4):
        key = keys.pop()
        steps.append(Step(f"{size + 1} → {size}", consortium.change("remove", key)))
        consortium.wait_silent(consortium.joined[key])
    consortium.wait_epoch()
    return steps


def stretches(consortium: Consortium, steps: list[Step]) -> list[Stretch]:
    """Return what each change cost, from its block before to the last block before the next."""
    asked = consortium.asked
    tip = asked.height()
    times, views = [0], [0]
    for height in range(1, tip + 1):
        block = asked.call("chain_block", height=height, limit=1)
        times.append(block["header"]["time_ms"])
        views.append(block["view"])
    found = []
    for step, following in pairwise([*steps, Step("", tip + 1)]):
        heights = range(step.height, following.height)
        gaps = [times[height] - times[height - 1] for height in heights if height > 1]
        size = len(asked.call("chain_validators", height=step.height)["validators"])
        highest = max(views[height] for height in heights)
        found.append(Stretch(step.name, size, len(heights), max(gaps), highest))
    return found


def show(found: list[Stretch], taken: int) -> None:
    """Print the table."""
    table = Table(title=f"{taken} transactions taken, all of them on every node")
    for column in ("change", "validators", "blocks", "longest gap", "highest view"):
        table.add_column(column)
    for item in found:
        gap = f"{item.longest_ms / 1_000:.2f} s"
        table.add_row(item.name, str(item.size), str(item.blocks), gap, str(item.highest_view))
    Console().print(table)


def main() -> int:
    """Run the campaign in a folder of its own; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "consortium")
        consortium = Consortium(cluster)
        try:
            cluster.connect()
            with consortium.load() as taken:
                steps = play(consortium)
            for tx_id in taken:
                cluster.wait_committed(consortium.asked, tx_id, CHANGE_S)
            assert_same_chain([*cluster.nodes, *consortium.joined.values()])
            changes = consortium.prove(taken[-1], Path(folder))
            assert changes == len(steps) - 1
            found = stretches(consortium, steps)
            show(found, len(taken))
        finally:
            consortium.stop()
            cluster.stop()
    return int(any(item.highest_view > VIEW_CHANGES_MAX for item in found))


if __name__ == "__main__":
    sys.exit(main())
