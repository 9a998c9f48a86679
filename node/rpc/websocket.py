"""One WebSocket: calls are answered in order, those that wait aside; streams run beside them."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from chaincode.fields import Json
from ledger.refusal import Refused
from node.rpc.callers import Caller
from node.rpc.dispatcher import Dispatcher, Surroundings
from node.rpc.envelope import ErrorNumber, error
from node.rpc.limits import CALLS_PER_WEBSOCKET_MAX, SEND_TIMEOUT_MS
from node.rpc.methods import METHODS
from node.rpc.subscriptions import Subscriptions
from quancheng import strict_json
from quancheng.api.events import CLOSE_SLOW_READER, HEARTBEAT_MS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may be silent, and how long it may refuse to take a frame."""

    heartbeat_ms: int = HEARTBEAT_MS
    send_timeout_ms: int = SEND_TIMEOUT_MS


class Connection:
    """Serves one open WebSocket until either side closes it."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        surroundings: Surroundings,
        patience: Patience,
        caller: Caller,
    ) -> None:
        self._socket = socket
        self.caller = caller
        self._patience = patience
        self._subscriptions = Subscriptions(
            surroundings.services, self._send, patience.heartbeat_ms
        )
        self._dispatcher = Dispatcher(surroundings, (*METHODS, *self._subscriptions.methods()))
        self._places = asyncio.Semaphore(CALLS_PER_WEBSOCKET_MAX)
        self._waiting: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._close_code: int = WSCloseCode.OK

    async def serve(self) -> None:
        """Answer messages until either side ends the connection; leave nothing running behind."""
        reading = asyncio.create_task(self._read())
        ending = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._end_tasks(reading, ending)
        with contextlib.suppress(ConnectionError):
            await self._socket.close(code=self._close_code, drain=False)

    def end(self, close_code: int) -> None:
        """End the connection with a close code; the first reason given counts."""
        if not self._ended.is_set():
            self._close_code = close_code
            self._ended.set()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                self.end(WSCloseCode.UNSUPPORTED_DATA)
                return
            await self._on_text(message.data)

    async def _on_text(self, text: str) -> None:
        try:
            value = self._dispatcher.read(text.encode())
        except Refused as refused:
            await self._send(strict_json.dumps(error(None, ErrorNumber.PARSE, refused.refusal)))
            return
        if not self._dispatcher.waits(value):
            await self._answer(value)
            self._subscriptions.start_reserved()
            return
        await self._places.acquire()
        task = asyncio.create_task(self._answer(value))
        self._waiting.add(task)
        task.add_done_callback(self._on_answered)

    def _on_answered(self, task: "asyncio.Task[None]") -> None:
        self._waiting.discard(task)
        self._places.release()
        if not task.cancelled():
            task.exception()  # taken: a lost connection is noticed by the reader

    async def _answer(self, value: Json) -> None:
        text = await self._dispatcher.answer(value, self.caller)
        if text is not None:
            await self._send(text)

    async def _send(self, text: str) -> None:
        """Send a frame; close a reader that does not take it in time."""
        try:
            async with asyncio.timeout(self._patience.send_timeout_ms / 1_000):
                await self._socket.send_str(text)
        except TimeoutError:
            self.end(CLOSE_SLOW_READER)
            raise ConnectionResetError("slow reader") from None

    async def _end_tasks(self, *tasks: "asyncio.Task[Any]") -> None:
        """Cancel and wait for everything. A lost connection in one of them is the end, no error."""
        every = (*tasks, *self._waiting, *self._subscriptions.tasks())
        for task in every:
            task.cancel()
        for outcome in await asyncio.gather(*every, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
                logger.error("websocket task failed", exc_info=outcome)
