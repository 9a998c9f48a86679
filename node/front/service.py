"""The node's end of the pipe: answers what the front asks, within the node's own bounds.

Consensus has precedence: few calls are under way at once, fewer heavy reads still, and a frame that
finds no place stays in the socket, where it holds up the front alone.
"""

import asyncio
import logging
import socket

from ledger.refusal import Code, Refusal, Refused
from node.front.frames import Outcome, encode_frame, read_frame
from node.front.limits import ANSWER_SIZE_MAX, CALLS_MAX, READS_MAX, REQUEST_SIZE_MAX
from node.front.operations import OPERATIONS, Operation
from node.front.values import Misformed, packed
from node.rpc.backend import Backend

logger = logging.getLogger(__name__)


async def serve_front(backend: Backend, pipe: socket.socket) -> None:
    """Answer one front until it hangs up or says what no front says; leave nothing running."""
    reader, writer = await asyncio.open_unix_connection(sock=pipe)
    service = _Service(backend, reader, writer)
    try:
        await service.run()
    except Misformed as error:
        logger.error("the front sent a frame that is none: %s", error)
    finally:
        await service.close()


class _Service:
    def __init__(
        self, backend: Backend, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._backend = backend
        self._reader = reader
        self._writer = writer
        self._places = asyncio.Semaphore(CALLS_MAX)
        self._reads = asyncio.Semaphore(READS_MAX)
        self._calls: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Read frames and let each be answered beside the others."""
        while True:
            await self._places.acquire()
            frame = await read_frame(self._reader, REQUEST_SIZE_MAX)
            if frame is None:
                return
            number, operation, arguments = _call_of(frame)
            task = asyncio.create_task(self._answer(number, operation, arguments))
            self._calls.add(task)
            task.add_done_callback(self._answered)

    async def close(self) -> None:
        """End every call and the pipe."""
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        self._writer.transport.abort()

    def _answered(self, task: "asyncio.Task[None]") -> None:
        self._calls.discard(task)
        self._places.release()

    async def _answer(
        self, number: int, operation: Operation, arguments: tuple[object, ...]
    ) -> None:
        if not operation.is_heavy:
            await self._send(await self._outcome(number, operation, arguments))
            return
        async with self._reads:  # held until it is sent: no answer waits in memory
            await self._send(await self._outcome(number, operation, arguments))

    async def _outcome(
        self, number: int, operation: Operation, arguments: tuple[object, ...]
    ) -> bytes:
        try:
            result = await getattr(self._backend, operation.name)(*arguments)
        except Refused as refused:
            return encode_frame(number, Outcome.REFUSED, packed(refused.refusal))
        except Exception:
            # A fault in answering one question must not stop a validator.
            logger.exception("a call of the front failed", extra={"operation": operation.name})
            return encode_frame(number, Outcome.FAILED, None)
        frame = encode_frame(number, Outcome.ANSWERED, packed(result))
        if len(frame) > ANSWER_SIZE_MAX:
            refusal = Refusal(Code.OUT_OF_BOUNDS, operation.name)
            return encode_frame(number, Outcome.REFUSED, packed(refusal))
        return frame

    async def _send(self, frame: bytes) -> None:
        try:
            self._writer.write(frame)
            await self._writer.drain()
        except ConnectionError:
            pass  # the front is gone; reading notices


def _call_of(frame: list[object]) -> tuple[int, Operation, tuple[object, ...]]:
    number, name, arguments = frame
    operation = OPERATIONS.get(name) if isinstance(name, str) else None
    if operation is None or not isinstance(number, int) or not isinstance(arguments, list):
        raise Misformed("call")
    return number, operation, operation.read_arguments(arguments)
