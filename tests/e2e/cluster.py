"""A consortium of real node processes on loopback, spoken to by JSON-RPC as applications do."""

import datetime as dt
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from chaincode.registration.records import (
    Custody,
    ResourceKind,
    RowBucket,
    Sensitivity,
    SourceMode,
    UpdateCycle,
)
from genesis.sample_plan import sample_plan
from genesis.testnet import PASSPHRASE_FILE, Testnet, TestnetNode, lay_out_testnet
from ledger.transaction import Transaction
from quancheng.builders import Terms, build, sign
from quancheng.keystore import Keystore

POLL_S = 0.02
LOG_SHOWN = 2_000
"""Characters of a node's log that a failure shows."""
RPC_TIMEOUT_S = 10.0
VALIDITY_MS = 120_000
NODE_SILENT = "E916"
"""What a front answers whose node does not."""
START_S = 60.0
"""How long nodes may take to import, start and connect on a busy machine; no part of a promise."""

T = TypeVar("T")


class Unreachable(Exception):
    """A node's RPC does not answer."""


class RunningNode:
    """One node of the cluster and its process."""

    def __init__(self, node: TestnetNode, home: Path) -> None:
        self.name = node.name
        self.home = home
        self.rpc_address = node.rpc_address
        self._process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        module: str = "node",
        *options: str,
        variables: Mapping[str, str] | None = None,
        descriptors: Sequence[int] = (),
    ) -> None:
        """Start the process, of other software where a test says so; it answers some time later."""
        assert self._process is None
        words = [sys.executable, "-m", module, "--home", str(self.home), *options]
        with (self.home / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(variables or {})},
                pass_fds=descriptors,
            )

    @property
    def process_id(self) -> int | None:
        """The id of the process, or None."""
        return None if self._process is None else self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the process, if it runs, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait_stopped(self, seconds: float) -> int:
        """Wait until the process has ended by itself; return its exit status."""
        assert self._process is not None
        status = self._process.wait(seconds)
        self._process = None
        return status

    def call(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """Call a method; raise Unreachable where nobody answers."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        connection = http.client.HTTPConnection(self.rpc_address, timeout=RPC_TIMEOUT_S)
        try:
            connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(self.name) from error
        finally:
            connection.close()
        if "error" in answer and answer["error"]["data"]["code"] == NODE_SILENT:
            raise Unreachable(self.name)
        assert "error" not in answer, answer
        return answer["result"]

    def height(self) -> int:
        """Return the height of the tip, -1 where the node does not answer."""
        try:
            return int(self.call("chain_status")["height"])
        except Unreachable:
            return -1

    def answers(self) -> bool:
        """Say whether the node's RPC answers; fail at once where the process has ended."""
        assert self._process is not None
        assert self._process.poll() is None, (self.home / "node.log").read_text()[-LOG_SHOWN:]
        return self.height() >= 0

    def block_hash(self, height: int) -> str:
        """Return the hash of a block."""
        return str(self.call("chain_header", height=height)["block_hash"])

    def log(self) -> list[dict[str, Any]]:
        """Return what the node logged so far."""
        lines = (self.home / "node.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


class Cluster:
    """All nodes of a test network, and a party that writes transactions."""

    def __init__(self, root: Path, validators: int = 4) -> None:
        now = dt.datetime.now(dt.UTC)
        plan = sample_plan(validators, int(now.timestamp() * 1_000))
        self.testnet: Testnet = lay_out_testnet(root, plan, now)
        self.nodes = [RunningNode(node, self.testnet.home(node)) for node in self.testnet.nodes]
        self._genesis_hash = bytes.fromhex(self.testnet.genesis_hash)
        self._seed, self._key = self.writer("department")
        self._written = 0

    def writer(self, label: str) -> tuple[bytes, bytes]:
        """Return seed and public key of a party by its label."""
        party = next(item for item in self.testnet.parties if item.label == label)
        folder = self.testnet.keystore(party)
        passphrase = (folder / PASSPHRASE_FILE).read_text(encoding="ascii").strip()
        return Keystore(folder).secret("sign", passphrase), bytes.fromhex(party.sign_key)

    def start(self, *nodes: RunningNode, module: str = "node") -> None:
        """Start nodes, all of them by default, and wait until they answer."""
        chosen = nodes or tuple(self.nodes)
        for node in chosen:
            node.start(module)
        for node in chosen:
            until(partial(RunningNode.answers, node), f"{node.name} answers", START_S)

    def kill_at_once(self) -> None:
        """Kill all nodes within a few microseconds."""
        for node in self.nodes:
            node.signal(signal.SIGKILL)
        self.stop()

    def process_ids(self) -> list[int]:
        """Return the ids of the nodes that run."""
        return [node.process_id for node in self.nodes if node.process_id is not None]

    def stop(self) -> None:
        """Kill whatever still runs."""
        for node in self.nodes:
            node.kill()

    def reset(self) -> None:
        """Kill all nodes and take them back to their genesis."""
        self.stop()
        for node in self.nodes:
            shutil.rmtree(node.home / "data", ignore_errors=True)

    def connect(self, *nodes: RunningNode) -> None:
        """Start nodes and wait until each is connected to all others and may vote."""
        chosen = nodes or tuple(self.nodes)
        self.start(*chosen)
        for node in chosen:
            until(partial(_is_ready, node, len(chosen) - 1), f"{node.name} is ready", START_S)

    def transaction(self) -> Transaction:
        """Return a signed transaction that no block holds yet."""
        self._written += 1
        unsigned = build(
            "resource.submit",
            Terms(self._genesis_hash, int(time.time() * 1_000) + VALIDITY_MS, (self._key,)),
            name=f"Resource {self._written}",
            kind=next(iter(ResourceKind)),
            source_mode=next(iter(SourceMode)),
            custody=next(iter(Custody)),
            classification=1,
            sensitivity=next(iter(Sensitivity)),
            catalogue=bytes(32),
            rows=next(iter(RowBucket)),
            update_cycle=next(iter(UpdateCycle)),
            project=None,
            legality=bytes(32),
        )
        return sign(unsigned, self._seed)

    def signed_by(self, label: str, type_name: str, **body: object) -> Transaction:
        """Return a transaction of a party."""
        seed, key = self.writer(label)
        until_ms = int(time.time() * 1_000) + VALIDITY_MS
        return sign(build(type_name, Terms(self._genesis_hash, until_ms, (key,)), **body), seed)

    def submit(self, node: RunningNode, transaction: Transaction | None = None) -> str:
        """Hand a transaction to a node and return its id."""
        transaction = transaction or self.transaction()
        (answer,) = node.call("tx_submit", transactions=[transaction.data.hex()])["submissions"]
        assert answer["state"] == "pending", answer
        return transaction.tx_id.hex()

    def submit_all(self, node: RunningNode, batch: Sequence[Transaction]) -> None:
        """Hand transactions to a node."""
        data = [item.data.hex() for item in batch]
        answers = node.call("tx_submit", transactions=data)["submissions"]
        assert {answer["state"] for answer in answers} <= {"pending", "final-ok"}, answers

    def wait_committed(self, node: RunningNode, tx_id: str, seconds: float = 10) -> int:
        """Wait until a node has a transaction in a block; return the height."""

        def height() -> int | None:
            found = node.call("tx_get", tx_id=tx_id)
            return int(found["height"]) if found.get("height") else None

        return until(height, f"{tx_id[:8]} is committed on {node.name}", seconds)


def until(condition: Callable[[], T | None], what: str, seconds: float) -> T:
    """Poll until a condition gives something; fail after a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except Unreachable:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(POLL_S)


def assert_same_chain(nodes: Sequence[RunningNode]) -> int:
    """Assert that all nodes have the same blocks as far as they go; return the lowest tip."""
    lowest = min(node.height() for node in nodes)
    for height in range(1, lowest + 1):
        hashes = {node.block_hash(height) for node in nodes}
        assert len(hashes) == 1, f"fork at height {height}: {hashes}"
    return lowest


def _is_ready(node: RunningNode, peers: int) -> bool:
    status = node.call("chain_status")
    return int(status["peers"]) >= peers and bool(status["validating"])
