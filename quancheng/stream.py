"""Following the records of a chain across lost connections, each record exactly once."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import aiohttp

from chaincode.fields import Json
from ledger.refusal import Code, Refused
from quancheng import strict_json
from quancheng.api import events as api
from quancheng.errors import NodeAnswerUnreadable, NodeUnreachable, StreamEnded
from quancheng.json_object import object_form
from quancheng.transport import Transport, read_answer

SILENCE_MAX_MS = 3 * api.HEARTBEAT_MS
"""A stream that says nothing for so long, not even a heartbeat, is taken for dead."""
_CALL_NUMBER = 1


async def stream_records(
    transport: Transport, request: api.SubscribeRequest
) -> AsyncIterator[api.RecordView]:
    """Yield records after the place of a request; reconnect and resume as long as attempts last."""
    failures = 0
    pauses = transport.retry.pauses()
    while True:
        session = _Session(transport, request)
        try:
            async for record in session.records():
                yield record
            reason = "connection closed"
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
        if session.has_begun:
            failures, pauses = 0, transport.retry.pauses()
        failures += 1
        if failures >= transport.retry.attempts:
            raise NodeUnreachable(transport.endpoint.url, failures, reason)
        request = dataclasses.replace(request, after=session.place)
        await asyncio.sleep(next(pauses))


class _Session:
    """One connection of a stream."""

    def __init__(self, transport: Transport, request: api.SubscribeRequest) -> None:
        self._transport = transport
        self._request = request
        self.place = request.after
        self.has_begun = False

    async def records(self) -> AsyncIterator[api.RecordView]:
        """Yield records until the connection ends, keeping the place up to which all were seen."""
        async with await self._transport.websocket() as socket:
            await self._begin(socket)
            while True:
                notice = await self._receive(socket)
                if notice is None:
                    return
                record = self._read(notice)
                if record is not None:
                    yield record

    async def _begin(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        parameters = object_form(api.SubscribeRequest).render(self._request)
        call: Json = {
            "jsonrpc": "2.0",
            "id": _CALL_NUMBER,
            "method": api.EVENTS_SUBSCRIBE.name,
            "params": parameters,
        }
        await socket.send_str(strict_json.dumps(call))
        answer = await self._receive(socket)
        if answer is None:
            raise ConnectionResetError("closed before the stream began")
        try:
            begun = read_answer(api.EVENTS_SUBSCRIBE, answer, _CALL_NUMBER)
        except Refused as refused:
            raise self._unreadable(refused) from None
        self.place = begun.place
        self.has_begun = True

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse) -> Json | None:
        async with asyncio.timeout(SILENCE_MAX_MS / 1_000):
            message = await socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            return None
        try:
            return strict_json.loads(message.data.encode())
        except Refused as refused:
            raise self._unreadable(refused) from None

    def _read(self, notice: Json) -> api.RecordView | None:
        """Note the place of a notice; return its record, None where it carries none."""
        method = notice.get("method") if isinstance(notice, dict) else None
        parameters = notice.get("params") if isinstance(notice, dict) else None
        try:
            match method:
                case api.EVENT_NOTICE:
                    form = object_form(api.RecordNotice, ignores_unknown=True)
                    record = form.parse(parameters, "params").record
                    self.place = record.place
                    return record
                case api.HEARTBEAT_NOTICE:
                    heartbeat = object_form(api.HeartbeatNotice, ignores_unknown=True)
                    self.place = heartbeat.parse(parameters, "params").place
                    return None
                case api.ENDED_NOTICE:
                    ended = object_form(api.EndedNotice, ignores_unknown=True)
                    end = ended.parse(parameters, "params")
                    raise StreamEnded(end.place, end.refusal)
                case _:
                    raise Refused(Code.BAD_REQUEST, "method")
        except Refused as refused:
            raise self._unreadable(refused) from None

    def _unreadable(self, refused: Refused) -> NodeAnswerUnreadable:
        return NodeAnswerUnreadable(self._transport.endpoint.url, refused.refusal.field)
