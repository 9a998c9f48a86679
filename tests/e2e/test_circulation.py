"""Supervisors and persons at work on a running network, by the commands that they would type."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.cli.exits import ExitCode
from ledger.suites import SEED_SIZE, public_key_of
from tests.e2e.circulation import (
    CONTENT,
    Circulation,
    Delivered,
    Stage,
    founded_stage,
    running_channel,
)
from tests.e2e.cluster import Cluster
from tests.e2e.command_line import Command

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stage(founded: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Found the city once; every test asks for consents of its own."""
    founded.reset()
    founded.connect()
    folder = tmp_path_factory.mktemp("stage")
    try:
        with running_channel(folder / "channel") as (channel_url, _):
            node_url = f"http://{founded.nodes[0].rpc_address}"
            yield founded_stage(node_url, founded.testnet, channel_url, folder)
    finally:
        founded.stop()


@pytest.fixture
def command(founded: Cluster, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give the command over that network."""
    monkeypatch.setenv("QUANCHENG_TESTNET", str(founded.testnet.root))
    monkeypatch.setenv("QUANCHENG_NODE", stage.node_url)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return Command(founded.testnet.root)


async def delivered(circulation: Circulation) -> Delivered:
    """Deliver one person's data to the bank, the person being a key and no more."""
    seed = secrets.token_bytes(SEED_SIZE)
    sid = public_key_of(seed)
    await circulation.bind(sid, secrets.token_bytes(SEED_SIZE))
    consent = await circulation.ask(sid)
    await circulation.client.send(
        "consent.grant", [seed], consent=consent, notice=circulation.city.notice, copy_key=None
    )
    return await circulation.deliver(consent)


def test_two_supervisors_open_an_envelope_on_record(
    stage: Stage, command: Command, tmp_path: Path
) -> None:
    """One share opens nothing, a wrong one is refused by the chain, two open; the log says who."""
    goods = stage.play(delivered)
    asset = goods.asset.hex()
    words = ["audit", "request", asset, "--as", "supervisor", "--basis", "complaint"]
    case = command.run(*words).split()[1]
    (pending,) = command.answers("audit", "pending")
    assert (pending["case"], pending["asset"], pending["given"]) == (case, asset, [])
    out = tmp_path / "evidence.json"
    opening = ["audit", "open", case, asset, "--as", "supervisor"]
    opening += ["--channel", stage.channel_url, "--out", str(out)]
    assert "E011" in command.run(*opening, code=ExitCode.REFUSED)
    command.run("audit", "share", case, asset, "--as", "audit-supervisor", "--yes")
    assert "E011" in command.run(*opening, code=ExitCode.REFUSED)
    forged = ["tx", "send", "audit.share", "--as", "supervisor", "--field", f"case={case}"]
    forged += ["--field", f"asset={asset}", "--field", f"share={secrets.token_hex(160)}"]
    assert "E703" in command.run(*forged, code=ExitCode.REFUSED)
    assert not out.exists()
    command.run("audit", "share", case, asset, "--as", "supervisor", "--yes")
    assert command.answers("audit", "pending") == []
    assert "same key" in command.run(*opening)
    assert out.read_bytes() == CONTENT
    log = command.answers("audit", "log", asset)
    assert [line["event"] for line in log] == ["shared", "shared", "opened"]
    assert log[2]["members"] == ["审计监督", "数据流通监管"]
    assert {line["case"] for line in log} == {case}
    assert {line["legal_basis"] for line in log} == {"complaint"}
