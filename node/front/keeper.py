"""Keeps a front running beside its node: started, served, started again when it ends.

The listening socket belongs to the node and outlives every front, so that clients who come while
one is being started wait in its backlog. The pipe is an inherited pair of Unix sockets: nobody
else can speak on it, and a front whose node died reads its end and goes too.
"""

import asyncio
import logging
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

from node.front.limits import (
    RESTART_PAUSE_MAX_MS,
    RESTART_PAUSE_MS,
    SETTLED_MS,
    STOP_TIMEOUT_MS,
)
from node.front.service import serve_front
from node.rpc.backend import Backend

_log = logging.getLogger(__name__)


class FrontKeeper:
    """Runs one front after another. Cancelling `run` ends the last one cleanly."""

    def __init__(self, home: Path, backend: Backend, listening: socket.socket) -> None:
        self._home = home
        self._backend = backend
        self._listening = listening
        self.process_id: int | None = None

    async def run(self) -> None:
        """Keep a front running until cancelled; a node votes on whatever becomes of its front."""
        loop = asyncio.get_running_loop()
        pause_ms = RESTART_PAUSE_MS
        while True:
            started = loop.time()
            await self._run_one()
            if (loop.time() - started) * 1_000 >= SETTLED_MS:
                pause_ms = RESTART_PAUSE_MS
            _log.warning("front is started again", extra={"pause_ms": pause_ms})
            await asyncio.sleep(pause_ms / 1_000)
            pause_ms = min(2 * pause_ms, RESTART_PAUSE_MAX_MS)

    async def _run_one(self) -> None:
        """Start a front and serve it until it ends or its pipe breaks."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await self._start(theirs)
        except OSError as error:
            ours.close()
            _log.error("front cannot be started: %s", error)
            return
        self.process_id = process.pid
        serving = asyncio.create_task(serve_front(self._backend, ours))
        ending = asyncio.create_task(process.wait())
        try:
            await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(process)
            serving.cancel()
            for outcome in await asyncio.gather(serving, ending, return_exceptions=True):
                if isinstance(outcome, Exception):
                    _log.error("serving the front failed", exc_info=outcome)
        _log.warning("front ended", extra={"status": process.returncode})

    async def _start(self, pipe: socket.socket) -> Process:
        numbers = (pipe.fileno(), self._listening.fileno())
        arguments = ("--home", str(self._home), "--pipe", str(numbers[0]))
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "node.front", *arguments, "--listening", str(numbers[1])),
            pass_fds=numbers,
            stdin=DEVNULL,
            process_group=0,  # Ctrl-C in a terminal is for the node, which then ends its front
        )


async def _end(process: Process) -> None:
    """Let a front say goodbye to its clients; kill one that takes too long."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_MS / 1_000):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
