"""Open sockets of the server: the silent ones are closed after a while, sooner at the bound.

A socket that never sends costs a file descriptor and a little memory; a thousand of them must not
keep out those who ask something.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from node.rpc.limits import CONNECTIONS_MAX, SILENT_CONNECTION_MS

SWEEP_SECONDS = 1.0


class Connections:
    """Knows which sockets are asking something, and since when the others do not."""

    def __init__(self, server: web.Server) -> None:
        self._server = server
        self._asking: dict[RequestHandler, int] = {}
        self._silent_since: dict[RequestHandler, float] = {}

    def __len__(self) -> int:
        """Return how many sockets are open."""
        return len(self._server.connections)

    @contextmanager
    def asking(self, protocol: RequestHandler) -> Iterator[None]:
        """Count a socket among those that ask, while its request is answered."""
        self._asking[protocol] = self._asking.get(protocol, 0) + 1
        self._silent_since.pop(protocol, None)
        try:
            yield
        finally:
            self._asking[protocol] -= 1
            if not self._asking[protocol]:
                del self._asking[protocol]

    async def watch(self) -> None:
        """Close silent sockets until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(time.monotonic())

    def sweep(self, now: float) -> None:
        """Close what has been silent for too long, and at the bound the longest silent first."""
        silent = [item for item in self._server.connections if item not in self._asking]
        since = {item: self._silent_since.get(item, now) for item in silent}
        surplus = len(self) - CONNECTIONS_MAX // 2
        for item in sorted(silent, key=lambda each: since[each]):
            is_late = (now - since[item]) * 1_000 >= SILENT_CONNECTION_MS
            if not is_late and surplus <= 0:
                break
            surplus -= 1
            item.force_close()
            if item.transport is not None:
                item.transport.close()
        self._silent_since = since
