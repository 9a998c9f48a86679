"""Supervisors, persons and the market operator at work, by the commands that they would type."""

import json
import re
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apps.bench.city import NOTICE, PURPOSE
from apps.cli.exits import ExitCode
from chaincode.registration.records import ProductClass
from chaincode.trading.records import LINES, LISTINGS
from ledger.suites import SEED_SIZE, public_key_of
from quancheng.client import Client
from quancheng.consignments import known
from quancheng.errors import RequestRefused
from quancheng.identity_claim import read_claim
from quancheng.kem import kem_key_of
from quancheng.keystore import DerivationCost
from quancheng.sign_in import Credential
from quancheng.transport import Endpoint
from quancheng.wallet import create_wallet
from tests.e2e.circulation import (
    CONTENT,
    HOUR_MS,
    Circulation,
    Delivered,
    Stage,
    founded_stage,
    running_channel,
)
from tests.e2e.cluster import Cluster
from tests.e2e.command_line import Command
from tests.unit.quancheng.odrl_check import violations

pytestmark = pytest.mark.e2e

CHEAP = DerivationCost(operations=1, memory=8_192)


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


async def delivered(circulation: Circulation, own_seed: bytes | None = None) -> Delivered:
    """Deliver one person's data to the bank, the person being a key and no more."""
    seed = own_seed or secrets.token_bytes(SEED_SIZE)
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


def test_nobody_else_reads_what_was_delivered(stage: Stage) -> None:
    """Who the data is about reads envelope, order and matter; another pseudonym does not."""

    async def codes(circulation: Circulation) -> list[list[str]]:
        own, other = (secrets.token_bytes(SEED_SIZE) for _ in range(2))
        await circulation.bind(public_key_of(other), secrets.token_bytes(SEED_SIZE))
        goods = await delivered(circulation, own)
        line = await known(circulation.client, LINES, goods.line)
        assert line.matter is not None
        ids = {"asset": goods.asset, "order": line.order, "matter": line.matter}
        return [await reading(circulation.client, seed, ids) for seed in (own, other)]

    async def reading(client: Client, seed: bytes, ids: dict[str, bytes]) -> list[str]:
        endpoint = Endpoint(client.endpoint.url, credential=Credential(seed))
        found = []
        async with Client(endpoint=endpoint) as session:
            for kind, identifier in ids.items():
                try:
                    found.append((await session.entity(kind, identifier)).kind)
                except RequestRefused as refused:
                    found.append(refused.code)
        return found

    assert stage.play(codes) == [["asset", "order", "matter"], ["E007"] * 3]


class Citizen:
    """A person with a wallet, who types commands."""

    def __init__(
        self, command: Command, stage: Stage, folder: Path, patch: pytest.MonkeyPatch
    ) -> None:
        self._command = command
        self._stage = stage
        self._patch = patch
        self.folder = folder / "wallet"
        self.notice = folder / "notice.txt"
        self.notice.write_text(NOTICE, encoding="utf-8")

    def run(self, name: str, *words: str, code: ExitCode = ExitCode.OK) -> str:
        """Run a command of the wallet."""
        return self._command.run("wallet", name, *words, *self._options(), code=code)

    def answers(self, name: str, *words: str) -> list[dict[str, Any]]:
        """Run a command that lists."""
        return self._command.answers("wallet", name, *words, *self._options())

    def policy(self, consent: str) -> dict[str, Any]:
        """Return a consent as ODRL."""
        return self._command.json("wallet", "export", consent, *self._options())

    def begin(self, note: str) -> bytes:
        """Begin a matter and let the identity authority bind its pseudonym; return it."""
        claim = self.folder.with_name(f"{note}.json")
        shown = self.run("begin", note, "--claim", str(claim))
        read = read_claim(json.loads(claim.read_text(encoding="utf-8")))
        assert read is not None
        assert read.sid.hex() in shown
        sid, commitment = read.sid, read.commitment
        self._stage.play(lambda circulation: circulation.bind(sid, commitment))
        return sid

    def asked(self, sid: bytes, **terms: bytes) -> str:
        """Let the bank ask for consent; return the request's id."""
        return self._stage.play(lambda circulation: circulation.ask(sid, **terms)).hex()

    def _options(self) -> list[str]:
        # The command takes the passphrase out of the environment.
        self._patch.setenv("QUANCHENG_PASSPHRASE", "correct horse battery staple")
        return ["--wallet", str(self.folder)]


@pytest.fixture
def citizen(
    command: Command, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Citizen:
    """Give a citizen with a new wallet."""
    monkeypatch.setattr("click.prompt", lambda *_, **__: "370102199902300013")
    monkeypatch.setattr("apps.cli.wallet.create_wallet", partial(create_wallet, cost=CHEAP))
    citizen = Citizen(command, stage, tmp_path, monkeypatch)
    assert "24 " in citizen.run("new")
    return citizen


def test_a_person_decides_and_sees_who_used_what(
    citizen: Citizen, stage: Stage, tmp_path: Path
) -> None:
    """From the first matter to the demand to erase, and the wallet back from its words."""
    assert citizen.answers("matters") == []
    sid = citizen.begin("贷款申请")
    assert citizen.answers("matters") == [{"note": "贷款申请", "sid": sid.hex(), "bound": True}]
    consent = citizen.asked(sid)
    (request,) = citizen.answers("requests")
    assert (request["consent"], request["user"]) == (consent, "泉城银行信贷部")
    assert request["fields"] == "1, 2, 3, 4"
    other = tmp_path / "other.txt"
    other.write_text(NOTICE + " ", encoding="utf-8")
    refused = ["grant", consent, "--notice", str(other), "--yes"]
    assert "E207" in citizen.run(*refused, code=ExitCode.REFUSED)
    shown = citizen.run("grant", consent[:8], "--notice", str(citizen.notice), "--yes")
    assert NOTICE in shown
    assert "泉城银行信贷部" in shown
    delivered = stage.play(lambda circulation: circulation.deliver(bytes.fromhex(consent)))
    assert violations(citizen.policy(consent)) == []
    (use,) = citizen.answers("history")
    assert (use["asset"], use["status"]) == (delivered.asset.hex(), "usable")
    assert (use["user"], use["purpose"]) == ("泉城银行信贷部", "贷款信用评估")
    assert "泉城银行信贷部" in citizen.run("history")
    own = tmp_path / "own.json"
    citizen.run("open", use["asset"], "--channel", stage.channel_url, "--out", str(own))
    assert own.read_bytes() == CONTENT
    citizen.run("erase", use["asset"])
    (use_now,) = citizen.answers("history")
    assert use_now["until_ms"] < use["until_ms"]
    words = tmp_path / "words.txt"
    words.write_text(" ".join(re.findall(r"[a-z]{3,}", citizen.run("words").split("\n", 1)[1])))
    citizen.folder = tmp_path / "back"
    citizen.run("restore", "--words", str(words))
    assert "1" in citizen.run("recover")
    assert citizen.answers("history")[0]["asset"] == use["asset"]


def test_a_person_refuses_revokes_and_answers_offline(
    citizen: Citizen, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal, a signature made without any connection, and a revocation that wins."""
    denied = citizen.asked(citizen.begin("甲"))
    citizen.run("deny", denied)
    consent = citizen.asked(citizen.begin("乙"))
    question, answer = str(tmp_path / "question.json"), str(tmp_path / "answer.qc")
    command.run("wallet", "question", consent, "--out", question)
    with monkeypatch.context() as offline:
        offline.setattr("aiohttp.ClientSession.__init__", None)
        words = ["answer", question, "--notice", str(citizen.notice), "--yes", "--out", answer]
        assert NOTICE in citizen.run(*words)
    command.run("wallet", "send", answer)
    citizen.run("revoke", consent)
    found = {item["consent"]: item["status"] for item in citizen.answers("history")}
    assert found == {denied: "denied", consent: "revoked"}
    assert citizen.answers("requests") == []


def test_a_person_carries_from_the_safe_box(citizen: Citizen, stage: Stage) -> None:
    """What one bank received goes to the next by the person's hand, who alone was asked."""
    consent = citizen.asked(citizen.begin("第一次"))
    citizen.run("grant", consent, "--notice", str(citizen.notice), "--yes")
    first = stage.play(lambda circulation: circulation.deliver(bytes.fromhex(consent)))
    secret = secrets.token_bytes(SEED_SIZE)
    wanted = citizen.asked(citizen.begin("第二次"), receiving_key=kem_key_of(secret))
    citizen.run("grant", wanted, "--notice", str(citizen.notice), "--yes")
    line = stage.play(lambda circulation: circulation.order(bytes.fromhex(wanted), secret))
    channel = ["--channel", stage.channel_url]
    citizen.run("carry", first.asset.hex(), line.hex(), *channel)
    assert "E502" in citizen.run("release", line.hex(), code=ExitCode.REFUSED)
    stage.play(lambda circulation: circulation.acknowledge(line))
    citizen.run("release", line.hex())
    received = stage.play(lambda circulation: circulation.receive_carried(line, secret))
    assert received == CONTENT


def test_the_explorer_shows_the_business_with_names(stage: Stage, command: Command) -> None:
    """Every view lists, pages, filters and shows one; traces lead forward and back."""
    seed = secrets.token_bytes(SEED_SIZE)
    goods = stage.play(lambda circulation: delivered(circulation, seed))
    asset, sid = goods.asset.hex(), public_key_of(seed).hex()
    line = command.answer("explorer", "trace", asset)["links"]
    ids = {link["kind"]: link["id"] for link in line}
    for kind, shown in {
        "resource": "住房公积金中心",
        "product": "普惠金融信用画像",
        "grant": "住房公积金中心",
        "consent": "泉城银行信贷部",
        "order": "泉城银行信贷部",
    }.items():
        assert shown in command.run("explorer", kind)
        whole = command.run("explorer", kind, ids[kind])
        assert shown in whole
        assert ids[kind] in whole
        assert command.answer("explorer", kind, ids[kind])["id"] == ids[kind]
    assert "普惠金融信用画像" in command.run("explorer", "meter", "普惠金融")
    assert "泉城银行信贷部" in command.run("explorer", "account", "bank")
    assert "泉城银行信贷部" in command.run("explorer", "account")
    command.run("explorer", "case")
    assert command.answer("explorer", "product", "--where", "status=retired")["entities"] == []
    first = command.answer("explorer", "grant", "--limit", "1")
    rest = command.answer("explorer", "grant", "--limit", "1", "--after", first["cursor"])
    assert first["entities"][0]["id"] != rest["entities"][0]["id"]
    assert first["cursor"] in command.run("explorer", "grant", "--limit", "1")
    for kind in ("consent", "grant"):
        policy = command.json("explorer", kind, ids[kind], "--odrl")
        assert violations(policy) == []
        assert policy["type"] == "Agreement"
    for start in (ids["resource"], ids["product"], sid, ids["order"]):
        forward = command.answer("explorer", "trace", start)["links"]
        assert asset in {link["id"] for link in forward}
    assert "住房公积金中心" in command.run("explorer", "trace", asset)
    assert "E010" in command.run("explorer", "order", "00" * 32, code=ExitCode.REFUSED)


async def _two_demands(circulation: Circulation) -> tuple[bytes, bytes, bytes]:
    """Let the bank ask twice at the venue, for little and for more; return venue and demands."""
    listing = await circulation.client.record(LISTINGS, circulation.city.listing)
    assert listing is not None
    until_ms = await circulation.now_ms() + HOUR_MS
    demands = [
        await circulation.send(
            "demand.list",
            "bank",
            venue=listing.venue,
            product_class=ProductClass.DETAIL,
            product=None,
            purpose=PURPOSE,
            price=listing.price + more,
            quantity=1,
            until_ms=until_ms,
        )
        for more in (0, 5)
    ]
    return listing.venue, demands[0], demands[1]


def test_the_market_operator_matches_and_a_replay_proves_it(
    stage: Stage, command: Command, founded: Cluster
) -> None:
    """Who pays more is matched first; the chain executed again says that this was the rule."""
    venue, less, more = stage.play(_two_demands)
    shown = command.run("venue", "match", "--once", "--as", "market", "--venue", venue.hex())
    assert shown.index(more.hex()) < shown.index(less.hex())
    assert shown.rstrip().endswith("Nothing fits now.")
    replayed = command.run("venue", "replay", "--genesis", str(founded.testnet.genesis))
    assert "All 2 matches" in replayed
    assert replayed.count("followed the rule") == 3
