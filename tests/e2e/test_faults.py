"""Four real processes under crashes: agreement always, progress whenever a quorum lives."""

import signal
import time
from functools import partial

import pytest

from tests.e2e.cluster import Cluster, RunningNode, assert_same_chain, until

pytestmark = pytest.mark.e2e

NEXT_BLOCK_AFTER_CRASH_S = 10.0
CATCH_UP_S = 20.0


def commit_some(cluster: Cluster, nodes: list[RunningNode], count: int) -> int:
    """Have transactions committed through all of some nodes in turn; return the last height."""
    height = 0
    for number in range(count):
        node = nodes[number % len(nodes)]
        tx_id = cluster.submit(node)
        height = cluster.wait_committed(node, tx_id)
    return height


def wait_equal(nodes: list[RunningNode], height: int, seconds: float = CATCH_UP_S) -> None:
    """Wait until nodes have a height and assert that they have one chain."""
    for node in nodes:
        until(partial(_has, node, height), f"{node.name} at {height}", seconds)
    assert_same_chain(nodes)


def _has(node: RunningNode, height: int) -> bool:
    return node.height() >= height


def test_transactions_cross_four_processes(cluster: Cluster) -> None:
    """A transaction handed to any node stands in the same block on all of them."""
    cluster.connect()
    started = time.monotonic()
    height = commit_some(cluster, cluster.nodes, 8)
    assert time.monotonic() - started < 8.0
    wait_equal(cluster.nodes, height)


def test_any_node_may_die(cluster: Cluster) -> None:
    """Each in turn is killed with SIGKILL, so the primary too, and comes back to vote.

    The others go on meanwhile. That the returned one votes shows when the next one is dead, because
    a quorum then needs it.
    """
    cluster.connect()
    commit_some(cluster, cluster.nodes, 3)
    for dead in cluster.nodes:
        alive = [node for node in cluster.nodes if node is not dead]
        dead.kill()
        height = commit_some(cluster, alive, 4)
        cluster.start(dead)
        wait_equal([*alive, dead], height)


def test_all_nodes_may_die_at_once(cluster: Cluster) -> None:
    """After all were killed in the middle of work: same prefix, next block within ten seconds."""
    cluster.connect()
    acknowledged = [cluster.submit(cluster.nodes[number % 4]) for number in range(12)]
    until(lambda: cluster.nodes[0].height() >= 2, "some blocks", 10)
    found = {tx_id: cluster.nodes[0].call("tx_get", tx_id=tx_id) for tx_id in acknowledged}
    committed = [tx_id for tx_id, answer in found.items() if answer.get("height")]
    cluster.kill_at_once()
    before = cluster.nodes[0]
    cluster.start()
    started = time.monotonic()
    height = cluster.wait_committed(before, cluster.submit(before), NEXT_BLOCK_AFTER_CRASH_S)
    assert time.monotonic() - started < NEXT_BLOCK_AFTER_CRASH_S
    wait_equal(cluster.nodes, height)
    for tx_id in committed:
        assert before.call("tx_get", tx_id=tx_id)["height"], "a committed transaction was lost"


def test_paused_node_returns(cluster: Cluster) -> None:
    """A node that hung for a while follows and votes again; nothing stale of it does harm."""
    cluster.connect()
    commit_some(cluster, cluster.nodes, 2)
    slow, *others = cluster.nodes
    slow.signal(signal.SIGSTOP)
    height = commit_some(cluster, others, 4)
    slow.signal(signal.SIGCONT)
    wait_equal(cluster.nodes, height)
    height = commit_some(cluster, cluster.nodes, 4)
    wait_equal(cluster.nodes, height)


def test_no_quorum_no_block_and_quick_recovery(cluster: Cluster) -> None:
    """Two of four decide nothing; with a third one the waiting transaction is decided soon."""
    cluster.connect()
    commit_some(cluster, cluster.nodes, 2)
    first, second, third, fourth = cluster.nodes
    third.kill()
    fourth.kill()
    height = first.height()
    tx_id = cluster.submit(first)
    time.sleep(3)
    assert first.height() <= height + 1
    cluster.start(third)
    cluster.wait_committed(second, tx_id, 6)
    assert_same_chain([first, second, third])


def test_lost_vote_store_keeps_silent_until_it_is_safe(cluster: Cluster) -> None:
    """Without its votes a validator follows, says so, and signs again three blocks later."""
    cluster.connect()
    commit_some(cluster, cluster.nodes, 3)
    victim, *others = cluster.nodes
    victim.kill()
    for file in (victim.home / "data" / "votes").iterdir():
        file.unlink()
    cluster.start(victim)
    assert not victim.call("chain_status")["validating"]
    height = commit_some(cluster, others, 6)
    wait_equal(cluster.nodes, height)
    until(lambda: victim.call("chain_status")["validating"], "victim votes again", 10)
    others[0].kill()
    height = commit_some(cluster, [others[1], victim], 2)
    wait_equal([victim, others[1], others[2]], height)
