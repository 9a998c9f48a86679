"""The life of the JSON-RPC server: start, follow the chain, stop."""

import asyncio
import logging
import socket

from aiohttp import web

from ledger.refusal import Refused
from node.event_hub import CommittedBlock, EventHub
from node.rpc.application import Application
from node.rpc.backend import Backend
from node.rpc.block_cache import BlockCache
from node.rpc.connections import Connections
from node.rpc.dispatcher import Surroundings
from node.rpc.limits import BACKLOG, KEEPALIVE_MS, RETRY_AFTER_MS
from node.rpc.listener import RpcListener, server_tls
from node.rpc.metrics import FrontMetrics, FrontQueue
from node.rpc.quotas import Quotas
from node.rpc.services import Services
from node.rpc.websocket import Patience

_log = logging.getLogger(__name__)

POLL_MS = 60_000
SHUTDOWN_SECONDS = 2.0


class RpcServer:
    """A running server. `serve` keeps it following the chain; `stop` ends it."""

    def __init__(
        self,
        services: Services,
        application: Application,
        runner: web.AppRunner,
        connections: Connections,
    ) -> None:
        self._services = services
        self._application = application
        self._runner = runner
        self._connections = connections

    @classmethod
    async def start(
        cls,
        backend: Backend,
        metrics: FrontMetrics,
        listener: RpcListener,
        listening: socket.socket,
        patience: Patience | None = None,
    ) -> "RpcServer":
        """Serve those who come to a listening socket (see `listener.listen`)."""
        status = await backend.status()
        services = Services(backend, BlockCache(backend), EventHub(status.height), listener.names())
        metrics.watch_queue(
            FrontQueue.WAITERS, services.hub.waiters_max, lambda: services.hub.waiters
        )
        surroundings = Surroundings(services, metrics, Quotas(listener.calls_per_second))
        application = Application(surroundings, metrics, listener, patience or Patience())
        runner = web.AppRunner(
            application.routes(),
            access_log=None,
            keepalive_timeout=KEEPALIVE_MS / 1_000,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        server = runner.server
        assert server is not None
        connections = Connections(server)
        application.watch_connections(connections)
        tls = server_tls(listener)
        await web.SockSite(runner, listening, ssl_context=tls, backlog=BACKLOG).start()
        return cls(services, application, runner, connections)

    @property
    def port(self) -> int:
        """The port it listens on."""
        address = self._runner.addresses[0]
        port = address[1]
        assert isinstance(port, int)
        return port

    async def serve(self) -> None:
        """Follow the chain, wake those who wait, close silent sockets, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._connections.watch())
            group.create_task(self._follow())

    async def _follow(self) -> None:
        hub, backend = self._services.hub, self._services.backend
        while not hub.closed:
            try:
                tip = await backend.wait_for_block(hub.height, POLL_MS)
                while hub.height < tip:
                    hub.publish(await self._next_block(tip))
            except Refused as refused:  # the node is busy or paused; it is asked until it is gone
                _log.warning("the node gives no word of its blocks: %s", refused)
                await asyncio.sleep(RETRY_AFTER_MS / 1_000)

    async def stop(self) -> None:
        """Answer those who wait, close every connection, free the port."""
        self._services.hub.close()
        self._application.close()
        await self._runner.cleanup()

    async def _next_block(self, tip: int) -> CommittedBlock:
        """Return what waiters need of the next block; nobody waiting, skip to the tip."""
        hub = self._services.hub
        if hub.waiters == 0:
            return CommittedBlock(tip, 0, frozenset())
        return await self._services.backend.committed_block(hub.height + 1)
