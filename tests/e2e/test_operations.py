"""What an operator asks of real nodes at three in the morning, and what they answer."""

import contextlib
import io
import json
import shutil
import urllib.request
from typing import Any

import pytest

from apps.cli.exits import ExitCode
from apps.cli.main import run_cli
from node.signing import load_validator_key
from tests.e2e.cluster import Cluster, RunningNode, until

pytestmark = pytest.mark.e2e

NOTICED_S = 15.0


def command(*words: str) -> tuple[int, str]:
    """Run the command in English; return its exit code and what it printed."""
    shown = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.delenv("QUANCHENG_NODE", raising=False)
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            return run_cli(words), shown.getvalue()


def organisations(cluster: Cluster) -> dict[str, str]:
    """Return the names of the organisations by the names of their nodes."""
    peers = cluster.nodes[0].call("chain_validators")["validators"]
    by_key = {item["public_key"]: item["organisation_name"] for item in peers}
    return {node.name: by_key[validator_key(node)] for node in cluster.nodes}


def validator_key(node: RunningNode) -> str:
    """Return the public key of a validator's node in hexadecimal."""
    key = load_validator_key(node.home / "keys" / "validator.key")
    assert key is not None
    return key.public_key.hex()


def waiting(node: RunningNode) -> Any:  # noqa: ANN401 - JSON
    """Return what a node waits for."""
    return node.call("chain_status")["waiting"]


def metric(node: RunningNode, name: str) -> float:
    """Return the value of a metric, named with its labels."""
    with urllib.request.urlopen(f"http://{node.rpc_address}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def test_a_chain_without_its_quorum_says_who_is_missing(cluster: Cluster) -> None:
    """Two of four are gone: command, status and metrics name them, in either language."""
    cluster.connect()
    names = organisations(cluster)
    code, text = command("node", "why-stuck", "--home", str(cluster.nodes[0].home))
    assert (code, "Not stuck" in text) == (ExitCode.OK, True), text
    alive, dead = cluster.nodes[:2], cluster.nodes[2:]
    for node in dead:
        node.kill()
    cluster.submit(alive[0])
    until(lambda: waiting(alive[0])["cause"] == "unreachable", "it is noticed", NOTICED_S)
    code, text = command("node", "why-stuck", "--home", str(alive[0].home))
    assert code == ExitCode.UNWELL
    assert "2 validators are connected, and 3 decide" in text
    for node in dead:
        assert names[node.name] in text
    found = json.loads(command("node", "why-stuck", "--home", str(alive[0].home), "--json")[1])
    assert (found["reachable"], found["needed"]) == (2, 3)
    assert metric(alive[0], 'quancheng_waiting_cause{cause="unreachable"}') == 1
    assert metric(alive[0], "quancheng_waiting_seconds") > 0
    cluster.start(*dead)
    until(lambda: waiting(alive[0])["cause"] == "idle", "it goes on", NOTICED_S)
    assert metric(alive[0], "quancheng_waiting_seconds") == 0


def test_a_validator_that_does_not_vote_is_named_by_the_others_and_by_itself(
    cluster: Cluster,
) -> None:
    """One is gone and one has lost its votes: that one is connected, and its vote is missing."""
    cluster.connect()
    for _ in range(3):
        cluster.wait_committed(cluster.nodes[0], cluster.submit(cluster.nodes[0]))
    asked, silent, _, gone = cluster.nodes
    gone.kill()
    silent.kill()
    shutil.rmtree(silent.home / "data" / "votes")
    cluster.start(silent)
    cluster.submit(asked)
    until(lambda: waiting(silent)["cause"] == "own_silence", "it knows itself", NOTICED_S)
    own = waiting(silent)["own_validator"]
    until(lambda: own in missed_and_connected(asked), "the others know it", NOTICED_S)
    code, text = command("node", "why-stuck", "--home", str(silent.home))
    assert code == ExitCode.UNWELL
    assert "lost sight of what it signed" in text
    cluster.start(gone)
    until(lambda: waiting(asked)["cause"] == "idle", "it goes on", NOTICED_S)


def missed_and_connected(node: RunningNode) -> list[int]:
    """Return the validators that a node is connected to and misses a vote of."""
    return [item["validator"] for item in waiting(node)["missing"] if item["connected"]]
