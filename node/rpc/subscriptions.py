"""Streams of records over one WebSocket.

A stream is a place in the chain that moves on as fast as its reader takes frames. The only thing
that can fill is the socket's own bounded buffer; a reader that lets it stay full is closed with
CLOSE_SLOW_READER and resumes from the last place it saw.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from ledger.refusal import Code, Refused
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.envelope import notice
from node.rpc.limits import BLOCKS_SCANNED_MAX, SUBSCRIPTIONS_PER_WEBSOCKET_MAX
from node.rpc.records import RecordQuery, read_records
from node.rpc.services import Services
from quancheng import strict_json
from quancheng.api import events as api
from quancheng.api.method import PAGE_MAX
from quancheng.api.refusal import refusal_view
from quancheng.json_object import object_form

Send: TypeAlias = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class _Stream:
    number: int
    place: api.Place
    filter: api.RecordFilter


class Subscriptions:
    """The streams of one connection. `send` delivers a frame or raises when the reader is slow."""

    def __init__(self, services: Services, send: Send, heartbeat_ms: int) -> None:
        self._services = services
        self._send = send
        self._heartbeat_ms = heartbeat_ms
        self._reserved: dict[int, _Stream] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._last_number = 0

    def methods(self) -> tuple[AnyMethod, ...]:
        """Return the methods that begin and end streams on this connection."""
        return (
            BoundMethod(api.EVENTS_SUBSCRIBE, self._subscribe),
            BoundMethod(api.EVENTS_UNSUBSCRIBE, self._unsubscribe),
        )

    def start_reserved(self) -> None:
        """Let new streams run. Called once their answers are on the wire, which come first."""
        for number, stream in self._reserved.items():
            self._tasks[number] = asyncio.create_task(self._run(stream))
        self._reserved.clear()

    async def _subscribe(
        self, services: Services, request: api.SubscribeRequest
    ) -> api.SubscribeResult:
        if len(self._tasks) + len(self._reserved) >= SUBSCRIPTIONS_PER_WEBSOCKET_MAX:
            raise Refused(Code.OVERLOADED, "subscriptions")
        place = request.after or api.Place(services.hub.height, api.INDEX_MAX)
        self._last_number += 1
        self._reserved[self._last_number] = _Stream(self._last_number, place, request.filter)
        return api.SubscribeResult(self._last_number, place)

    async def _unsubscribe(
        self, _services: Services, request: api.UnsubscribeRequest
    ) -> api.UnsubscribeResult:
        reserved = self._reserved.pop(request.subscription, None)
        task = self._tasks.pop(request.subscription, None)
        if task is not None:
            task.cancel()
        return api.UnsubscribeResult(ended=reserved is not None or task is not None)

    def tasks(self) -> "tuple[asyncio.Task[None], ...]":
        """Return the running streams, for the connection to end them."""
        return tuple(self._tasks.values())

    async def _run(self, stream: _Stream) -> None:
        """Move a stream along the chain until its connection closes or it cannot go on."""
        try:
            while not self._services.hub.closed:
                await self._advance(stream)
        except Refused as refused:
            await self._notify(
                api.ENDED_NOTICE,
                api.EndedNotice(stream.number, stream.place, refusal_view(refused.refusal)),
            )
            del self._tasks[stream.number]

    async def _advance(self, stream: _Stream) -> None:
        """Send the next page of a stream; at the tip wait for the next block."""
        hub = self._services.hub
        query = RecordQuery(stream.place, stream.filter, PAGE_MAX, BLOCKS_SCANNED_MAX)
        page = await read_records(self._services.blocks, query, hub.height)
        for record in page.records:
            await self._notify(api.EVENT_NOTICE, api.RecordNotice(stream.number, record))
        stream.place = page.place
        if len(page.records) < PAGE_MAX and stream.place.height >= hub.height:
            await self._wait_for_block(stream)

    async def _wait_for_block(self, stream: _Stream) -> None:
        """Return at the next block; tell the reader in between that the stream lives."""
        hub = self._services.hub
        while hub.height <= stream.place.height and not hub.closed:
            try:
                async with asyncio.timeout(self._heartbeat_ms / 1_000):
                    await hub.wait_above(stream.place.height)
            except TimeoutError:
                heartbeat = api.HeartbeatNotice(stream.number, stream.place)
                await self._notify(api.HEARTBEAT_NOTICE, heartbeat)

    async def _notify(self, method: str, content: object) -> None:
        await self._send(
            strict_json.dumps(notice(method, object_form(type(content)).render(content)))
        )
