"""The front as a process: it can die, the node votes on, and nothing of it is left behind."""

import os
import signal
import subprocess

import pytest

from tests.e2e.cluster import Cluster, RunningNode, until

pytestmark = pytest.mark.e2e


def fronts_of(node: RunningNode) -> list[int]:
    """Return the ids of processes that serve this node's home."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in listing.stdout.splitlines()]
    return [int(line[0]) for line in lines if "node.front" in line and str(node.home) in line]


def test_killed_front_comes_back_and_its_node_votes_on(cluster: Cluster) -> None:
    """With one validator down every vote counts; the chain grows while a front is being killed."""
    cluster.connect(*cluster.nodes[:3])
    first, other = cluster.nodes[0], cluster.nodes[1]
    height = first.height()
    (before,) = fronts_of(first)
    os.kill(before, signal.SIGKILL)
    cluster.wait_committed(other, cluster.submit(other))
    until(lambda: first.height() > height, "the front answers again", 30)
    (after,) = fronts_of(first)
    assert after != before
    first.kill()
    until(lambda: fronts_of(first) == [], "a front goes with its node", 30)
    other.signal(signal.SIGTERM)
    assert other.wait_stopped(30) == 0
    assert fronts_of(other) == []
