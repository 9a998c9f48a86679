"""The HTTP surface: POST /rpc, WebSocket /ws, GET /metrics, GET /health."""

import asyncio
import socket

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler, Middleware

from chaincode.fields import Json
from ledger.refusal import Code, Refusal
from node.rpc.callers import Caller
from node.rpc.connections import Connections
from node.rpc.dispatcher import Dispatcher, Surroundings
from node.rpc.door import (
    JSON_CONTENT,
    require_admission,
    require_json,
    require_known,
    require_operator,
    session_of,
)
from node.rpc.envelope import ErrorNumber, error
from node.rpc.limits import (
    BODY_SIZE_MAX,
    CLOSE_TIMEOUT_MS,
    CONNECTIONS_MAX,
    READ_TIMEOUT_MS,
    RETRY_AFTER_MS,
    SEND_BUFFER_SIZE,
    WEBSOCKETS_MAX,
    WEBSOCKETS_PER_ACCOUNT_MAX,
)
from node.rpc.listener import RpcListener
from node.rpc.methods import METHODS
from node.rpc.metrics import FrontMetrics, FrontQueue
from node.rpc.sessions import Session
from node.rpc.websocket import Connection, Patience
from quancheng import strict_json
from quancheng.api.events import CLOSE_TOKEN_EXPIRED

METRICS_CONTENT = "text/plain; version=0.0.4; charset=utf-8"
PING_SECONDS = 20


class Application:
    """Handlers of one server. Answers of /rpc are JSON-RPC whatever the body was."""

    def __init__(
        self,
        surroundings: Surroundings,
        metrics: FrontMetrics,
        listener: RpcListener,
        patience: Patience,
    ) -> None:
        self._surroundings = surroundings
        self._dispatcher = Dispatcher(surroundings, METHODS)
        self._backend = surroundings.services.backend
        self._metrics = metrics
        self._listener = listener
        self._patience = patience
        self._websockets: set[Connection] = set()
        self._connections: Connections | None = None
        metrics.watch_queue(FrontQueue.WEBSOCKETS, WEBSOCKETS_MAX, lambda: len(self._websockets))

    def watch_connections(self, connections: Connections) -> None:
        """Learn which sockets are open, which is known only once the server listens."""
        self._connections = connections
        self._metrics.watch_queue(FrontQueue.CONNECTIONS, CONNECTIONS_MAX, lambda: len(connections))

    def routes(self) -> web.Application:
        """Return the aiohttp application."""
        application = web.Application(
            client_max_size=BODY_SIZE_MAX, middlewares=[self._admission()]
        )
        application.router.add_post("/rpc", self._rpc)
        application.router.add_get("/ws", self._websocket)
        application.router.add_get("/metrics", self._show_metrics)
        application.router.add_get("/health", self._show_health)
        return application

    def close(self) -> None:
        """Tell every WebSocket that the node goes away."""
        for connection in self._websockets:
            connection.end(WSCloseCode.GOING_AWAY)

    def _admission(self) -> Middleware:
        @web.middleware
        async def admission(request: web.Request, handler: Handler) -> web.StreamResponse:
            require_admission(request, self._listener)
            assert self._connections is not None
            if len(self._connections) > CONNECTIONS_MAX:
                self._metrics.count_turned_away(FrontQueue.CONNECTIONS)
                return _overloaded("connections")
            with self._connections.asking(request.protocol):
                return await handler(request)

        return admission

    async def _rpc(self, request: web.Request) -> web.StreamResponse:
        require_json(request)
        session = self._session(request)
        try:
            async with asyncio.timeout(READ_TIMEOUT_MS / 1_000):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            refusal = Refusal(Code.OUT_OF_BOUNDS, "body")
            return _json(error(None, ErrorNumber.INVALID_REQUEST, refusal), status=413)
        except TimeoutError:
            refusal = Refusal(Code.TIMED_OUT, "body")
            return _json(error(None, ErrorNumber.INVALID_REQUEST, refusal), status=408)
        text = await self._dispatcher.handle(body, session.caller)
        if text is None:
            return web.Response(status=204)
        return web.Response(text=text, content_type=JSON_CONTENT)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        require_known(session)
        if self._is_full(session.caller):
            self._metrics.count_turned_away(FrontQueue.WEBSOCKETS)
            return _overloaded("websockets")
        stream = web.WebSocketResponse(
            heartbeat=PING_SECONDS,
            compress=False,
            max_msg_size=BODY_SIZE_MAX,
            writer_limit=SEND_BUFFER_SIZE,
            timeout=CLOSE_TIMEOUT_MS / 1_000,
        )
        await stream.prepare(request)
        _bound_kernel_buffer(request)
        connection = Connection(stream, self._surroundings, self._patience, session.caller)
        self._websockets.add(connection)
        remaining_ms = self._surroundings.services.sessions.remaining_ms(session)
        expiry = asyncio.get_running_loop().call_later(
            remaining_ms / 1_000, connection.end, CLOSE_TOKEN_EXPIRED
        )
        try:
            await connection.serve()
        finally:
            expiry.cancel()
            self._websockets.discard(connection)
            if request.transport is not None:
                request.transport.abort()  # closing would wait for a reader that never reads
        return stream

    def _session(self, request: web.Request) -> Session:
        return session_of(request, self._listener, self._surroundings.services.sessions)

    def _is_full(self, caller: Caller) -> bool:
        """Say whether a caller may open no WebSocket more."""
        if len(self._websockets) >= WEBSOCKETS_MAX:
            return True
        if caller.account is None:
            return False
        own = sum(1 for item in self._websockets if item.caller.account == caller.account)
        return own >= WEBSOCKETS_PER_ACCOUNT_MAX

    async def _show_metrics(self, request: web.Request) -> web.StreamResponse:
        require_operator(self._session(request))
        body = await self._backend.metrics() + self._metrics.exposition()
        return web.Response(body=body, headers={"Content-Type": METRICS_CONTENT})

    async def _show_health(self, request: web.Request) -> web.StreamResponse:
        require_known(self._session(request))
        health = await self._backend.health()
        status = await self._backend.status()
        content: Json = {
            "ok": health.ok,
            "reasons": list(health.reasons),
            "height": status.height,
            "syncing": status.syncing,
            "peers": status.peers,
        }
        return _json(content, status=200 if health.ok else 503)


def _bound_kernel_buffer(request: web.Request) -> None:
    """Keep the kernel from taking megabytes for a reader that does not read."""
    assert request.transport is not None
    line: socket.socket = request.transport.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_SIZE)


def _json(content: Json, status: int) -> web.Response:
    return web.Response(text=strict_json.dumps(content), status=status, content_type=JSON_CONTENT)


def _overloaded(field: str) -> web.Response:
    response = _json(error(None, ErrorNumber.REFUSED, Refusal(Code.OVERLOADED, field)), status=503)
    response.headers["Retry-After"] = str(-(-RETRY_AFTER_MS // 1_000))
    response.force_close()
    return response
