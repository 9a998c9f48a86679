"""A disk that is full, or that cannot sync: one node stops cleanly, the chain goes on, it returns.

The small disk is a tmpfs, where this user may mount one; failing syncs come from a library that is
compiled and preloaded, where there is a compiler.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.cluster import START_S, Cluster, RunningNode, assert_same_chain, until

pytestmark = pytest.mark.e2e

MIB = 1024 * 1024
STOPPED_S = 20.0
DISK_MIB = 96
RESERVE = 16 * MIB
COMPILER = shutil.which("cc") or shutil.which("gcc")


@contextmanager
def small_disk(node: RunningNode) -> Iterator[Path]:
    """Give a node a small disk of its own under its data folder."""
    data = node.home / "data"
    data.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(data)]
    mounted = subprocess.run(words, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a tmpfs")
    try:
        yield data
    finally:
        node.kill()
        subprocess.run(["umount", str(data)], check=True)


@contextmanager
def reserve(node: RunningNode, size: int) -> Iterator[None]:
    """Set the free space that a node wants to keep."""
    path = node.home / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[storage]", f"[storage]\nreserve_bytes = {size}"), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")


def fill(folder: Path, left: int) -> Path:
    """Fill a disk with a file, so that so much is left; return the file."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        while shutil.disk_usage(folder).free > left:
            try:
                file.write(bytes(min(MIB, max(4_096, shutil.disk_usage(folder).free - left))))
                file.flush()
            except OSError:
                break
    return filler


def last_failure(node: RunningNode) -> "dict[str, str]":
    """Return the last line of trouble, which must not be one of a bug."""
    lines = [line for line in node.log() if line["level"] == "critical"]
    assert not any("a bug stopped" in line["message"] for line in lines), lines
    return lines[-1]


def nobody_contradicted(nodes: list[RunningNode]) -> None:
    """Assert that no node saw two contradicting votes."""
    for node in nodes:
        for height in range(1, node.height() + 1):
            assert node.call("chain_block", height=height)["evidence"] == []


def goes_on_and_returns(cluster: Cluster, stopped: RunningNode) -> None:
    """Let the others decide, start the stopped one again, and see it follow and vote."""
    others = [node for node in cluster.nodes if node is not stopped]
    height = cluster.wait_committed(others[0], cluster.submit(others[0]))
    stopped.start()
    until(lambda: stopped.answers() and stopped.height() >= height, "it caught up", START_S)
    others[0].kill()  # now its vote is needed
    cluster.wait_committed(others[1], cluster.submit(others[1]), START_S)
    cluster.start(others[0])
    assert_same_chain(cluster.nodes)
    nobody_contradicted(cluster.nodes)


def test_a_node_stops_before_its_disk_is_full_and_returns_when_there_is_space(
    cluster: Cluster,
) -> None:
    """It says so in plain words, at a start on a full disk as well."""
    node = cluster.nodes[3]
    with reserve(node, RESERVE), small_disk(node) as data:
        cluster.connect()
        cluster.wait_committed(node, cluster.submit(node))
        filler = fill(data, RESERVE // 2)
        assert node.wait_stopped(STOPPED_S) == 1
        failure = last_failure(node)
        assert failure["failure"] == "DiskFull"
        assert "is full" in failure["message"]
        node.start()
        assert node.wait_stopped(STOPPED_S) == 1
        assert last_failure(node)["failure"] == "DiskFull"
        filler.unlink()
        goes_on_and_returns(cluster, node)


def test_a_disk_that_is_full_to_the_last_byte_loses_and_forges_nothing(cluster: Cluster) -> None:
    """Without a reserve the first write that fails ends the process, before anything is sent."""
    node = cluster.nodes[3]
    with reserve(node, 0), small_disk(node) as data:
        cluster.connect()
        cluster.wait_committed(node, cluster.submit(node))
        filler = fill(data, 0)
        others = cluster.nodes[:3]
        for _ in range(3):
            cluster.wait_committed(others[0], cluster.submit(others[0]), START_S)
        assert node.wait_stopped(STOPPED_S) == 1
        assert last_failure(node)["failure"] in {"VotesNotWritten", "StoreNotWritten"}
        node.start()
        assert node.wait_stopped(STOPPED_S) == 1
        last_failure(node)
        filler.unlink()
        goes_on_and_returns(cluster, node)


@pytest.mark.skipif(COMPILER is None, reason="no compiler for the library that fails syncs")
def test_a_sync_that_fails_stops_the_node_for_good(cluster: Cluster, tmp_path: Path) -> None:
    """A retry would trust pages that the kernel has dropped; a new process reads what is there."""
    assert COMPILER is not None
    library = tmp_path / "failing_sync.so"
    source = Path(__file__).with_name("failing_sync.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    flag, node = tmp_path / "fails", cluster.nodes[3]
    for other in cluster.nodes[:3]:
        other.start()
    node.start(variables={"LD_PRELOAD": str(library), "FAILING_SYNC": str(flag)})
    for each in cluster.nodes:
        until(each.answers, f"{each.name} answers", START_S)
    until(lambda: len(node.call("net_peers")["peers"]) == 3, "it is connected", START_S)
    cluster.wait_committed(node, cluster.submit(node), START_S)
    flag.touch()
    cluster.submit(cluster.nodes[0])
    assert node.wait_stopped(STOPPED_S) == 1
    assert last_failure(node)["failure"] in {"VotesNotWritten", "StoreNotWritten"}
    goes_on_and_returns(cluster, node)
