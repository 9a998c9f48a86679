"""The node processes of a test network: started, watched, paused, killed and stopped by name.

A node that runs holds the lock of its home, so a stale process id is never mistaken for a living
node, and no signal goes to a stranger that got its number.
"""

import os
import signal
import subprocess
import sys
import time
from enum import Enum, unique
from pathlib import Path

from apps.lock_holder import living_holder, written_id
from genesis.testnet import Testnet, TestnetNode
from node.home import Home

STOP_SECONDS = 15.0
"""How long a node may take to stop cleanly before it is killed."""
START_SECONDS = 30.0
"""How long a node may take to take hold of its home."""

_POLL_SECONDS = 0.05
_LOG_FILE = "node.log"
_LAST_LINES = 5
_STOPPED_STATES = frozenset({"T", "t"})


@unique
class NodeState(Enum):
    """What a node's process is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    DOWN = "down"


class NodeDidNotStart(Exception):
    """A node's process ended at once; `log` has its reason in its last lines."""

    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"node {name} did not start")
        self.name = name
        self.log = log

    def last_lines(self) -> list[str]:
        """Return the end of the log."""
        return _last_lines(self.log)


class NodeProcess:
    """The process of one node of a test network, whoever started it."""

    def __init__(self, node: TestnetNode, home: Path) -> None:
        self.node = node
        self.home = home
        self._lock = Home(home).lock
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the process writes what it says."""
        return self.home / _LOG_FILE

    def last_lines(self) -> list[str]:
        """Return the end of the log."""
        return _last_lines(self.log)

    @property
    def process_id(self) -> int | None:
        """The id of the living process, or None."""
        return living_holder(self._lock)

    def state(self) -> NodeState:
        """Say what the process is doing."""
        process_id = self.process_id
        if process_id is None:
            return NodeState.DOWN
        return NodeState.PAUSED if _is_stopped(process_id) else NodeState.RUNNING

    def start(self) -> None:
        """Start the process and wait until it holds its home; do nothing where it runs already."""
        self.launch()
        self.wait_started()

    def launch(self) -> None:
        """Start the process without waiting for it; do nothing where it runs already."""
        if self.process_id is not None:
            return
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "node", "--home", str(self.home)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # The network outlives the command that started it.
                start_new_session=True,
            )

    def wait_started(self) -> None:
        """Wait until a launched process holds its home, or raise NodeDidNotStart."""
        child = self._child
        if child is None:
            return
        deadline = time.monotonic() + START_SECONDS
        while written_id(self._lock) != child.pid:
            if child.poll() is not None or time.monotonic() > deadline:
                child.kill()
                child.wait()
                raise NodeDidNotStart(self.node.name, self.log)
            time.sleep(_POLL_SECONDS)

    def pause(self) -> bool:
        """Stop the process where it stands, as a machine that hangs; say whether it ran."""
        if not self._send(signal.SIGSTOP):
            return False
        deadline = time.monotonic() + STOP_SECONDS
        while self.state() is NodeState.RUNNING and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return True

    def resume(self) -> bool:
        """Let a paused process go on; say whether it ran."""
        return self._send(signal.SIGCONT)

    def kill(self) -> bool:
        """Kill the process without warning, as a power cut; say whether it ran."""
        return self._send(signal.SIGKILL) and self._wait_down(STOP_SECONDS)

    def stop(self) -> bool:
        """Ask the process to stop cleanly, kill it if it does not; say whether it ran."""
        if self._stop_starting():
            return True
        if not self._send(signal.SIGTERM):
            return False
        self._send(signal.SIGCONT)
        if not self._wait_down(STOP_SECONDS):
            self.kill()
        return True

    def _stop_starting(self) -> bool:
        """Stop an own child that does not hold its home yet, of which no lock tells."""
        child = self._child
        if child is None or child.poll() is not None or written_id(self._lock) == child.pid:
            return False
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        return True

    def _send(self, number: signal.Signals) -> bool:
        process_id = self.process_id
        if process_id is None:
            return False
        try:
            os.kill(process_id, number)
        except ProcessLookupError:
            return False
        return True

    def _wait_down(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.process_id is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        if self._child is not None:
            # A child that nobody waits for stays in the process table.
            self._child.wait()
        return True


def processes_of(testnet: Testnet) -> tuple[NodeProcess, ...]:
    """Return the processes of a test network, in the order of its nodes."""
    return tuple(NodeProcess(node, testnet.home(node)) for node in testnet.nodes)


def _last_lines(log: Path) -> list[str]:
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-_LAST_LINES:]


def _is_stopped(process_id: int) -> bool:
    """Say whether a process is stopped by a signal, from /proc or, where there is none, from ps."""
    status = Path(f"/proc/{process_id}/stat")
    if status.exists():
        # The name in parentheses may hold anything; the state follows the last one.
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] in _STOPPED_STATES
    listing = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()[:1] in _STOPPED_STATES
