"""A TCP proxy on loopback that cuts every connection after a number of bytes."""

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_BLOCK = 1_024


class CuttingProxy:
    """Stands before a server. Use it as an asynchronous context manager."""

    def __init__(self, url: str, cut_after: int) -> None:
        self._target = urlsplit(url)
        self._cut_after = cut_after
        self._tasks: set[asyncio.Task[None]] = set()
        self.cuts = 0
        self.passed = 0

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cut what is left and stop."""
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        port = self._target.port
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        left = [self._cut_after]
        try:
            ways = (
                asyncio.create_task(self._pass(reader, there_writer, left)),
                asyncio.create_task(self._pass(there_reader, writer, left)),
            )
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for stream in (writer, there_writer):
                stream.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, left: list[int]
    ) -> None:
        while data := await source.read(_BLOCK):
            if len(data) > left[0]:
                self.cuts += 1
                return
            left[0] -= len(data)
            self.passed += len(data)
            target.write(data)
            await target.drain()
