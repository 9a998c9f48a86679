"""Streams and calls over WebSocket: order, resuming, filters, bounds, slow readers."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from node.rpc.limits import BODY_SIZE_MAX, SUBSCRIPTIONS_PER_WEBSOCKET_MAX
from node.rpc.websocket import Connection, Patience
from quancheng.api.events import CLOSE_SLOW_READER
from quancheng.client import Client
from tests.unit.node.small_node import HOLDER_SEED, SmallNode, pseudonym, small_node

Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
async def node() -> AsyncIterator[SmallNode]:
    async with small_node() as running:
        yield running


def small_buffer(address: Any) -> sockets.socket:  # noqa: ANN401 - aiohttp's own type
    """Make a socket whose kernel does not take megabytes for a reader that does not read."""
    made = sockets.socket(address[0], address[1], address[2])
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 64 * 1024)
    return made


@asynccontextmanager
async def open_socket(node: SmallNode) -> AsyncIterator[Socket]:
    """Open a WebSocket to the node."""
    connector = aiohttp.TCPConnector(socket_factory=small_buffer)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"{node.url}/ws") as socket,
    ):
        yield socket


async def call(socket: Socket, number: int, method: str, **parameters: object) -> None:
    """Send a call."""
    await socket.send_json({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})


async def receive(socket: Socket) -> dict[str, Any]:
    """Return the next message."""
    message = await socket.receive(timeout=10)
    assert message.type is aiohttp.WSMsgType.TEXT, message
    content = json.loads(message.data)
    assert isinstance(content, dict)
    return content


async def fill(node: SmallNode, numbers: range) -> list[str]:
    """Commit bindings, two to a block, and return their tx_ids in chain order."""
    async with Client(node.url) as client:
        for start in range(numbers.start, numbers.stop, 2):
            await client.submit(*[node.binding(number) for number in (start, start + 1)])
            node.produce()
        tip = node.chain.tip.height
        blocks = [await client.block(height) for height in range(1, tip + 1)]
    return [line.tx_id.hex() for block in blocks for line in block.transactions]


async def test_answer_comes_before_the_first_record(node: SmallNode) -> None:
    """A stream from the beginning: first the answer, then every record in order."""
    ids = await fill(node, range(10))
    async with open_socket(node) as socket:
        await call(socket, 1, "events_subscribe", after={"height": 0, "index": 0})
        begun = await receive(socket)
        assert begun["result"]["subscription"] == 1
        notices = [await receive(socket) for _ in ids]
    assert {notice["method"] for notice in notices} == {"events_record"}
    records = [notice["params"]["record"] for notice in notices]
    assert [record["receipt"]["subject"] for record in records] == ids
    places = [(record["place"]["height"], record["place"]["index"]) for record in records]
    assert places == [(height, index) for height in range(1, 6) for index in (1, 2)]
    assert {record["type"] for record in records} == {"subject.bind"}


async def test_resumes_after_any_place(node: SmallNode) -> None:
    """From every place of the stream the rest follows: nothing twice, nothing missed."""
    ids = await fill(node, range(8))
    async with open_socket(node) as socket:
        for seen in range(len(ids)):
            place = {"height": 1 + (seen - 1) // 2, "index": 1 + (seen - 1) % 2} if seen else None
            after = place or {"height": 0, "index": 0}
            await call(socket, seen, "events_subscribe", after=after)
            begun = (await receive(socket))["result"]
            rest = [
                (await receive(socket))["params"]["record"]["receipt"]["subject"]
                for _ in ids[seen:]
            ]
            assert rest == ids[seen:]
            await call(socket, 99, "events_unsubscribe", subscription=begun["subscription"])
            assert (await receive(socket))["result"] == {"ended": True}


async def test_stream_without_place_begins_behind_the_tip(node: SmallNode) -> None:
    """Only what comes after the subscription is sent."""
    await fill(node, range(4))
    async with open_socket(node) as socket:
        await call(socket, 1, "events_subscribe")
        await receive(socket)
        ids = await fill(node, range(4, 6))
        notices = [await receive(socket) for _ in range(2)]
    subjects = [notice["params"]["record"]["receipt"]["subject"] for notice in notices]
    assert subjects == ids[-2:]


async def test_heartbeats_move_over_what_the_filter_keeps_out() -> None:
    """A filtered stream says by heartbeat how far it has read."""
    async with small_node(patience=Patience(heartbeat_ms=20)) as node:
        await fill(node, range(4))
        async with open_socket(node) as socket:
            await call(
                socket,
                1,
                "events_subscribe",
                after={"height": 0, "index": 0},
                filter={"names": ["order."]},
            )
            await receive(socket)
            heartbeat = await receive(socket)
    assert heartbeat["method"] == "events_heartbeat"
    assert heartbeat["params"]["place"] == {"height": 2, "index": 2}


async def test_filters(node: SmallNode) -> None:
    """Names, areas, ids and failures choose what is listed."""
    await fill(node, range(2))
    failing = node.binding(7, seed=HOLDER_SEED)
    async with Client(node.url) as client:
        await client.submit(failing)
        node.produce()

    async def listed(**filter_: object) -> list[str]:
        async with open_socket(node) as socket:
            await call(socket, 1, "events_list", filter=filter_)
            records = (await receive(socket))["result"]["records"]
        return [record["receipt"]["subject"] for record in records]

    every = await listed()
    assert len(every) == 3
    assert await listed(failed_only=True) == [failing.tx_id.hex()]
    assert await listed(ids=[failing.tx_id.hex()]) == [failing.tx_id.hex()]
    assert await listed(names=["subject."]) == every[:2]
    assert await listed(names=["subject.bound"]) == every[:2]
    assert await listed(names=["subject"]) == []
    assert pseudonym(0)  # named by its hash in events, so that an id has one size


async def test_pages_of_events_join_exactly(node: SmallNode) -> None:
    """Pages of any size join to the whole stream."""
    ids = await fill(node, range(10))
    async with open_socket(node) as socket:
        for limit in (1, 3, 10, 50):
            after: dict[str, int] | None = None
            found: list[str] = []
            while len(found) < len(ids):
                await call(socket, 1, "events_list", after=after, limit=limit)
                page = (await receive(socket))["result"]
                assert 0 < len(page["records"]) <= limit
                found += [record["receipt"]["subject"] for record in page["records"]]
                after = page["place"]
            assert found == ids
            await call(socket, 1, "events_list", after=after, limit=limit)
            assert (await receive(socket))["result"]["records"] == []


async def test_subscriptions_are_bounded(node: SmallNode) -> None:
    """One stream too many on a connection is refused; ending one makes room."""
    async with open_socket(node) as socket:
        for number in range(SUBSCRIPTIONS_PER_WEBSOCKET_MAX):
            await call(socket, number, "events_subscribe")
            assert "result" in await receive(socket)
        await call(socket, 90, "events_subscribe")
        assert (await receive(socket))["error"]["data"]["code"] == "E020"
        await call(socket, 91, "events_unsubscribe", subscription=1)
        assert (await receive(socket))["result"] == {"ended": True}
        await call(socket, 92, "events_subscribe")
        assert "result" in await receive(socket)


async def test_streams_are_no_method_of_http(node: SmallNode) -> None:
    """Over HTTP there is nothing to stream to."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "events_subscribe"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{node.url}/rpc", json=body) as response,
    ):
        answer = await response.json()
    assert answer["error"]["code"] == -32601


async def test_waiting_does_not_hold_up_other_calls(node: SmallNode) -> None:
    """A call behind a tx_wait is answered at once; the wait is answered when it is over."""
    signed = node.binding(1)
    async with open_socket(node) as socket:
        await call(socket, 1, "tx_submit", transactions=[signed.data.hex()])
        assert (await receive(socket))["id"] == 1
        await call(socket, 2, "tx_wait", tx_id=signed.tx_id.hex())
        await call(socket, 3, "chain_status")
        assert (await receive(socket))["id"] == 3
        await node.somebody_waits()
        node.produce(2)
        answer = await receive(socket)
    assert (answer["id"], answer["result"]["state"]) == (2, "final-ok")


async def test_bad_text_is_answered_and_binary_closes(node: SmallNode) -> None:
    """No JSON gets an error; a binary frame is no message of this protocol."""
    async with open_socket(node) as socket:
        await socket.send_str("{")
        assert (await receive(socket))["error"]["code"] == -32700
        await socket.send_bytes(b"{}")
        message = await socket.receive(timeout=10)
        assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 1003)


async def test_oversize_message_closes(node: SmallNode) -> None:
    """A message beyond the bound is not read: close code 1009."""
    async with open_socket(node) as socket:
        await socket.send_str(" " * (BODY_SIZE_MAX + 1))
        message = await socket.receive(timeout=10)
        assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 1009)


async def test_stopping_says_goodbye(node: SmallNode) -> None:
    """At a stop every stream is closed with 1001, and who waits gets what is known."""
    signed = node.binding(1)
    async with open_socket(node) as streaming, Client(node.url) as client:
        await call(streaming, 1, "events_subscribe")
        await receive(streaming)
        await client.submit(signed)
        waiting = asyncio.create_task(client.wait(signed.tx_id))
        await node.somebody_waits()
        goodbye = asyncio.create_task(streaming.receive(timeout=10))
        await node.server.stop()
        assert (await waiting).state.value == "pending"
        message = await goodbye
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)


async def test_slow_reader_is_closed_with_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that takes no frames is closed with 4001 and resumes from the last place it saw."""
    closing = asyncio.Event()
    end = Connection.end

    def noticed(self: Connection, close_code: int) -> None:
        closing.set()
        end(self, close_code)

    monkeypatch.setattr(Connection, "end", noticed)
    async with small_node(patience=Patience(send_timeout_ms=50)) as node:
        async with Client(node.url) as client:
            await client.submit(*[node.binding(number) for number in range(1_500)])
        ids = [item.subject.hex() for item in node.chain.receipts(node.produce())]
        ids += [item.subject.hex() for item in node.chain.receipts(node.produce())]
        async with open_socket(node) as socket:
            for number in range(SUBSCRIPTIONS_PER_WEBSOCKET_MAX):
                await call(socket, number, "events_subscribe", after={"height": 0, "index": 0})
            async with asyncio.timeout(20):
                await closing.wait()
            place, seen, records = await _drain(socket)
        assert len(seen) <= records < SUBSCRIPTIONS_PER_WEBSOCKET_MAX * len(ids)
        async with open_socket(node) as socket:
            await call(socket, 1, "events_subscribe", after=place)
            await receive(socket)
            for _ in ids[len(seen) :]:
                seen.append((await receive(socket))["params"]["record"]["receipt"]["subject"])
    assert seen == ids


async def _drain(socket: Socket) -> tuple[dict[str, int], list[str], int]:
    """Read a connection closed as slow; return what came of its first stream, and of all."""
    place = {"height": 0, "index": 0}
    seen: list[str] = []
    records = 0
    while True:
        message = await socket.receive(timeout=10)
        if message.type is not aiohttp.WSMsgType.TEXT:
            assert socket.close_code == CLOSE_SLOW_READER
            return place, seen, records
        notice = json.loads(message.data)
        if notice.get("method") != "events_record":
            continue
        records += 1
        if notice["params"]["subscription"] == 1:
            place = notice["params"]["record"]["place"]
            seen.append(notice["params"]["record"]["receipt"]["subject"])
