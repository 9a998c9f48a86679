"""A follower of the chain that is killed again and again misses nothing and sees nothing twice."""

import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.e2e import event_reader
from tests.e2e.cluster import Cluster, RunningNode, until

pytestmark = pytest.mark.e2e

KILLS = 20
TRANSACTIONS = 1_000
BATCH = 50
SEED = 7
READ_S = 120.0
"""How long a reader may take to the next kill on a busy machine; no part of a promise."""


def start_reader(node: RunningNode, path: Path) -> "subprocess.Popen[bytes]":
    """Start the application as a process of its own."""
    return subprocess.Popen(
        [sys.executable, event_reader.__file__, f"http://{node.rpc_address}", str(path)]
    )


def lines_of(path: Path) -> list[list[str]]:
    """Return what was written in whole lines."""
    text = path.read_text(encoding="ascii") if path.exists() else ""
    return [line.split() for line in text[: text.rfind("\n") + 1].splitlines()]


def has_read(path: Path, count: int) -> bool:
    """Say whether so many records were written down."""
    return len(lines_of(path)) >= count


def test_reader_killed_twenty_times_sees_each_record_once_in_order(
    cluster: Cluster, tmp_path: Path
) -> None:
    """1,000 transactions through four nodes, and a reader killed at 20 random places."""
    cluster.connect()
    node, path = cluster.nodes[0], tmp_path / "seen"
    places = sorted(random.Random(SEED).sample(range(1, TRANSACTIONS), KILLS))
    sent: list[str] = []
    for place in places:
        reader = start_reader(node, path)
        try:
            while len(sent) < min(place + BATCH, TRANSACTIONS):
                batch = [cluster.transaction() for _ in range(BATCH)]
                cluster.submit_all(cluster.nodes[len(sent) // BATCH % 4], batch)
                sent += [item.tx_id.hex() for item in batch]
            until(partial(has_read, path, place), f"{place} records are read", READ_S)
        finally:
            reader.kill()
            reader.wait()
    reader = start_reader(node, path)
    try:
        until(partial(has_read, path, TRANSACTIONS), "all records are read", READ_S)
    finally:
        reader.kill()
        reader.wait()
    seen = lines_of(path)
    order = [(int(height), int(index)) for height, index, _ in seen]
    assert order == sorted(set(order)), f"seed {SEED}"
    assert sorted(subject for _, _, subject in seen) == sorted(sent), f"seed {SEED}"
