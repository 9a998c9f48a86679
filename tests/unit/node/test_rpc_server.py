"""The RPC server over raw HTTP: envelopes, bounds, refusals; JSON-RPC goes back in any case."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.rpc.limits import BATCH_MAX, BODY_SIZE_MAX
from node.rpc.methods import DECLARED, METHODS
from tests.unit.node.small_node import HOLDER_SEED, SmallNode, small_node


@pytest.fixture
async def node() -> AsyncIterator[SmallNode]:
    async with small_node() as running:
        running.produce(2)
        yield running


async def post(node: SmallNode, body: bytes, **headers: str) -> tuple[int, Any]:
    """Post a body as JSON; return the HTTP status and the parsed answer."""
    given_headers = {"Content-Type": "application/json", **headers}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{node.url}/rpc", data=io.BytesIO(body), headers=given_headers) as response,
    ):
        text = await response.text()
        return response.status, json.loads(text) if text else None


async def call(node: SmallNode, method: str, **parameters: object) -> dict[str, Any]:
    """Call a method and return its whole answer."""
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": parameters}
    _, answer = await post(node, json.dumps(body).encode())
    assert isinstance(answer, dict)
    return answer


async def test_status(node: SmallNode) -> None:
    """The status names chain, height and hash, and echoes the id."""
    answer = await call(node, "chain_status")
    assert answer["id"] == 7
    assert answer["result"]["height"] == 2
    assert answer["result"]["block_hash"] == node.chain.tip.block_hash.hex()
    assert answer["result"]["genesis_hash"] == node.chain.genesis_hash.hex()


async def test_refusal_object(node: SmallNode) -> None:
    """A refusal carries code, name, rule and remedy in both languages, and the field."""
    answer = await call(node, "chain_header", height=99)
    assert answer["error"]["code"] == -32000
    refusal = answer["error"]["data"]
    assert (refusal["code"], refusal["field"]) == ("E010", "height")
    for part in ("name", "rule", "remedy", "name_zh", "rule_zh", "remedy_zh"):
        assert refusal[part]


@pytest.mark.parametrize(
    ("body", "number", "code"),
    [
        (b"", -32700, "E911"),
        (b"{", -32700, "E911"),
        (b"\xff", -32700, "E911"),
        (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"chain_status"}', -32700, "E911"),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"chain_status"}', -32700, "E911"),
        (b"[]", -32600, "E021"),
        (b"1", -32600, "E911"),
        (b'{"jsonrpc":"1.0","id":1,"method":"chain_status"}', -32600, "E911"),
        (b'{"jsonrpc":"2.0","id":[],"method":"chain_status"}', -32600, "E911"),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600, "E911"),
        (b'{"jsonrpc":"2.0","id":1,"method":"chain_status","more":1}', -32600, "E911"),
        (b'{"jsonrpc":"2.0","id":1,"method":"no_such"}', -32601, "E912"),
        (b'{"jsonrpc":"2.0","id":1,"method":"chain_status","params":[1]}', -32602, "E911"),
        (b'{"jsonrpc":"2.0","id":1,"method":"chain_status","params":{"a":1}}', -32602, "E911"),
        (b'{"jsonrpc":"2.0","id":1,"method":"tx_get"}', -32602, "E911"),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"chain_header","params":{"height":-1}}',
            -32602,
            "E911",
        ),
    ],
)
async def test_bad_requests(node: SmallNode, body: bytes, number: int, code: str) -> None:
    """Each kind of bad request has its JSON-RPC number and our code, over HTTP 200."""
    status, answer = await post(node, body)
    assert status == 200
    assert (answer["error"]["code"], answer["error"]["data"]["code"]) == (number, code)


async def test_batch_keeps_order_and_leaves_out_notifications(node: SmallNode) -> None:
    """A batch answers in order; a notification runs without an answer."""
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "chain_status"},
        {"jsonrpc": "2.0", "method": "chain_status"},
        {"jsonrpc": "2.0", "id": None, "method": "no_such"},
        5,
    ]
    _, answer = await post(node, json.dumps(batch).encode())
    assert [item["id"] for item in answer] == ["a", None, None]
    assert [item.get("error", {}).get("code") for item in answer] == [None, -32601, -32600]


async def test_notifications_alone_get_no_content(node: SmallNode) -> None:
    """Only notifications: HTTP 204 without a body."""
    body = json.dumps([{"jsonrpc": "2.0", "method": "chain_status"}]).encode()
    assert await post(node, body) == (204, None)


async def test_batch_bound(node: SmallNode) -> None:
    """A batch of the bound runs; one more call is refused as a whole."""
    item = {"jsonrpc": "2.0", "id": 1, "method": "net_peers"}
    _, answers = await post(node, json.dumps([item] * BATCH_MAX).encode())
    assert len(answers) == BATCH_MAX
    _, answer = await post(node, json.dumps([item] * (BATCH_MAX + 1)).encode())
    assert answer["error"]["data"]["code"] == "E021"


async def test_waiting_calls_are_refused_in_batches(node: SmallNode) -> None:
    """tx_wait in a batch would hold up the calls behind it."""
    item = {"jsonrpc": "2.0", "id": 1, "method": "tx_wait", "params": {"tx_id": "00" * 32}}
    _, answers = await post(node, json.dumps([item]).encode())
    assert answers[0]["error"]["data"]["field"] == "batch"


async def test_body_bound(node: SmallNode) -> None:
    """A body of the bound is read; one byte more is refused with 413 and a JSON-RPC error."""
    call_text = b'{"jsonrpc":"2.0","id":1,"method":"net_peers"}'
    status, answer = await post(node, call_text.ljust(BODY_SIZE_MAX))
    assert (status, "result" in answer) == (200, True)
    status, answer = await post(node, call_text.ljust(BODY_SIZE_MAX + 1))
    assert (status, answer["error"]["data"]["code"]) == (413, "E021")


async def test_other_content_is_refused(node: SmallNode) -> None:
    """A body that a page could send without asking is not read."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{node.url}/rpc", data=b"{}", headers={"Content-Type": "text/plain"}) as got,
    ):
        assert got.status == 415


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://localhost"}, {"Origin": "null"}]
)
async def test_browsers_are_refused(node: SmallNode, headers: dict[str, str]) -> None:
    """A foreign Host (DNS rebinding) and any Origin are turned away before parsing."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{node.url}/health", headers=headers) as response,
    ):
        assert response.status == 403


async def test_token() -> None:
    """Where a token is set, nothing is answered without it."""
    token = "t" * 32
    async with small_node(token=token) as node, aiohttp.ClientSession() as session:
        for headers, status in (({}, 401), ({"Authorization": f"Bearer {token}"}, 200)):
            async with session.get(f"{node.url}/health", headers=headers) as response:
                assert response.status == status


async def test_health_and_metrics(node: SmallNode) -> None:
    """Health is 200 or 503 with reasons; metrics are in Prometheus's text format."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{node.url}/health") as response:
            assert (response.status, (await response.json())["ok"]) == (200, True)
        node.activity.reasons = ("the disk is full",)
        async with session.get(f"{node.url}/health") as response:
            assert response.status == 503
            assert (await response.json())["reasons"] == ["the disk is full"]
        await call(node, "no_such")
        async with session.get(f"{node.url}/metrics") as response:
            text = await response.text()
    assert 'quancheng_rpc_calls_total{code="E912",method=""} 1.0' in text
    assert 'quancheng_rpc_queue_bound{queue="waiters"}' in text


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELD_NAMES = sorted({name for item in DECLARED for name in item.request.__dataclass_fields__})
HEXADECIMAL = st.binary(max_size=40).map(bytes.hex)
PARAMETERS = st.dictionaries(
    st.sampled_from(FIELD_NAMES),
    JSON_VALUES | HEXADECIMAL | st.lists(HEXADECIMAL, max_size=2),
    max_size=4,
)
NAMES = st.sampled_from([item.method.name for item in METHODS if not item.waits]) | st.text(
    max_size=9
)
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | JSON_VALUES,
        "id": JSON_VALUES,
        "method": NAMES,
        "params": PARAMETERS | JSON_VALUES,
        "other": JSON_VALUES,
    },
)
BODIES = (
    st.binary(max_size=200)
    | JSON_VALUES.map(lambda value: json.dumps(value).encode())
    | CALLS.map(lambda value: json.dumps(value).encode())
    | st.lists(CALLS, max_size=4).map(lambda value: json.dumps(value).encode())
)


async def test_any_body_gets_a_json_rpc_answer(node: SmallNode) -> None:
    """Whatever the body: HTTP 200 or 204, well-formed answers, never an internal error."""
    bodies: list[bytes] = []

    @settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(BODIES)
    def collect(body: bytes) -> None:
        bodies.append(body)

    collect()
    async with aiohttp.ClientSession() as session:
        for body in bodies:
            headers = {"Content-Type": "application/json"}
            async with session.post(f"{node.url}/rpc", data=body, headers=headers) as response:
                text = await response.text()
            assert response.status in {200, 204}, body
            if response.status == 204:
                continue
            answer = json.loads(text)
            for item in answer if isinstance(answer, list) else [answer]:
                assert item["jsonrpc"] == "2.0", body
                assert "id" in item, body
                assert ("result" in item) != ("error" in item), body
                if "error" in item:
                    assert item["error"]["code"] in {-32700, -32600, -32601, -32602, -32000}, body
                    assert item["error"]["data"]["code"].startswith("E"), body


async def test_bytes_that_are_no_transaction_are_rejected(node: SmallNode) -> None:
    """Garbage, a cut and an extended transaction are rejected one by one, without an id."""
    good = node.binding(1).data
    parts = [b"\x00", b"\xff" * 40, good[:-1], good + b"\x00", b"\x82\x80\x80"]
    answer = await call(node, "tx_submit", transactions=[part.hex() for part in parts])
    for submission in answer["result"]["submissions"]:
        assert (submission["tx_id"], submission["state"]) == (None, "rejected")
        assert submission["refusal"]["code"] == "E006"
    for part in parts:
        answer = await call(node, "tx_check", transaction=part.hex())
        assert answer["error"]["data"]["code"] == "E006"


async def test_block_lists_its_transactions_by_page(node: SmallNode) -> None:
    """Pages of a block join to all its transactions, refused ones with their code."""
    signed = [node.binding(number) for number in range(5)]
    signed.append(node.binding(5, seed=HOLDER_SEED))
    data = [item.data.hex() for item in signed]
    await call(node, "tx_submit", transactions=data)
    height = node.produce()
    lines: list[Any] = []
    offset: int | None = 0
    while offset is not None:
        answer = await call(node, "chain_block", height=height, offset=offset, limit=4)
        lines += answer["result"]["transactions"]
        offset = answer["result"]["next_offset"]
    assert {line["tx_id"] for line in lines} == {item.tx_id.hex() for item in signed}
    codes = {line["tx_id"]: line["receipt"]["code"] for line in lines}
    assert codes.pop(signed[-1].tx_id.hex()) == "E007"
    assert set(codes.values()) == {"E000"}
    by_hash = await call(node, "chain_block", block_hash=node.chain.tip.block_hash.hex())
    assert by_hash["result"]["header"]["height"] == height
