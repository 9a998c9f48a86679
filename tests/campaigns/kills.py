"""`python -m tests.campaigns.kills --kills 100`: real validators under load, killed at random.

Each time one, two or all of four are killed with SIGKILL at any moment and started again after a
while. In the end a separate checker reads every vote store of every kill and every frame that was
heard; the stores of all nodes are held against each other at every height; and every transaction
that a node called final must stand on every node exactly once.
"""

import argparse
import json
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ledger.genesis import decode_genesis
from ledger.transaction import decode_transaction
from node.chain import Chain
from node.config import load_config
from node.home import Home
from node.store.opening import open_engine
from tests.campaigns.load import Load, under_load
from tests.campaigns.recording_node import FRAMES
from tests.campaigns.slots import Slots
from tests.e2e.cluster import Cluster, RunningNode, until

RECORDING = "tests.campaigns.recording_node"
CATCH_UP_S = 20.0


@dataclass
class Figures:
    """What a run saw."""

    seed: int
    kills: int = 0
    rounds: int = 0
    height: int = 0
    offered: int = 0
    acknowledged: int = 0
    slots: int = 0
    return_s: list[float] = field(default_factory=list)
    """From the answer of a restarted node to the tip that the others had then."""
    violations: list[str] = field(default_factory=list)


def killed(slots: Slots, victims: list[RunningNode]) -> None:
    """Kill nodes at one moment and read what their disks say they signed."""
    for node in victims:
        node.signal(signal.SIGKILL)
    for node in victims:
        node.kill()
        for path in (node.home / "data" / "votes").iterdir():
            slots.read_store(path.read_bytes())


def returned(cluster: Cluster, victims: list[RunningNode]) -> float:
    """Start nodes again; return how long the last of them took to the tip of all."""
    cluster.start(*victims, module=RECORDING)
    started = time.monotonic()
    target = max(node.height() for node in cluster.nodes)
    for node in victims:
        until(partial(_has, node, target), f"{node.name} at {target}", CATCH_UP_S)
    return time.monotonic() - started


def _has(node: RunningNode, height: int) -> bool:
    return node.height() >= height


def rounds(cluster: Cluster, slots: Slots, figures: Figures, wanted: int) -> None:
    """Kill and start again until there were so many kills."""
    choice = random.Random(figures.seed)
    while figures.kills < wanted:
        time.sleep(choice.uniform(0, 1.5))
        count = choice.choice((1, 1, 1, 1, 1, 2, 2, len(cluster.nodes)))
        victims = choice.sample(cluster.nodes, min(count, wanted - figures.kills))
        killed(slots, victims)
        time.sleep(choice.uniform(0, 2))
        figures.return_s.append(returned(cluster, victims))
        figures.kills += len(victims)
        figures.rounds += 1
        names = ", ".join(node.name for node in victims)
        say(f"{figures.kills:4} killed, last {names}; at the tip in {figures.return_s[-1]:.1f} s")


def compare(cluster: Cluster, load: Load, figures: Figures) -> None:
    """Hold the stores of all stopped nodes against each other and against what was promised."""
    genesis = decode_genesis(cluster.testnet.genesis.read_bytes())
    blocks: list[list[bytes]] = []
    for node in cluster.nodes:
        name = load_config(Home(node.home).config).storage.engine
        engine = open_engine(name, node.home / "data" / "chain")
        try:
            chain, _ = Chain.open(engine, genesis)
            heights = range(1, chain.tip.height + 1)
            blocks.append([chain.header(height).hash() for height in heights])
            stand = Counter(
                decode_transaction(item).tx_id.hex()
                for height in heights
                for item in chain.block(height).transactions
            )
        finally:
            engine.close()
        wrong = [tx_id for tx_id in load.acknowledged if stand[tx_id] != 1]
        figures.violations += [f"{tx_id} is on {node.name} {stand[tx_id]} times" for tx_id in wrong]
    figures.height = min(map(len, blocks))
    for height, hashes in enumerate(zip(*blocks, strict=False), start=1):
        if len(set(hashes)) != 1:
            figures.violations.append(f"different blocks at height {height}")


def run(cluster: Cluster, figures: Figures, wanted: int) -> None:
    """Found, kill, and judge."""
    cluster.start(module=RECORDING)
    asked = cluster.nodes[0]
    keys = [item["public_key"] for item in asked.call("chain_validators")["validators"]]
    slots = Slots(
        bytes.fromhex(cluster.testnet.genesis_hash), tuple(bytes.fromhex(key)[1:] for key in keys)
    )
    with under_load(cluster, figures.seed) as load:
        rounds(cluster, slots, figures, wanted)
    tx_id = cluster.submit(asked)
    for node in cluster.nodes:
        cluster.wait_committed(node, tx_id, CATCH_UP_S)
    for node in cluster.nodes:
        node.signal(signal.SIGTERM)
        node.wait_stopped(CATCH_UP_S)
        for path in (node.home / "data" / "votes").iterdir():
            slots.read_store(path.read_bytes())
        slots.read_frames((node.home / FRAMES).read_bytes())
    compare(cluster, load, figures)
    figures.offered, figures.acknowledged = load.offered, len(load.acknowledged)
    figures.slots = len(slots.found)
    figures.violations += [f"two votes for one slot: {line}" for line in slots.doubled]
    if slots.forged:
        figures.violations.append(f"{slots.forged} votes whose signature does not hold")


def show(figures: Figures) -> None:
    """Print the table."""
    table = Table(title=f"{figures.kills} kills, seed {figures.seed}")
    table.add_column("what")
    table.add_column("figure", justify="right")
    rows = {
        "blocks, equal on all nodes": figures.height,
        "transactions offered": figures.offered,
        "acknowledged as final, each once on every node": figures.acknowledged,
        "voting slots, one vote each": figures.slots,
        "back at the tip, median": f"{statistics.median(figures.return_s):.1f} s",
        "back at the tip, worst": f"{max(figures.return_s):.1f} s",
        "violations": len(figures.violations),
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    Console().print(table)
    for line in figures.violations:
        say(line)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the campaign in a folder of its own; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.kills")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    figures = Figures(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "consortium")
        try:
            run(cluster, figures, arguments.kills)
        finally:
            cluster.stop()
    show(figures)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(vars(figures)), encoding="utf-8")
    return int(bool(figures.violations))


if __name__ == "__main__":
    sys.exit(main())
