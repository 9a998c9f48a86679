"""What the operator of a running node asks of it: over a socket in its data folder, one line each.

Whoever may enter the data folder may read the validator key as well, so the socket asks for nothing
more. A request and its answer are JSON objects; the answer has `done` or `failed` with a `remedy`.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from node.errors import NodeFailure
from node.files import PRIVATE_FILE

LINE_SIZE_MAX = 64 * 1024
CALLS_MAX = 4
"""Requests under way; more wait in the socket."""
ANSWER_TIMEOUT_S = 24 * 3_600.0
"""A backup of a long chain takes its time."""

_NAME = "control"
_log = logging.getLogger(__name__)

Request: TypeAlias = Mapping[str, object]
Operation: TypeAlias = Callable[[Request], Awaitable[Mapping[str, object]]]


class NotControllable(NodeFailure):
    """The running node cannot be asked."""

    def __init__(self, data: Path, problem: str) -> None:
        super().__init__(
            f"the node that runs {data} cannot be asked: {problem}",
            "Run the command as the user of the node, or stop the node first.",
        )


class OperationFailed(NodeFailure):
    """The node tried and could not."""


class Control:
    """Serves the operator's requests until `close`."""

    def __init__(self, data: Path, operations: Mapping[str, Operation]) -> None:
        self._data = data
        self._operations = operations
        self._places = asyncio.Semaphore(CALLS_MAX)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a node whose folder takes no socket runs on without."""
        try:
            listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            (self._data / _NAME).unlink(missing_ok=True)
            with _reachable(self._data) as folder:
                listening.bind(f"{folder}/{_NAME}")
            (self._data / _NAME).chmod(PRIVATE_FILE)
        except OSError as error:
            fields = {"why": error.strerror or str(error)}
            _log.warning("no socket for the operator in the data folder", extra=fields)
            return
        self._server = await asyncio.start_unix_server(
            self._serve, sock=listening, limit=LINE_SIZE_MAX
        )

    async def close(self) -> None:
        """Stop listening; what is under way is cut off by the end of the process."""
        if self._server is not None:
            self._server.close()
            (self._data / _NAME).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._places:
                answer = await self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError) as error:
            _log.warning("a request of the operator ended early", extra={"why": str(error)})
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Mapping[str, object]:
        request = json.loads(line)
        if not isinstance(request, dict) or request.get("operation") not in self._operations:
            return {"failed": "unknown operation", "remedy": "Use the same software on both sides."}
        name = request["operation"]
        _log.info("the operator asks for", extra={"operation": name})
        try:
            return {"done": await self._operations[name](request)}
        except NodeFailure as failure:
            return {"failed": failure.what, "remedy": failure.remedy}
        except OSError as error:
            return {"failed": str(error), "remedy": "Look at space and permissions there."}


def ask_node(data: Path, request: Request) -> dict[str, Any]:
    """Ask the node that runs a data folder; return what it did, or raise NodeFailure."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_TIMEOUT_S)
            with _reachable(data) as folder:
                connection.connect(f"{folder}/{_NAME}")
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as file:
                answer = json.loads(file.readline(LINE_SIZE_MAX))
    except (OSError, ValueError) as error:
        raise NotControllable(data, str(error)) from error
    if "done" not in answer:
        raise OperationFailed(answer["failed"], answer["remedy"])
    done: dict[str, Any] = answer["done"]
    return done


@contextmanager
def _reachable(folder: Path) -> Iterator[str]:
    """Give a short path to a folder, for sockets take no long ones."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        short = f"/proc/self/fd/{descriptor}"
        yield short if Path(short).exists() else str(folder)
    finally:
        os.close(descriptor)
