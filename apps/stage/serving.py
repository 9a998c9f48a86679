"""A role's own HTTP service, on the address that the directory gives for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from apps.stage.desk import Desk

REQUEST_SIZE_MAX = 128 * 1024


def new_service() -> web.Application:
    """Return an application that refuses oversized requests."""
    return web.Application(client_max_size=REQUEST_SIZE_MAX)


@asynccontextmanager
async def serving(desk: Desk, application: web.Application) -> AsyncIterator[None]:
    """Serve while the block runs."""
    address = urlsplit(desk.directory.service(desk.role))
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, address.hostname, address.port).start()
        yield
    finally:
        await runner.cleanup()
