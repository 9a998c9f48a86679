"""All peers of a node: accepts and dials, keeps one link to each, sends to one or to all.

Peers are listed in the configuration, so there is no discovery: a node dials its list for ever and
also accepts whoever the gatekeeper admits. Where two nodes dial each other, both keep the same one
of the two links.
"""

import asyncio
import logging
import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Protocol

from node.config import Address, NetworkSection
from node.network.admission import Gatekeeper
from node.network.lanes import Lane, LaneLimits
from node.network.link import Link, LinkClosed, LinkHandler, Peer, Stream
from node.network.messages import Message, encode_message
from node.network.tls import TlsContexts

CONNECT_TIMEOUT_S = 3.0
REDIAL_MIN_S = 0.3
REDIAL_MAX_S = 0.9
"""A random pause in between, so that nodes that lost each other do not dial in step."""
HANDSHAKES_MAX = 32
"""Inbound connections that have not said a right hello yet."""
BACKLOG = 64
REPORT_INTERVAL_S = 1.0
"""Between two lines of the log about strangers."""

_log = logging.getLogger(__name__)


class PeersHandler(LinkHandler, Protocol):
    """Who hears of peers."""

    def connected(self, link: Link) -> None:
        """Take note of a peer that has just been admitted."""

    def disconnected(self, link: Link) -> None:
        """Take note that a link has ended."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the network needs to let anybody in or be let in."""

    gatekeeper: Gatekeeper
    contexts: TlsContexts
    jitter: random.Random


class Peers:
    """The set of live links, one for each node id."""

    def __init__(self, settings: NetworkSection, door: Door) -> None:
        self._settings = settings
        self._door = door
        self._handler: PeersHandler | None = None
        self._limits = LaneLimits(
            urgent=settings.consensus_queue_bytes,
            reply=settings.reply_queue_bytes,
            gossip=settings.gossip_queue_bytes,
        )
        self._links: dict[bytes, Link] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._handshakes = 0
        self._server: asyncio.Server | None = None
        self._is_stopping = False
        self._next_report_at = 0.0
        self.refused = 0
        """Connections that ended before a right hello."""

    async def start(self, handler: PeersHandler) -> Address:
        """Listen and begin to dial; return the address that is listened on."""
        self._handler = handler
        listen = self._settings.listen
        self._server = await asyncio.start_server(
            self._accept,
            listen.host,
            listen.port,
            ssl=self._door.contexts.server,
            ssl_handshake_timeout=CONNECT_TIMEOUT_S,
            backlog=BACKLOG,
        )
        for address in self._settings.peers:
            self._spawn(self._dial_for_ever(address))
        host, port = self._server.sockets[0].getsockname()[:2]
        return Address(host, port)

    async def stop(self) -> None:
        """Close all links and stop listening."""
        self._is_stopping = True
        if self._server is not None:
            self._server.close()
        for link in self.links():
            link.close("this node stops")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def links(self) -> Sequence[Link]:
        """Return the live links in the order of node ids."""
        return [self._links[node_id] for node_id in sorted(self._links)]

    def link(self, node_id: bytes) -> Link | None:
        """Return the link to a node."""
        return self._links.get(node_id)

    def longest_queue(self) -> int:
        """Return the bytes that wait for the slowest peer."""
        return max((link.waiting_bytes for link in self._links.values()), default=0)

    def send(self, node_id: bytes, message: Message, lane: Lane) -> None:
        """Send to one node, if it is connected."""
        link = self._links.get(node_id)
        if link is not None:
            link.send(message, lane)

    def broadcast(self, message: Message, lane: Lane, *, besides: bytes | None = None) -> None:
        """Send to every connected node, encoded once; leave out the one it came from."""
        frame = encode_message(message)
        for node_id, link in list(self._links.items()):
            if node_id != besides:
                link.send_frame(frame, lane)

    def _spawn(self, work: Coroutine[object, object, object]) -> None:
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_full = len(self._links) >= self._settings.connections_max
        if self._is_stopping or is_full or self._handshakes >= HANDSHAKES_MAX:
            writer.transport.abort()
            return
        host, port = writer.get_extra_info("peername")[:2]
        self._spawn(self._serve(Stream(reader, writer), Address(host, port), dialled=False))

    async def _dial_for_ever(self, address: Address) -> None:
        known: bytes | None = None
        while True:
            if known is None or known not in self._links:
                known = await self._dial(address) or known
            await asyncio.sleep(self._door.jitter.uniform(REDIAL_MIN_S, REDIAL_MAX_S))

    async def _dial(self, address: Address) -> bytes | None:
        """Connect once and serve the link until it ends; return the node id found there."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(
                    address.host, address.port, ssl=self._door.contexts.client
                )
        except (OSError, TimeoutError) as error:
            _log.debug("cannot reach peer", extra={"address": str(address), "error": str(error)})
            return None
        return await self._serve(Stream(reader, writer), address, dialled=True)

    async def _serve(self, stream: Stream, address: Address, *, dialled: bool) -> bytes | None:
        """Admit whoever is at the other end and serve it; return its node id if it was admitted."""
        try:
            peer = await self._admit(stream, address, dialled=dialled)
            if peer is None:
                return None
            assert self._handler is not None
            clock = self._door.gatekeeper.clock
            link = Link(stream, peer, self._handler, self._limits, clock)
            if self._keeps(link):
                await self._run(link, self._handler)
            return peer.node_id
        finally:
            # Whatever ended it, a cancelled handshake too: nothing of the connection is left.
            stream.writer.transport.abort()

    async def _admit(self, stream: Stream, address: Address, *, dialled: bool) -> Peer | None:
        self._handshakes += 0 if dialled else 1
        try:
            identity, hello = await self._door.gatekeeper.admit(stream, dialled=dialled)
        except LinkClosed as closed:
            self._report_refusal(address, str(closed))
            return None
        finally:
            self._handshakes -= 0 if dialled else 1
        return Peer(identity, hello, address, dialled)

    def _report_refusal(self, address: Address, why: str) -> None:
        """Log who was not admitted, but no faster than strangers could fill a disk."""
        self.refused += 1
        now = asyncio.get_running_loop().time()
        if now >= self._next_report_at:
            self._next_report_at = now + REPORT_INTERVAL_S
            fields = {"address": str(address), "why": why, "refused": self.refused}
            _log.warning("peer not admitted", extra=fields)

    def _keeps(self, link: Link) -> bool:
        """Say whether a new link replaces the one that exists; both ends come to the same answer.

        A peer that restarted (another session) or whose own dialling opened both links has lost the
        old one. Otherwise the two crossed, and the one dialled by the lower node id stays.
        """
        existing = self._links.get(link.peer.node_id)
        if existing is None or not existing.alive:
            return True
        same_session = existing.peer.hello.session == link.peer.hello.session
        if not same_session or existing.peer.dialled == link.peer.dialled:
            return True
        own_id = self._door.gatekeeper.own.node_id
        return link.peer.dialled == (own_id < link.peer.node_id)

    async def _run(self, link: Link, handler: PeersHandler) -> None:
        peer = link.peer
        existing = self._links.get(peer.node_id)
        if existing is not None:
            existing.close("replaced by a newer link")
        self._links[peer.node_id] = link
        fields = {"peer": peer.label, "address": str(peer.address)}
        _log.info("peer connected", extra={**fields, "dialled": peer.dialled})
        if peer.identity.expired_at_ms is not None:
            _log.warning("certificate of peer has run out", extra=fields)
        handler.connected(link)
        try:
            reason = await link.run()
        finally:
            if self._links.get(peer.node_id) is link:
                del self._links[peer.node_id]
            handler.disconnected(link)
        _log.info("peer disconnected", extra={**fields, "why": reason})
