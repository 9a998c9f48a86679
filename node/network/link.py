"""One established connection to a peer: reads frames, writes lanes, keeps the line alive, asks.

A link exists only after both sides have said a right hello. Whatever arrives is decoded here, once;
the handler gets values and must not block.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ledger.refusal import Refused
from node.clock import Clock
from node.config import Address
from node.network.frames import PREFIX_SIZE, Kind, decode_prefix
from node.network.lanes import Lane, LaneLimits, Lanes
from node.network.messages import (
    Answer,
    BlocksFound,
    Hello,
    Message,
    PieceFound,
    Ping,
    Pong,
    SnapshotFound,
    TransactionsFound,
    decode_message,
    encode_message,
)
from node.network.tls import PeerIdentity

PING_INTERVAL_S = 1.0
DEAD_AFTER_S = 3.0
"""Silence after which a link is closed; a peer that lives says something every second."""
INVALID_FRAMES_MAX = 16
"""Frames that cannot be decoded, or are refused, before the link is closed."""
CLOCK_OFFSET_MAX_MS = 2**48
"""Wall clocks further apart than that, over 8,000 years, are said to be so far apart."""
OUTSTANDING_MAX = 2
"""Requests to one peer that wait for an answer at the same time."""
READ_CHUNK_SIZE = 64 * 1024
WRITE_CHUNK_SIZE = 64 * 1024
CLOSE_TIMEOUT_S = 1.0

A = TypeVar("A", TransactionsFound, BlocksFound, SnapshotFound, PieceFound)


class LinkHandler(Protocol):
    """Who hears what arrives on a link. Calls come from the event loop and must return at once."""

    def received(self, link: "Link", message: Message) -> None:
        """Take a decoded message that is neither a ping nor an answer."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The two ends of a TLS connection as asyncio gives them."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, and how it was reached."""

    identity: PeerIdentity
    hello: Hello
    address: Address
    dialled: bool
    """True where this node opened the connection."""

    @property
    def node_id(self) -> bytes:
        """The peer's raw TLS key."""
        return self.identity.node_id

    @property
    def label(self) -> str:
        """A short name for logs."""
        return self.node_id.hex()[:8]


class LinkClosed(Exception):
    """Ends a link; the text says why."""


class Link:
    """One connection. `run` returns the reason why it ended."""

    def __init__(
        self,
        stream: Stream,
        peer: Peer,
        handler: LinkHandler,
        limits: LaneLimits,
        clock: Clock,
    ) -> None:
        self.peer = peer
        self._stream = stream
        self._handler = handler
        self._lanes = Lanes(limits)
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._invalid_frames = 0
        self._asked: dict[int, asyncio.Future[Answer | None]] = {}
        self._asking = asyncio.Semaphore(OUTSTANDING_MAX)
        self._next_number = 0
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self.round_trip_ms = 0
        """Of the latest ping."""
        self.clock_offset_ms: int | None = None
        """How far the peer's wall clock is ahead of this node's, as the latest ping showed."""

    async def run(self) -> str:
        """Serve the link until it ends; return why."""
        tasks = [
            asyncio.create_task(self._until_failure(step))
            for step in (self._read, self._write, self._keep_alive)
        ]
        try:
            return await asyncio.shield(self._ended)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for waiting in self._asked.values():
                if not waiting.done():
                    waiting.set_result(None)
            await close_stream(self._stream)

    def close(self, reason: str) -> None:
        """End the link."""
        if not self._ended.done():
            self._ended.set_result(reason)

    @property
    def alive(self) -> bool:
        """False as soon as the link is being closed."""
        return not self._ended.done()

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait to be sent."""
        return self._lanes.waiting_bytes

    @property
    def dropped_frames(self) -> int:
        """Frames that this peer was too slow for."""
        return self._lanes.dropped

    def send(self, message: Message, lane: Lane) -> None:
        """Queue a message."""
        self.send_frame(encode_message(message), lane)

    def send_frame(self, frame: bytes, lane: Lane) -> None:
        """Queue an encoded frame, which may be shared by many links."""
        if not self._lanes.put(lane, frame) and lane is Lane.URGENT:
            self.close("too slow for votes")

    async def ask(
        self, request: Callable[[int], Message], answer: type[A], timeout_s: float
    ) -> A | None:
        """Send the request made for a fresh number; return its answer, None in case of silence."""
        async with self._asking:
            if not self.alive:
                return None
            self._next_number += 1
            number = self._next_number
            waiting: asyncio.Future[Answer | None] = self._loop.create_future()
            self._asked[number] = waiting
            self.send(request(number), Lane.REPLY)
            try:
                async with asyncio.timeout(timeout_s):
                    found = await waiting
            except TimeoutError:
                return None
            finally:
                del self._asked[number]
            return found if isinstance(found, answer) else None

    def count_invalid(self, reason: str) -> None:
        """Count something the peer should not have sent; close the link when that is too much."""
        self._invalid_frames += 1
        if self._invalid_frames >= INVALID_FRAMES_MAX:
            self.close(f"too many invalid frames, the last: {reason}")

    async def _until_failure(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except LinkClosed as error:
            self.close(str(error))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close(f"connection lost: {type(error).__name__}")
        except Refused as error:
            self.close(f"bad frame: {error}")

    async def _read(self) -> None:
        reader = self._stream.reader
        while True:
            kind, size = decode_prefix(await reader.readexactly(PREFIX_SIZE))
            self._heard_at = self._loop.time()
            body = await self._read_body(size)
            try:
                message = decode_message(kind, body)
            except Refused as error:
                self.count_invalid(str(error))
                continue
            self._dispatch(message)

    async def _read_body(self, size: int) -> bytes:
        """Read in chunks, so that a large frame on a slow line counts as a sign of life."""
        chunks = []
        while size:
            chunk = await self._stream.reader.readexactly(min(size, READ_CHUNK_SIZE))
            self._heard_at = self._loop.time()
            size -= len(chunk)
            chunks.append(chunk)
        return b"".join(chunks)

    def _dispatch(self, message: Message) -> None:
        match message:
            case Ping():
                self.send(Pong(message.number, self._clock.wall_ms()), Lane.URGENT)
            case Pong():
                self._measure(message)
            case TransactionsFound() | BlocksFound() | SnapshotFound() | PieceFound():
                waiting = self._asked.get(message.number)
                # Late and unsolicited answers are dropped quietly: slowness is no breach.
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
            case Hello():
                self.count_invalid("second hello")
            case _:
                self._handler.received(self, message)

    def _measure(self, pong: Pong) -> None:
        """Take from an answered ping how far away the peer is, and how its clock stands."""
        self.round_trip_ms = max(0, _milliseconds(self._loop.time()) - pong.number)
        sent_ms = self._clock.wall_ms() - self.round_trip_ms // 2
        offset_ms = pong.wall_ms - sent_ms
        self.clock_offset_ms = min(max(offset_ms, -CLOCK_OFFSET_MAX_MS), CLOCK_OFFSET_MAX_MS)

    async def _write(self) -> None:
        writer = self._stream.writer
        writer.transport.set_write_buffer_limits(high=WRITE_CHUNK_SIZE)
        while True:
            writer.writelines(await self._lanes.take(WRITE_CHUNK_SIZE))
            await writer.drain()

    async def _keep_alive(self) -> None:
        while True:
            self.send(Ping(_milliseconds(self._loop.time())), Lane.URGENT)
            await asyncio.sleep(PING_INTERVAL_S)
            if self._loop.time() - self._heard_at > DEAD_AFTER_S:
                raise LinkClosed("silent")


async def close_stream(stream: Stream) -> None:
    """Close a connection; give the other side a moment, then drop it."""
    stream.writer.close()
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await stream.writer.wait_closed()
    except (OSError, TimeoutError):
        stream.writer.transport.abort()


async def read_hello(stream: Stream) -> Hello:
    """Read the one frame that comes before a link; any other kind is refused, its body unread."""
    kind, size = decode_prefix(await stream.reader.readexactly(PREFIX_SIZE))
    if kind is not Kind.HELLO:
        raise LinkClosed("the first frame is no hello")
    hello = decode_message(kind, await stream.reader.readexactly(size))
    assert isinstance(hello, Hello)
    return hello


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1_000)
