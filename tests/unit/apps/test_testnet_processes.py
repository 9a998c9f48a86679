"""A node's process is known by the lock it holds, and by nothing that could be stale."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.testnet_processes import NodeDidNotStart, NodeProcess, NodeState
from genesis.testnet import TestnetNode

NODE = TestnetNode("bank", "bank", "bank/node", True, "127.0.0.1:1", "127.0.0.1:2")

HOLDER = """
import fcntl, os, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
file.write(str(os.getpid())); file.flush()
print("held", flush=True)
time.sleep(600)
"""
"""What matters here of a node: it holds the lock of its home and has written its id there."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home of a node that has run before."""
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.fixture
def holder(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process that holds the home."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home / "data" / "lock")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def wait_for(process: NodeProcess, state: NodeState) -> None:
    """Wait until a process is in a state: signals are delivered a little later."""
    deadline = time.monotonic() + 10
    while process.state() is not state:
        assert time.monotonic() < deadline, process.state()
        time.sleep(0.01)


def test_no_lock_means_down(home: Path) -> None:
    """A fresh home, a lock of a dead process, and one with another process's number are down."""
    process = NodeProcess(NODE, home)
    assert process.state() is NodeState.DOWN
    lock = home / "data" / "lock"
    for text in ("", "nonsense", "999999999", str(os.getpid())):
        lock.write_text(text)
        assert process.process_id is None
        assert not process.kill()
        assert not process.stop()


def test_a_process_is_paused_resumed_and_killed(
    home: Path, holder: "subprocess.Popen[bytes]"
) -> None:
    """Another command than the one that started it can do all this."""
    process = NodeProcess(NODE, home)
    assert process.process_id == holder.pid
    wait_for(process, NodeState.RUNNING)
    assert process.pause()
    wait_for(process, NodeState.PAUSED)
    assert process.resume()
    wait_for(process, NodeState.RUNNING)
    assert process.kill()
    assert process.state() is NodeState.DOWN
    assert holder.wait() == -signal.SIGKILL


def processes_on(home: Path) -> list[str]:
    """Return the processes whose command names a home."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(home).encode() in entry.read_bytes():
                found.append(entry.parent.name)
    return found


def test_a_process_that_does_not_hold_its_home_yet_stops_too(home: Path) -> None:
    """Ctrl-C right after the launch leaves nothing: no lock tells of such a process."""
    process = NodeProcess(NODE, home)
    process.launch()
    assert process.process_id is None
    assert process.stop()
    assert processes_on(home) == []
    assert not process.stop()


def test_a_paused_process_stops_too(home: Path, holder: "subprocess.Popen[bytes]") -> None:
    """Stopping wakes it up, so that it can end cleanly."""
    process = NodeProcess(NODE, home)
    process.pause()
    wait_for(process, NodeState.PAUSED)
    assert process.stop()
    assert holder.wait() == -signal.SIGTERM


def test_a_running_node_is_not_started_again(home: Path, holder: "subprocess.Popen[bytes]") -> None:
    """Starting what runs does nothing; it never starts a second process on one key."""
    process = NodeProcess(NODE, home)
    process.start()
    assert process.process_id == holder.pid


def test_a_node_that_cannot_start_says_why(home: Path) -> None:
    """A home without a configuration: the last lines of the log name it."""
    with pytest.raises(NodeDidNotStart) as caught:
        NodeProcess(NODE, home).start()
    assert caught.value.name == "bank"
    assert any("config.toml" in line for line in caught.value.last_lines())
