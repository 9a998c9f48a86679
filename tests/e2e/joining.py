"""Validators that join and leave a running cluster, by the commands that operators use."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genesis.node_home import GENESIS_FILE
from genesis.testnet import LOOPBACK, TestnetNode, free_ports
from ledger.quorum import quorum
from quancheng.evidence import Verdict, verify
from quancheng.evidence.file import decode_evidence_file
from tests.e2e.cluster import Cluster, RunningNode, Unreachable, until
from tests.independent_verifier import verify_by_the_page

GOVERNORS = (
    "department",
    "authorizer",
    "operator",
    "bank",
    "identity-authority",
    "supervisor",
)
"""One party of each of the six governing organisations."""
EPOCH_BLOCKS = 10
LOAD_PAUSE_S = 0.1
CHANGE_S = 120.0
"""How long a change may take on a busy machine; no part of a promise."""
COMMAND_S = 180.0


@dataclass
class Consortium:
    """A running cluster whose validators change."""

    cluster: Cluster
    joined: dict[str, RunningNode] = field(default_factory=dict)
    """Nodes that joined, by their voting key in hexadecimal."""
    addresses: list[str] = field(default_factory=list)
    """Where all nodes listen for peers, those that joined among them."""

    def __post_init__(self) -> None:
        """Begin with the nodes of the founding."""
        self.addresses += [node.peers_address for node in self.cluster.testnet.nodes]

    @property
    def asked(self) -> RunningNode:
        """The node that is asked: one that stays a validator throughout."""
        return self.cluster.nodes[0]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that must succeed."""
        done = self.command(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `quancheng …` as an operator would."""
        environment = {
            **os.environ,
            "QUANCHENG_TESTNET": str(self.cluster.testnet.root),
            "LC_ALL": "C.UTF-8",
        }
        return subprocess.run(
            [sys.executable, "-m", "apps.cli.main", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_S,
            env=environment,
        )

    def prepare(self, organisation: str) -> str:
        """Make the home of a new node of an organisation; return its voting key."""
        testnet = self.cluster.testnet
        peers, rpc = (f"{LOOPBACK}:{port}" for port in free_ports(2))
        dialled = [part for address in self.addresses for part in ("--peer", address)]
        folder = testnet.root / organisation
        done = self.run(
            *("validators", "prepare"),
            *("--dir", str(folder), "--genesis", str(testnet.root / GENESIS_FILE)),
            *("--node", f"{peers},{rpc}", *dialled),
        )
        shown = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[:1])
        home = Path(shown["home"])
        key = next(line.split()[-1] for line in done.stdout.splitlines() if "public key" in line)
        node = TestnetNode(
            home.name,
            organisation,
            str(home),
            is_validator=False,
            peers_address=peers,
            rpc_address=rpc,
        )
        self.joined[key] = RunningNode(node, home)
        self.addresses.append(peers)
        return key

    def join(self, organisation: str) -> str:
        """Prepare a node, start it, and wait until it has caught up; return its voting key."""
        key = self.prepare(organisation)
        node = self.joined[key]
        self.cluster.start(node)
        until(
            lambda: node.height() >= self.asked.height() - 1 >= 0, "the joiner caught up", CHANGE_S
        )
        return key

    def change(self, *arguments: str) -> int:
        """Propose a change by the command, have it approved; return the first height of the set."""
        self.wait_epoch()
        epoch = self.validators()["epoch"]
        done = self.run("validators", *arguments, "--as", GOVERNORS[0])
        proposal = done.stdout.split()[1]
        for label in GOVERNORS[1 : quorum(len(GOVERNORS))]:
            vote = self.cluster.signed_by(label, "proposal.approve", proposal=proposal)
            self.cluster.submit(self.asked, vote)
        until(lambda: self.validators()["epoch"] > epoch, f"{arguments} in force", CHANGE_S)
        return self.first_height_of_epoch()

    def validators(self) -> Any:  # noqa: ANN401 - JSON
        """Return the set that votes on the next block."""
        return self.asked.call("chain_validators")

    def voting_keys(self) -> list[str]:
        """Return the voting keys of the next block."""
        return [item["public_key"] for item in self.validators()["validators"]]

    def first_height_of_epoch(self) -> int:
        """Return the first height of the epoch of the next block."""
        epoch, height = self.validators()["epoch"], self.asked.height() + 1
        while height > 1 and self._epoch_of(height - 1) == epoch:
            height -= 1
        return height

    def wait_epoch(self) -> None:
        """Wait until a change may be decided."""
        first = self.first_height_of_epoch()
        until(lambda: self.asked.height() >= first + EPOCH_BLOCKS, "a whole epoch", CHANGE_S)

    def wait_voting(self, key: str) -> None:
        """Wait until a joined node says that it votes, and its commits are seen."""
        node = self.joined[key]
        until(lambda: node.call("chain_status")["validating"], "the joiner votes", CHANGE_S)
        until(lambda: self._has_signed(key), "its vote stands in a certificate", CHANGE_S)

    def wait_silent(self, node: RunningNode) -> None:
        """Wait until a removed node says that it does not vote, and see it follow."""
        until(lambda: not node.call("chain_status")["validating"], "it falls silent", CHANGE_S)
        height = self.asked.height()
        until(lambda: node.height() >= height, "it follows", CHANGE_S)

    def stop(self) -> None:
        """Kill the nodes that joined."""
        for node in self.joined.values():
            node.kill()

    def prove(self, tx_id: str, folder: Path) -> int:
        """Export evidence of a transaction and verify it twice; return how many changes it crosses.

        Once by the project, once by the verifier that shares nothing with it.
        """
        path = folder / "evidence.qce"
        url = f"http://{self.asked.rpc_address}"
        self.run("evidence", "export", tx_id, "--out", str(path), "--node", url)
        genesis = self.cluster.testnet.genesis.read_bytes()
        data = path.read_bytes()
        verdict = verify(data, genesis)
        assert isinstance(verdict, Verdict), verdict
        assert verdict.transaction.tx_id.hex() == tx_id
        assert verify_by_the_page(data, genesis, None).hex() == tx_id
        return len(decode_evidence_file(data).changes)

    @contextmanager
    def load(self) -> Iterator[list[str]]:
        """Submit a transaction every now and then; give the ids that were taken."""
        taken: list[str] = []
        over = threading.Event()

        def write() -> None:
            while not over.wait(LOAD_PAUSE_S):
                try:
                    taken.append(self.cluster.submit(self.asked))
                except Unreachable:
                    continue

        writer = threading.Thread(target=write)
        writer.start()
        try:
            yield taken
        finally:
            over.set()
            writer.join()

    def _epoch_of(self, height: int) -> int:
        return int(self.asked.call("chain_header", height=height)["header"]["validator_epoch"])

    def _has_signed(self, key: str) -> bool:
        height = self.asked.height()
        members = self.asked.call("chain_validators", height=height)["validators"]
        certificate = self.asked.call("chain_certificate", height=height)
        signers = {item["validator"] for item in certificate["signatures"]}
        return any(item["public_key"] == key and item["index"] in signers for item in members)
