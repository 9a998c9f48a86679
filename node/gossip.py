"""Gossip of transactions: batches of opaque bytes to every peer, each transaction once.

What this node took in goes to all peers but the one it came from. A batch leaves at once when none
left just before, otherwise after a few milliseconds or when it is full.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from ledger.refusal import Code, Refusal
from node.intake import Intake
from node.network.lanes import Lane
from node.network.link import Link
from node.network.messages import GOSSIP_TRANSACTIONS_MAX, Transactions
from node.network.peers import Peers

BATCH_INTERVAL_S = 0.01
BATCH_BYTES_MAX = 256 * 1024
"""A batch is sent before it grows beyond this."""
INBOUND_BYTES_MAX = 8 * 1024 * 1024
"""Most bytes of batches that wait to be judged; a batch beyond it is dropped."""
OFFER_BYTES_MAX = 1024 * 1024
"""How much of what waits is offered to a peer that has just connected."""

_NEVER_PASSED_ON = (Code.SCHEMA, Code.BAD_SIGNATURE, Code.WRONG_CHAIN)


class Gossip:
    """Both directions of gossip. `run` judges what peers sent."""

    def __init__(self, intake: Intake, peers: Peers) -> None:
        self._intake = intake
        self._peers = peers
        self._outgoing: dict[bytes | None, list[bytes]] = {}
        self._outgoing_size: dict[bytes | None, int] = {}
        self._flush_timer: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0
        self._inbound: deque[tuple[bytes, list[bytes]]] = deque()
        self._inbound_size = 0
        self._filled = asyncio.Event()
        self.dropped_batches = 0
        """Batches of peers that met a full queue."""

    @property
    def inbound_size(self) -> int:
        """Bytes that wait to be judged."""
        return self._inbound_size

    def offer(self, items: Iterable[bytes], source: bytes | None) -> None:
        """Send on what was taken in; `source` is the peer that it came from."""
        for data in items:
            batch = self._outgoing.setdefault(source, [])
            size = self._outgoing_size.get(source, 0)
            if size + len(data) > BATCH_BYTES_MAX or len(batch) >= GOSSIP_TRANSACTIONS_MAX:
                self._send(source)
                batch, size = self._outgoing.setdefault(source, []), 0
            batch.append(data)
            self._outgoing_size[source] = size + len(data)
        self._flush_soon()

    def flush(self) -> None:
        """Send what is collected now, for instance before a proposal that names it."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        self._flushed_at = asyncio.get_running_loop().time()
        for source in list(self._outgoing):
            self._send(source)

    def greet(self, link: Link, waiting: Iterable[bytes]) -> None:
        """Offer a new peer what waits here; it may have missed it."""
        batch: list[bytes] = []
        size = total = 0
        for data in waiting:
            total += len(data)
            if total > OFFER_BYTES_MAX:
                break
            if size + len(data) > BATCH_BYTES_MAX:
                link.send(Transactions(tuple(batch)), Lane.GOSSIP)
                batch, size = [], 0
            batch.append(data)
            size += len(data)
        if batch:
            link.send(Transactions(tuple(batch)), Lane.GOSSIP)

    def receive(self, source: bytes, items: Sequence[bytes]) -> None:
        """Queue a batch of a peer."""
        fresh = self._intake.announce(items)
        size = sum(len(data) for data in fresh)
        if not fresh:
            return
        if self._inbound_size + size > INBOUND_BYTES_MAX:
            self._intake.drop(fresh)
            self.dropped_batches += 1
            return
        self._inbound.append((source, fresh))
        self._inbound_size += size
        self._filled.set()

    async def run(self) -> None:
        """Judge what peers sent, until cancelled."""
        while True:
            await self._filled.wait()
            source, items = self._inbound.popleft()
            if not self._inbound:
                self._filled.clear()
            refusals = await self._intake.add(items, source)
            self._inbound_size -= sum(len(data) for data in items)
            self._blame(source, refusals)

    def _blame(self, source: bytes, refusals: Iterable[Refusal | None]) -> None:
        """Count against a peer what no correct node passes on."""
        link = self._peers.link(source)
        for refusal in refusals:
            if link is not None and refusal is not None and refusal.code in _NEVER_PASSED_ON:
                link.count_invalid(f"gossip: {refusal.code.label}")

    def _flush_soon(self) -> None:
        if self._flush_timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait_s = self._flushed_at + BATCH_INTERVAL_S - loop.time()
        if wait_s <= 0:
            self.flush()
        else:
            self._flush_timer = loop.call_later(wait_s, self.flush)

    def _send(self, source: bytes | None) -> None:
        batch = self._outgoing.pop(source, [])
        self._outgoing_size.pop(source, None)
        if batch:
            self._peers.broadcast(Transactions(tuple(batch)), Lane.GOSSIP, besides=source)
