"""Calling on another party at its own address, which may not be open yet."""

import asyncio
import time
from collections.abc import Mapping

import aiohttp

from apps.stage.desk import POLL_SECONDS, Desk

OPENING_SECONDS = 60.0
"""How long somebody waits at a closed door: all processes start at once, some sooner."""


async def call(desk: Desk, role: str, path: str, said: bytes | Mapping[str, object]) -> bytes:
    """Bring bytes or JSON to a role's service and return its answer; raise what it refuses."""
    url = desk.directory.service(role) + path
    body = {"data": said} if isinstance(said, bytes) else {"json": said}
    deadline = time.monotonic() + OPENING_SECONDS
    while True:
        try:
            async with aiohttp.ClientSession() as session, session.post(url, **body) as answer:
                answer.raise_for_status()
                return await answer.read()
        except aiohttp.ClientConnectorError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(POLL_SECONDS)
