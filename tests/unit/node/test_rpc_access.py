"""Who may call: tokens of operator, parties and persons; quotas; what supervisors read is noted."""

import asyncio
import datetime as dt
import ipaddress
import json
import socket as sockets
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chaincode.ids import key_id
from ledger.refusal import Refused
from ledger.suites import public_key_of, sign
from node.errors import BadConfig
from node.read_log import ReadLog, ReadLogBroken, verified_reads
from node.rpc.backend import RecordedRead
from node.rpc.callers import Caller
from node.rpc.limits import BURST_SECONDS, CALLS_PER_ACCOUNT_MAX, UNCOUNTED_CALLS_MAX
from node.rpc.listener import RpcListener
from node.rpc.quotas import Quotas
from node.rpc.sessions import Sessions
from quancheng.api import access, events, state
from quancheng.client import Client
from quancheng.errors import RequestRefused
from quancheng.sign_in import Credential
from quancheng.transport import Endpoint, RetryPolicy
from tests.unit.node.small_node import (
    AUTHORITY_SEED,
    HOLDER_SEED,
    SUPERVISOR_SEED,
    SmallNode,
    pseudonym,
    pseudonym_seed,
    small_node,
)

TOKEN = "t" * 32
ONCE = RetryPolicy(attempts=2, pause_max_ms=1)
ACCOUNT = Caller(may_call=True, account=b"a")
OTHER = Caller(may_call=True, account=b"b")
LOCAL = Caller(may_call=True)


def client_of(node: SmallNode, seed: bytes | None = None, token: str | None = None) -> Client:
    """Return a client that signs in with a seed."""
    credential = None if seed is None else Credential(seed)
    return Client(endpoint=Endpoint(node.url, token, credential=credential), retry=ONCE)


async def refused_code(call: object) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(RequestRefused) as refused:
        await call  # type: ignore[misc]
    return refused.value.code


async def test_operator_party_and_stranger() -> None:
    """A token of the operator or of a party opens everything; nothing shown opens nothing."""
    async with small_node(token=TOKEN) as node:
        async with client_of(node, token=TOKEN) as client:
            assert (await client.status()).height == 0
        async with client_of(node, HOLDER_SEED) as client:
            assert (await client.peers()).peers
        async with client_of(node) as client:
            assert await refused_code(client.status()) == "E915"
        async with client_of(node, bytes([77]) * 32) as client:
            assert await refused_code(client.status()) == "E915"


async def test_party_signs_in_over_tls(tmp_path: Path) -> None:
    """Over TLS the name that is signed is one of the certificate, and no other."""
    certificate, key = certify(tmp_path, "127.0.0.1")
    context = ssl.create_default_context(cafile=str(certificate))
    async with small_node(token=TOKEN, tls=(certificate, key)) as node:
        endpoint = Endpoint(node.url, tls=context, credential=Credential(HOLDER_SEED))
        async with Client(endpoint=endpoint, retry=ONCE) as client:
            assert (await client.status()).height == 0
    certificate, key = certify(tmp_path, "10.9.8.7")
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    async with small_node(token=TOKEN, tls=(certificate, key)) as node:
        endpoint = Endpoint(node.url, tls=context, credential=Credential(HOLDER_SEED))
        async with Client(endpoint=endpoint, retry=ONCE) as client:
            assert await refused_code(client.status()) == "E915"


def certify(folder: Path, address: str) -> tuple[Path, Path]:
    """Write a certificate of a node at an address, signed by itself, and its key."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .sign(key, None)
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "rpc.key").write_bytes(pem)
    (folder / "rpc.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    return folder / "rpc.crt", folder / "rpc.key"


async def test_challenge_is_for_one_key_one_host_and_one_use() -> None:
    """An answer for another host, by another key, or given twice, gets no token."""
    async with small_node(token=TOKEN) as node, client_of(node) as client:
        key = public_key_of(HOLDER_SEED)
        given = await client.call(access.ACCESS_CHALLENGE, access.ChallengeRequest(key))

        def answer(host: str, seed: bytes = HOLDER_SEED) -> access.TokenRequest:
            message = access.access_message(given.genesis_hash, given.challenge, host)
            return access.TokenRequest(
                public_key_of(seed), given.challenge, host, sign(seed, message)
            )

        for wrong in (answer("elsewhere.example"), answer("127.0.0.1", AUTHORITY_SEED)):
            assert await refused_code(client.call(access.ACCESS_TOKEN, wrong)) == "E915"
        right = answer("127.0.0.1")
        assert (await client.call(access.ACCESS_TOKEN, right)).kind is access.AccessKind.PARTY
        assert await refused_code(client.call(access.ACCESS_TOKEN, right)) == "E915"


async def test_person_reads_only_what_concerns_the_pseudonym() -> None:
    """Own entity, history and stream are open; another's are E007, and so are whole blocks."""
    async with small_node(token=TOKEN) as node:
        async with client_of(node, token=TOKEN) as operator:
            own, others = node.binding(1), node.binding(2)
            await operator.submit(own, others)
            node.produce(2)
        async with client_of(node, pseudonym_seed(1)) as client:
            assert (await client.entity("subject", pseudonym(1))).kind == "subject"
            assert (await client.transaction(own.tx_id)).height == 1
            assert len((await client.history(key_id(pseudonym(1)))).records) == 1
            mine = events.RecordFilter(ids=(key_id(pseudonym(1)),))
            page = await client.call(events.EVENTS_LIST, events.EventsRequest(None, mine))
            assert [item.receipt.subject for item in page.records] == [own.tx_id]
            for call in (
                client.entity("subject", pseudonym(2)),
                client.transaction(others.tx_id),
                client.history(key_id(pseudonym(2))),
                client.call(events.EVENTS_LIST, events.EventsRequest()),
                client.call(state.ENTITY_LIST, state.EntityListRequest("subject")),
                client.block(1),
                client.peers(),
                client.submit(node.binding(3)),
                client.trace(pseudonym(2)),
            ):
                assert await refused_code(call) == "E007"


async def test_supervisor_reads_are_written_down_first() -> None:
    """Each read of a supervisor stands in the log with its parameters; other parties' do not."""
    async with small_node(token=TOKEN) as node:
        for seed in (SUPERVISOR_SEED, HOLDER_SEED):
            async with client_of(node, seed) as client:
                await client.status()
                await client.entity("party", key_id(public_key_of(HOLDER_SEED)))
        (read,) = node.reads
    assert (read.method, read.key) == ("entity_get", public_key_of(SUPERVISOR_SEED))
    assert json.loads(read.parameters)["kind"] == "party"


async def test_quota_of_one_organisation_leaves_others_alone() -> None:
    """Beyond its rate an organisation gets E017 with a time; another one is served."""
    async with small_node(token=TOKEN, calls_per_second=5) as node:
        policy = RetryPolicy(attempts=1)
        greedy = Endpoint(node.url, credential=Credential(HOLDER_SEED))
        async with Client(endpoint=greedy, retry=policy) as client:
            calls = [client.status() for _ in range(20 * BURST_SECONDS)]
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            refused = next(item for item in outcomes if isinstance(item, RequestRefused))
            assert refused.code == "E017"
            assert refused.refusal.retry_after_ms is not None
        async with client_of(node, AUTHORITY_SEED) as client:
            await client.status()


async def test_forgotten_token_is_replaced_and_expired_socket_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token that the front forgot is 401, and the client gets another by itself."""
    async with small_node(token=TOKEN) as node:
        async with client_of(node, HOLDER_SEED) as client:
            await client.status()
            node.server._services.sessions._sessions.clear()
            assert (await client.status()).height == 0
        monkeypatch.setattr("node.rpc.sessions.TOKEN_LIFE_MS", 300)
        token = node.server._services.sessions.issue(ACCOUNT)
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{node.url}/ws", headers=headers) as socket,
        ):
            message = await socket.receive(timeout=20)
            assert message.data == events.CLOSE_TOKEN_EXPIRED


async def test_silent_sockets_make_room() -> None:
    """Sockets that never ask anything are closed; those that ask are not."""
    async with small_node() as node:
        connections = node.server._connections
        address = ("127.0.0.1", node.server.port)
        silent = [await asyncio.open_connection(*address) for _ in range(20)]
        async with asyncio.timeout(20):
            while len(connections) < 20:
                await asyncio.sleep(0.01)
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{node.url}/ws") as ws:
            connections.sweep(0.0)
            connections.sweep(10.0**6)
            for reader, writer in silent:
                assert await reader.read() == b""
                writer.close()
            await ws.send_json({"jsonrpc": "2.0", "id": 1, "method": "chain_status"})
            assert (await ws.receive_json(timeout=20))["result"]["height"] == 0


def test_quotas_count_accounts_apart() -> None:
    """Rate, burst and share are each account's own, and a full account is forgotten."""
    now = [0.0]
    quotas = Quotas(10, lambda: now[0])
    for _ in range(10 * BURST_SECONDS):
        quotas.charge(ACCOUNT)
    with pytest.raises(Exception, match="E017"):
        quotas.charge(ACCOUNT)
    quotas.charge(OTHER)
    now[0] += 0.1
    quotas.charge(ACCOUNT)
    now[0] += BURST_SECONDS + 1
    quotas.charge(Caller(may_call=True, account=b"c"))
    assert len(quotas) == 1


async def test_accounts_have_their_share_of_calls_under_way() -> None:
    """Beyond its share an account is refused; what is kept for others stays theirs."""
    quotas = Quotas(10)
    over = asyncio.Event()

    async def call(caller: Caller) -> None:
        async with quotas.slot(caller):
            await over.wait()

    own = [asyncio.create_task(call(ACCOUNT)) for _ in range(CALLS_PER_ACCOUNT_MAX)]
    local = [asyncio.create_task(call(LOCAL)) for _ in range(UNCOUNTED_CALLS_MAX)]
    await asyncio.sleep(0)
    for caller in (ACCOUNT, LOCAL):
        with pytest.raises(Refused, match="E020"):
            await call(caller)
    other = asyncio.create_task(call(OTHER))
    await asyncio.sleep(0)
    over.set()
    await asyncio.gather(*own, *local, other)
    assert quotas.running == 0


def test_sessions_expire_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token ends with its time and the oldest is forgotten at the bound; challenges too."""
    now = [0]
    sessions = Sessions(lambda: now[0])
    monkeypatch.setattr("node.rpc.sessions.TOKENS_MAX", 2)
    first, second, third = (sessions.issue(ACCOUNT) for _ in range(3))
    assert sessions.recognise(first) is None
    assert sessions.recognise(second) is not None
    challenge = sessions.challenge(b"k")
    now[0] += 10**9
    assert sessions.recognise(third) is None
    with pytest.raises(Exception, match="E915"):
        sessions.use_challenge(challenge, b"k")


@pytest.fixture
def log_key(tmp_path: Path) -> Path:
    """Return the file of a fresh Ed25519 key."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "tls.key").write_bytes(pem)
    (tmp_path / "id").write_bytes(key.public_key().public_bytes_raw())
    return tmp_path / "tls.key"


def test_read_log_is_signed_chained_and_resumed(log_key: Path, tmp_path: Path) -> None:
    """Any change, gap or swap shows; a torn last line is cut off and the chain goes on."""
    path, node_id = tmp_path / "reads.jsonl", (tmp_path / "id").read_bytes()
    read = RecordedRead(b"p" * 32, b"k" * 33, "entity_get", '{"kind":"案"}')
    for _ in range(2):
        log = ReadLog(path, log_key, lambda: 5)
        log.append(read)
        log.append(read)
        with path.open("ab") as file:
            file.write(b'{"torn')
    ReadLog(path, log_key, lambda: 5)
    assert [item["number"] for item in verified_reads(path, node_id)] == [1, 2, 3, 4]
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (
        [lines[0].replace(b"entity_get", b"entity_put"), *lines[1:]],
        [lines[0], *lines[2:]],
        [lines[1], lines[0], *lines[2:]],
        [b"{}\n"],
    ):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(ReadLogBroken):
            list(verified_reads(path, node_id))


def test_names_come_from_the_certificate(tmp_path: Path) -> None:
    """Without TLS a node is known as loopback; a certificate that names nobody is a mistake."""
    assert "127.0.0.1" in RpcListener("127.0.0.1", 0).names()
    assert sockets.gethostname() not in RpcListener("127.0.0.1", 0).names()
    (tmp_path / "bad.crt").write_text("no certificate")
    with pytest.raises(BadConfig):
        RpcListener("10.0.0.1", 0, tmp_path / "bad.crt", tmp_path / "k", TOKEN).names()
