"""A consortium of real node processes on loopback, spoken to by JSON-RPC as any application would."""

import datetime as dt
import http.client
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from apps.testnet_processes import NodeProcess, processes_of
from chaincode.registration.records import (
    Custody,
    ResourceKind,
    RowBucket,
    Sensitivity,
    SourceMode,
    UpdateCycle,
)
from genesis.sample_plan import sample_plan
from genesis.testnet import PASSPHRASE_FILE, Testnet, lay_out_testnet
from ledger.transaction import Transaction
from quancheng.builders import build, sign
from quancheng.keystore import Keystore

POLL_S = 0.02
RPC_TIMEOUT_S = 10.0
VALIDITY_MS = 120_000

T = TypeVar("T")


class Unreachable(Exception):
    """A node's RPC does not answer."""


@dataclass(frozen=True, slots=True)
class RunningNode:
    """One node of the cluster."""

    process: NodeProcess

    @property
    def name(self) -> str:
        """The name of the node."""
        return self.process.node.name

    def call(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """Call a method; raise Unreachable where nobody answers."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        connection = http.client.HTTPConnection(
            self.process.node.rpc_address, timeout=RPC_TIMEOUT_S
        )
        try:
            connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(self.name) from error
        finally:
            connection.close()
        assert "error" not in answer, answer
        return answer["result"]

    def height(self) -> int:
        """Return the height of the tip, -1 where the node does not answer."""
        try:
            return int(self.call("chain_status")["height"])
        except Unreachable:
            return -1

    def block_hash(self, height: int) -> str:
        """Return the hash of a block."""
        return str(self.call("chain_header", height=height)["block_hash"])

    def log(self) -> list[dict[str, Any]]:
        """Return what the node logged so far."""
        lines = self.process.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


class Cluster:
    """All nodes of a test network, and a party that writes transactions."""

    def __init__(self, root: Path, validators: int = 4) -> None:
        now = dt.datetime.now(dt.UTC)
        plan = sample_plan(validators, int(now.timestamp() * 1_000))
        self.testnet: Testnet = lay_out_testnet(root, plan, now)
        self.nodes = [RunningNode(process) for process in processes_of(self.testnet)]
        self._genesis_hash = bytes.fromhex(self.testnet.genesis_hash)
        self._seed, self._key = self._writer("department")
        self._written = 0

    def _writer(self, label: str) -> tuple[bytes, bytes]:
        party = next(item for item in self.testnet.parties if item.label == label)
        folder = self.testnet.keystore(party)
        passphrase = (folder / PASSPHRASE_FILE).read_text(encoding="ascii").strip()
        return Keystore(folder).secret("sign", passphrase), bytes.fromhex(party.sign_key)

    def start(self, *nodes: RunningNode) -> None:
        """Start nodes, all of them by default."""
        chosen = nodes or tuple(self.nodes)
        with ThreadPoolExecutor(len(chosen)) as pool:
            list(pool.map(lambda node: node.process.start(), chosen))

    def stop(self) -> None:
        """Kill whatever still runs."""
        for node in self.nodes:
            node.process.kill()

    def connect(self, *nodes: RunningNode) -> None:
        """Start nodes and wait until each is connected to all others and may vote."""
        chosen = nodes or tuple(self.nodes)
        self.start(*chosen)
        for node in chosen:
            until(lambda node=node: _is_ready(node, len(chosen) - 1), f"{node.name} is ready", 20)

    def transaction(self) -> Transaction:
        """Return a signed transaction that no block holds yet."""
        self._written += 1
        unsigned = build(
            "resource.submit",
            genesis_hash=self._genesis_hash,
            valid_until_ms=int(time.time() * 1_000) + VALIDITY_MS,
            signers=(self._key,),
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

    def submit(self, node: RunningNode, transaction: Transaction | None = None) -> str:
        """Hand a transaction to a node and return its id."""
        transaction = transaction or self.transaction()
        (answer,) = node.call("tx_submit", transactions=[transaction.data.hex()])["submissions"]
        assert answer["state"] == "pending", answer
        return transaction.tx_id.hex()

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
