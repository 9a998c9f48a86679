"""The life of the JSON-RPC server: start, follow the chain, stop."""

from aiohttp import web

from node.event_hub import CommittedBlock, EventHub
from node.metrics import Metrics, Queue
from node.rpc.application import Application
from node.rpc.backend import Backend
from node.rpc.block_cache import BlockCache
from node.rpc.dispatcher import CallSlots, Surroundings
from node.rpc.limits import KEEPALIVE_MS
from node.rpc.listener import RpcListener, require_safe, server_tls
from node.rpc.services import Services
from node.rpc.websocket import Patience

POLL_MS = 60_000
SHUTDOWN_SECONDS = 2.0
BACKLOG = 256


class RpcServer:
    """A running server. `serve` keeps it following the chain; `stop` ends it."""

    def __init__(self, services: Services, application: Application, runner: web.AppRunner) -> None:
        self._services = services
        self._application = application
        self._runner = runner

    @classmethod
    async def start(
        cls,
        backend: Backend,
        metrics: Metrics,
        listener: RpcListener,
        patience: Patience | None = None,
    ) -> "RpcServer":
        """Listen on an address; raise BadConfig where it is not safe, OSError where it is taken."""
        require_safe(listener)
        status = await backend.status()
        services = Services(backend, BlockCache(backend), EventHub(status.height))
        metrics.process.watch_queue(
            Queue.WAITERS, services.hub.waiters_max, lambda: services.hub.waiters
        )
        surroundings = Surroundings(services, metrics.rpc, CallSlots())
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
        application.watch_connections(lambda: len(server.connections))
        site = web.TCPSite(
            runner,
            listener.host,
            listener.port,
            ssl_context=server_tls(listener),
            backlog=BACKLOG,
        )
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        return cls(services, application, runner)

    @property
    def port(self) -> int:
        """The port it listens on."""
        address = self._runner.addresses[0]
        port = address[1]
        assert isinstance(port, int)
        return port

    async def serve(self) -> None:
        """Follow the chain and wake those who wait, until cancelled."""
        hub, backend = self._services.hub, self._services.backend
        while not hub.closed:
            tip = await backend.wait_for_block(hub.height, POLL_MS)
            while hub.height < tip:
                hub.publish(await self._next_block(tip))

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
