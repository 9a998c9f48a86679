"""The command as a person uses it: a network up, a transaction, its explanation, evidence, down."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.cli.exits import ExitCode
from apps.testnet_processes import NodeState, processes_of
from genesis.testnet import load_testnet
from tests.e2e.command_line import ROOT, Command

UNDECIDED_S = 5.0
DECIDED_S = 60.0
SUPERVISORS = ("supervisor", "audit-supervisor")
HASH_DIGITS = 64

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """Bring a network up; leave no process behind, whatever happens."""
    root = tmp_path_factory.mktemp("command") / "net"
    command = Command(root)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("QUANCHENG_TESTNET", str(root))
            patch.setenv("LC_ALL", "C.UTF-8")
            patch.delenv("QUANCHENG_NODE", raising=False)
            command.run_apart("testnet", "up", "--validators", "4", "--port", "0")
            yield command
    finally:
        if (root / "testnet.json").exists():
            for process in processes_of(load_testnet(root)):
                process.kill()


def mint(party: str, reference: str) -> list[str]:
    """Return the words that pay a thousand yuan to a party."""
    fields = {"account": party, "amount": "100000", "bank_reference": reference}
    return [word for name, value in fields.items() for word in ("--field", f"{name}={value}")]


def test_from_a_running_net_to_evidence(command: Command, tmp_path: Path) -> None:
    """What a newcomer does: send, be refused, understand why, prove, verify offline."""
    bank = str(command.answer("explorer", "party", "bank")["id"])
    payment = mint(bank, secrets.token_hex(32))
    tried = command.answer("tx", "check", "credit.mint", "--as", "settlement-bank", *payment)
    assert tried["admitted"] is True
    sent = command.answer("tx", "send", "credit.mint", "--as", "settlement-bank", *payment)
    assert sent["state"] == "final-ok"
    assert "1000.00" in command.run("explorer", "party", "泉城银行信贷部")
    tx_id = str(sent["tx_id"])
    refused = ["tx", "send", "credit.mint", "--as", "bank", *mint(bank, secrets.token_hex(32))]
    failed = command.answer(*refused, code=ExitCode.REFUSED)
    assert failed["state"] == "final-failed"
    assert "E007" in command.run("tx", "explain", str(failed["tx_id"]))
    assert tx_id in command.run("explorer", "block", str(sent["height"]))
    assert tx_id in command.run("explorer", "search", tx_id)
    file, genesis = str(tmp_path / "mint.qce"), str(command.root / "genesis.qc")
    command.run("evidence", "export", tx_id, "--out", file)
    assert tx_id in command.run("evidence", "verify", file, "--genesis", genesis)
    data = bytearray(Path(file).read_bytes())
    data[len(data) // 2] ^= 1
    Path(file).write_bytes(data)
    command.run("evidence", "verify", file, "--genesis", genesis, code=ExitCode.REFUSED)


def test_supervisors_put_their_committee_into_force(command: Command, tmp_path: Path) -> None:
    """A new generation from the command line: deal, keep, propose, approve, confirm."""
    genesis = str(command.root / "genesis.qc")
    dealings = []
    for label in SUPERVISORS:
        keystore = next(command.root.glob(f"*/parties/{label}"))
        (keystore / "share-1.key").unlink()
        dealings.append(str(tmp_path / f"{label}.dealing"))
        words = ["deal", "--genesis", genesis, "--as", label, "--out", dealings[-1]]
        command.run("committee", *words)
    for label in SUPERVISORS:
        command.run("committee", "receive", "--genesis", genesis, "--as", label, *dealings)
    command.run("committee", "confirm", "--as", SUPERVISORS[0], code=ExitCode.REFUSED)
    words = ["--genesis", genesis, "--as", "authorizer", *dealings]
    shown = command.run("committee", "propose", *words)
    proposal = next(word for word in shown.split() if len(word) == HASH_DIGITS)
    for label in ("department", "operator", "bank", "identity-authority"):
        words = ["proposal.approve", "--as", label, "--field", f"proposal={proposal}"]
        command.run("tx", "send", *words)
    assert "1 of 2" in command.run("committee", "confirm", "--as", SUPERVISORS[0])
    assert "2 of 2" in command.run("committee", "confirm", "--as", SUPERVISORS[1])


def test_a_net_is_cut_in_two_and_healed(command: Command) -> None:
    """Halves decide nothing, one whole decides again."""
    bank = str(command.answer("explorer", "party", "bank")["id"])
    command.run_apart("testnet", "partition", "bank,operator")
    assert "bank → housing-fund" in command.run("testnet", "status")
    payment = mint(bank, secrets.token_hex(32))
    words = ["tx", "send", "credit.mint", "--as", "settlement-bank", *payment]
    sending = subprocess.Popen([sys.executable, "-m", "apps.cli.main", *words], cwd=ROOT)
    try:
        # Nothing is decided, however long one waits; so a slow machine cannot fail this.
        time.sleep(UNDECIDED_S)
        assert sending.poll() is None
        command.run("testnet", "heal")
        assert sending.wait(DECIDED_S) == ExitCode.OK
    finally:
        sending.kill()
        sending.wait()


def test_the_net_survives_what_is_done_to_a_node(command: Command) -> None:
    """One validator killed: the rest goes on, and it comes back; then everything is down."""
    bank = str(command.answer("explorer", "party", "bank")["id"])
    command.run("testnet", "kill", "housing-fund")
    processes = {item.node.name: item for item in processes_of(load_testnet(command.root))}
    assert processes["housing-fund"].state() is NodeState.DOWN
    payment = mint(bank, secrets.token_hex(32))
    command.run("tx", "send", "credit.mint", "--as", "settlement-bank", *payment)
    command.run("testnet", "pause", "operator")
    assert processes["operator"].state() is NodeState.PAUSED
    command.run("testnet", "resume", "operator")
    # Up again starts what is down and waits until all nodes see each other.
    command.run_apart("testnet", "up")
    assert processes["housing-fund"].state() is NodeState.RUNNING
    command.run("testnet", "down")
    assert {item.state() for item in processes.values()} == {NodeState.DOWN}
    command.run("explorer", "status", code=ExitCode.UNREACHABLE)
    command.run("testnet", "down", "--delete")
    assert not command.root.exists()
