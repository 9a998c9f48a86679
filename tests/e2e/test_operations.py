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
from tests.e2e.cluster import START_S, Cluster, RunningNode, until

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


def findings(node: RunningNode, code: ExitCode) -> dict[str, str]:
    """Return the outcome of each check of the doctor, which ends with a code."""
    found, text = command("node", "doctor", "--home", str(node.home), "--json")
    assert found == code, text
    return {item["check"]: item["outcome"] for item in json.loads(text)["findings"]}


def test_the_doctor_finds_a_node_well_and_then_what_is_wrong_with_it(cluster: Cluster) -> None:
    """Running, with a peer gone, stopped, and stopped without its votes."""
    cluster.connect()
    for _ in range(3):
        cluster.wait_committed(cluster.nodes[0], cluster.submit(cluster.nodes[0]))
    node, *_, other = cluster.nodes
    until(lambda: agreeing(node) == 3, "all show the same block", NOTICED_S)
    found = findings(node, ExitCode.OK)
    assert {found[name] for name in ("home", "certificate", "peers", "clock", "version")} == {
        "good"
    }
    assert (found["agreement"], found["votes"], found["process"]) == ("good", "voting", "running")
    assert command("node", "doctor", "--home", str(node.home))[1].count("✓") >= len(found) - 1
    other.kill()
    until(lambda: len(node.call("net_peers")["peers"]) == 2, "it is gone", NOTICED_S)
    assert findings(node, ExitCode.UNWELL)["peers"] == "incomplete"
    stopped = findings(other, ExitCode.UNWELL)
    assert (stopped["process"], stopped["store"], stopped["votes"]) == ("stopped", "good", "good")
    shutil.rmtree(other.home / "data" / "votes")
    assert findings(other, ExitCode.UNWELL)["votes"] == "lost"
    certificate = other.home / "keys" / "tls.crt"
    kept = certificate.rename(other.home / "keys" / "kept.crt")
    try:
        assert findings(other, ExitCode.UNWELL) == {"home": "failed"}
    finally:
        kept.rename(certificate)


def test_a_clock_that_is_ten_minutes_wrong_raises_an_alarm_and_nothing_else(
    cluster: Cluster,
) -> None:
    """The chain goes on without it; it and its peers say whose clock is wrong."""
    *right, wrong = cluster.nodes
    for node in right:
        node.start()
    wrong.start("node", "--clock-offset-ms", "600000")
    until(lambda: all(node.answers() for node in cluster.nodes), "all answer", START_S)
    until(lambda: len(wrong.call("net_peers")["peers"]) == 3, "they are connected", START_S)
    for node in right:
        cluster.wait_committed(node, cluster.submit(node), START_S)
    until(lambda: findings(wrong, ExitCode.UNWELL)["clock"] == "wrong", "it knows", NOTICED_S)
    assert findings(right[0], ExitCode.UNWELL)["clock"] == "peer_wrong"
    assert metric(wrong, "quancheng_clock_offset_seconds") == pytest.approx(-600, abs=5)
    assert any("clock differs" in line["message"] for line in wrong.log())
    assert not any("clock differs" in line["message"] for line in right[0].log())


def agreeing(node: RunningNode) -> int:
    """Return how many peers show the same block."""
    return sum(peer["agrees"] is True for peer in node.call("net_peers")["peers"])


def missed_and_connected(node: RunningNode) -> list[int]:
    """Return the validators that a node is connected to and misses a vote of."""
    return [item["validator"] for item in waiting(node)["missing"] if item["connected"]]
