"""`python -m tests.campaigns.recovery`: how soon the next block comes after a fault.

Real processes, links through the proxy of `quancheng testnet partition`. A trial is timed from the
moment at which nothing but the nodes themselves is in the way (links possible, processes listening)
until a node has the transaction of the trial in a block. Fails where a trial took longer than
promised. On a busy machine the times are upper bounds.
"""

import argparse
import json
import random
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from apps.testnet_link_process import LinkProcess
from apps.testnet_links import LinkRules, pairs_between
from consensus.primary import primary_order, skip_window
from node.home import Home
from node.signing import load_public_key
from tests.campaigns.kills import say
from tests.e2e.cluster import START_S, Cluster, RunningNode, assert_same_chain, until

PROMISED_S = 3.0
DEAD_PRIMARY_S = 5.0
GIVEN_UP_S = 60.0
"""How long a trial is waited for, so that a late recovery is measured instead of cut off."""


@dataclass
class Field:
    """A running cluster with the proxy between its nodes, and how long its faults last."""

    cluster: Cluster
    links: LinkProcess
    choice: random.Random
    partition_s: float
    frozen_s: float
    addresses: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Note where each node listens for its peers."""
        self.addresses = {node.name: node.peers_address for node in self.cluster.testnet.nodes}

    def one_is_back(self) -> float:
        """Two of four are gone and a transaction waits; one returns, and they are a quorum."""
        first, second, *alive = self._shuffled()
        for node in (first, second):
            node.kill()
        tx_id = self.cluster.submit(alive[0])
        first.start()
        self._wait_listening(first)
        taken = self._timed(alive[0], tx_id)
        self.cluster.start(second)
        return taken

    def all_are_back(self) -> float:
        """All are killed within microseconds; a client tries until its transaction is taken.

        Timed from when all listen for peers, so the start of a front for clients is in it.
        """
        self.cluster.kill_at_once()
        for node in self.cluster.nodes:
            node.start()
        self._wait_listening(*self.cluster.nodes)
        started = time.monotonic()
        asked = self.choice.choice(self.cluster.nodes)
        until(lambda: asked.height() >= 0, f"{asked.name} answers", START_S)
        say(f"    answers clients {time.monotonic() - started:.2f} s after all listen for peers")
        self.cluster.wait_committed(asked, self.cluster.submit(asked), GIVEN_UP_S)
        return time.monotonic() - started

    def halves_meet(self) -> float:
        """Two on either side of a cut decide nothing, until it heals."""
        nodes = self._shuffled()
        self._cut([node.name for node in nodes[:2]], [node.name for node in nodes[2:]])
        tx_id = self.cluster.submit(nodes[0])
        time.sleep(self.partition_s)
        self._heal()
        return self._timed(nodes[0], tx_id)

    def frozen_is_back(self) -> float:
        """One hung; then a transaction comes to the one that has just woken."""
        frozen, other, *_ = self._shuffled()
        frozen.signal(signal.SIGSTOP)
        self.cluster.wait_committed(other, self.cluster.submit(other), GIVEN_UP_S)
        time.sleep(self.frozen_s)
        frozen.signal(signal.SIGCONT)
        started = time.monotonic()
        tx_id = self.cluster.submit(frozen)
        self.cluster.wait_committed(frozen, tx_id, GIVEN_UP_S)
        return time.monotonic() - started

    def one_way(self) -> float:
        """One hears nothing of another any more; the next block comes while that lasts."""
        source, target, *_ = self._shuffled()
        self._cut([source.name], [target.name], one_way=True)
        taken = self._timed(target, self.cluster.submit(target))
        self._heal()
        return taken

    def dead_primary(self) -> float:
        """Kill the primary of the next height; a transaction comes to another one."""
        primary = self._next_primary()
        primary.kill()
        asked = next(node for node in self._shuffled() if node is not primary)
        taken = self._timed(asked, self.cluster.submit(asked))
        self.cluster.start(primary)
        return taken

    def settle(self) -> None:
        """Wait until all are connected again and a block more stands on all."""
        nodes = self.cluster.nodes
        for node in nodes:
            until(partial(_is_whole, node, len(nodes) - 1), f"{node.name} is whole", START_S)
        height = self.cluster.wait_committed(nodes[0], self.cluster.submit(nodes[0]), START_S)
        for node in nodes:
            until(partial(_has, node, height), f"{node.name} at {height}", START_S)

    def _shuffled(self) -> list[RunningNode]:
        return self.choice.sample(self.cluster.nodes, len(self.cluster.nodes))

    def _next_primary(self) -> RunningNode:
        """Return the first primary of the next height; those that missed a turn are put last."""
        asked = self.cluster.nodes[0]
        height = asked.height() + 1
        past = skip_window(height)
        views = [int(asked.call("chain_block", height=item, limit=1)["view"]) for item in past]
        members = asked.call("chain_validators")["validators"]
        key = members[primary_order(height, len(members), views)[0]]["public_key"]
        return next(node for node in self.cluster.nodes if _votes_with(node) == key)

    def _cut(self, *groups: list[str], one_way: bool = False) -> None:
        cuts = pairs_between(groups, one_way=one_way)
        self.links.change(lambda rules: replace(rules, cuts=cuts))

    def _heal(self) -> None:
        self.links.change(lambda _: LinkRules())

    def _timed(self, node: RunningNode, tx_id: str) -> float:
        started = time.monotonic()
        self.cluster.wait_committed(node, tx_id, GIVEN_UP_S)
        return time.monotonic() - started

    def _wait_listening(self, *nodes: RunningNode) -> None:
        for node in nodes:
            address = self.addresses[node.name]
            until(partial(_listens, address), f"{node.name} listens", START_S)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, how it is tried, and what is promised after it."""

    name: str
    trial: Callable[[Field], float]
    promised_s: float = PROMISED_S


FAULTS = (
    Fault("one validator back, a quorum again", Field.one_is_back),
    Fault("all killed at once", Field.all_are_back),
    Fault("2|2 partition", Field.halves_meet),
    Fault("one frozen", Field.frozen_is_back),
    Fault("one-way link loss, while it lasts", Field.one_way),
    Fault("dead primary, a transaction waiting", Field.dead_primary, DEAD_PRIMARY_S),
)


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def _votes_with(node: RunningNode) -> str:
    key = load_public_key(Home(node.home).validator_key)
    assert key is not None
    return key.public_key.hex()


def _has(node: RunningNode, height: int) -> bool:
    return node.height() >= height


def _is_whole(node: RunningNode, peers: int) -> bool:
    status = node.call("chain_status")
    return int(status["peers"]) >= peers and bool(status["validating"])


def show(found: Mapping[str, list[float]]) -> list[str]:
    """Print the table; return the names of the faults after which a promise was broken."""
    table = Table(title="from healing to the next block")
    for column in ("fault", "trials", "median", "worst", "promised"):
        table.add_column(column)
    broken = []
    for fault in (item for item in FAULTS if found.get(item.name)):
        times = found[fault.name]
        median, worst = statistics.median(times), max(times)
        figures = (f"{value:.2f} s" for value in (median, worst, fault.promised_s))
        table.add_row(fault.name, str(len(times)), *figures)
        if worst > fault.promised_s:
            broken.append(fault.name)
    Console().print(table)
    return broken


def run(ground: Field, trials: int) -> dict[str, list[float]]:
    """Try every fault so many times, in turns."""
    found: dict[str, list[float]] = {fault.name: [] for fault in FAULTS}
    for number in range(1, trials + 1):
        for fault in FAULTS:
            ground.settle()
            found[fault.name].append(fault.trial(ground))
            say(f"{number:3} {fault.name}: {found[fault.name][-1]:.2f} s")
    ground.settle()
    assert_same_chain(ground.cluster.nodes)
    return found


def main() -> int:
    """Run the campaign in a folder of its own; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.recovery")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--partition", type=float, default=30, metavar="SECONDS")
    parser.add_argument("--frozen", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file for the figures")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "consortium")
        links = LinkProcess(cluster.testnet)
        choice = random.Random(arguments.seed)
        ground = Field(cluster, links, choice, arguments.partition, arguments.frozen)
        try:
            links.place()
            cluster.connect()
            found = run(ground, arguments.trials)
        finally:
            cluster.stop()
            links.remove()
    broken = show(found)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(found), encoding="utf-8")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
