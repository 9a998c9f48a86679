"""Answers to peers that catch up or lack transactions: one at a time, so that voting goes first."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from ledger.refusal import Code, Refused, require
from node.chain import Chain
from node.network.lanes import Lane
from node.network.link import Link
from node.network.messages import (
    BlocksFound,
    GetBlocks,
    GetPiece,
    GetSnapshot,
    GetTransactions,
    PieceFound,
    SnapshotFound,
    TransactionsFound,
)
from node.snapshot.rows import Part, encode_manifest
from node.snapshot.shelf import SnapshotShelf

REQUESTS_MAX = 64
"""Requests of all peers that wait; more are dropped, and asked again elsewhere."""
REQUESTS_PER_PEER_MAX = 4
BLOCKS_BYTES_MAX = 2 * 1024 * 1024
"""A reply holds blocks up to this size together, and one block in any case."""
TRANSACTIONS_BYTES_MAX = 4 * 1024 * 1024
BACKLOG_BYTES_MAX = 4 * 1024 * 1024
"""A peer for which more waits gets no answer before it has read some of it."""

Request: TypeAlias = GetBlocks | GetTransactions | GetSnapshot | GetPiece


class Server:
    """Serves blocks and snapshots from the store, transactions from wherever they are at hand."""

    def __init__(
        self, chain: Chain, find: Callable[[bytes], bytes | None], shelf: SnapshotShelf
    ) -> None:
        self._chain = chain
        self._find = find
        self._shelf = shelf
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="serving")
        self._requests: deque[tuple[Link, Request]] = deque()
        self._filled = asyncio.Event()

    def receive(self, link: Link, request: Request) -> None:
        """Answer at once what consensus waits for; queue what catch-up wants."""
        if link.waiting_bytes > BACKLOG_BYTES_MAX:
            return  # it asks faster than it listens
        if isinstance(request, GetTransactions):
            link.send(self._transactions(request), Lane.REPLY)
            return
        of_peer = sum(1 for other, _ in self._requests if other is link)
        if len(self._requests) < REQUESTS_MAX and of_peer < REQUESTS_PER_PEER_MAX:
            self._requests.append((link, request))
            self._filled.set()

    async def run(self) -> None:
        """Serve blocks and snapshots until cancelled."""
        while True:
            await self._filled.wait()
            link, request = self._requests.popleft()
            if not self._requests:
                self._filled.clear()
            if not link.alive:
                continue
            match request:
                case GetBlocks():
                    link.send(await self._blocks(request), Lane.REPLY)
                case GetSnapshot() | GetPiece():
                    await self._serve_snapshot(link, request)

    def close(self) -> None:
        """Finish what is read at the moment, and close all snapshots."""
        self._thread.shutdown(wait=True)
        self._shelf.close()

    async def _serve_snapshot(self, link: Link, request: GetSnapshot | GetPiece) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._thread, self._of_snapshot, request)
        except Refused as refused:
            link.count_invalid(f"snapshot: {refused}")
            return
        link.send(found, Lane.REPLY)

    def _of_snapshot(self, request: GetSnapshot | GetPiece) -> SnapshotFound | PieceFound:
        if isinstance(request, GetSnapshot):
            manifest = self._shelf.offer()
            data = b"" if manifest is None else encode_manifest(manifest)
            return SnapshotFound(request.number, data)
        require(request.part in set(Part), Code.SCHEMA, "snapshot.part")
        piece = self._shelf.piece(request.anchor_height, Part(request.part), request.start)
        if piece is None:
            return PieceFound(request.number, is_known=False, rows=(), next_start=b"")
        next_start = piece.next_start or b""
        return PieceFound(request.number, is_known=True, rows=piece.rows, next_start=next_start)

    def _transactions(self, request: GetTransactions) -> TransactionsFound:
        found: list[bytes] = []
        size = 0
        for tx_hash in request.hashes:
            data = self._find(tx_hash)
            if data is not None and size + len(data) <= TRANSACTIONS_BYTES_MAX:
                found.append(data)
                size += len(data)
        return TransactionsFound(request.number, tuple(found))

    async def _blocks(self, request: GetBlocks) -> BlocksFound:
        found: list[tuple[bytes, bytes]] = []
        size = 0
        last = min(request.height + request.count - 1, self._chain.tip.height)
        if request.height < self._chain.first_body:
            # Its body was left elsewhere; an empty answer sends the asker to another peer.
            return BlocksFound(request.number, ())
        for height in range(request.height, last + 1):
            block = self._chain.block_bytes(height)
            size += len(block)
            if found and size > BLOCKS_BYTES_MAX:
                break
            found.append((block, self._chain.certificate_bytes(height)))
            await asyncio.sleep(0)
        return BlocksFound(request.number, tuple(found))
