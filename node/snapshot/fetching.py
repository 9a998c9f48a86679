"""Fetching a snapshot where blocks alone would take too long: a joining node, or one far behind.

Everything comes from one peer, beside whatever the node does, into a store of its own. Nothing of
it counts before all of it is proven (`building`); then the process stops, exchanges the stores and
goes on from there by block sync. What a peer claims decides only whom to ask.
"""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from ledger.genesis import Genesis
from ledger.refusal import Code, Refused, require
from node.chain import Chain
from node.disk_guard import require_space
from node.errors import DiskFull
from node.files import sync_folder
from node.home import Home
from node.network.link import Link
from node.network.messages import GetPiece, GetSnapshot, PieceFound, SnapshotFound
from node.network.peers import Peers
from node.snapshot.building import SnapshotBuilder
from node.snapshot.rows import Part, decode_manifest
from node.snapshot.transfer import PROVEN_PARTS, taker
from node.store.engine import KeyValueEngine
from node.store.opening import open_engine
from node.sync import BlockSync

LOOK_INTERVAL_S = 0.2
ANSWER_TIMEOUT_S = 20.0
RETRY_S = 600.0
"""For how long a peer that gave no sound snapshot is not asked again."""
PATIENCE_S = 60.0
PACE_BYTES_S = 128 * 1024
"""Whoever lets us wait longer than the patience plus what its bytes take at this pace is too slow:
blocks are not fetched meanwhile."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class NoAnswer(Exception):
    """The peer gave nothing in time, too little in that time, or no longer has what it offered."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a snapshot goes, and when one is worth it."""

    home: Home
    engine: str
    genesis: Genesis
    blocks_behind: int
    """How far behind a node fetches a snapshot; 0 never."""
    spare_bytes: int = 0
    """What stays free on the disk while one is fetched, lest it stop the node itself."""

    @property
    def folder(self) -> Path:
        """The store that is being made."""
        return self.home.data / "chain.fetching"


@dataclass(slots=True)
class _Patience:
    """What one peer gave for the time that we waited for it."""

    waited_s: float = 0.0
    received: int = 0

    def count(self, waited_s: float, rows: Sequence[bytes]) -> None:
        """Count one answer; raise NoAnswer where all of them together came too slowly."""
        self.waited_s += waited_s
        self.received += sum(map(len, rows))
        if self.waited_s > PATIENCE_S + self.received / PACE_BYTES_S:
            raise NoAnswer


class SnapshotSync:
    """Fetches one snapshot at most; `ready` is set when it lies beside the chain, proven."""

    def __init__(self, chain: Chain, peers: Peers, sync: BlockSync, place: Place) -> None:
        self._chain = chain
        self._peers = peers
        self._sync = sync
        self._place = place
        self._failed: dict[bytes, float] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="snapshot")
        self._is_fetching = False
        self.ready = asyncio.Event()
        sync.give_way(self._holds_blocks)

    async def run(self) -> None:
        """Fetch a snapshot once that is worth it, until cancelled."""
        while self._place.blocks_behind and not self.ready.is_set():
            await asyncio.sleep(LOOK_INTERVAL_S)
            link = self._whom_to_ask()
            if link is None:
                continue
            self._is_fetching = True
            try:
                await self._fetch_from(link)
            finally:
                self._is_fetching = False

    def close(self) -> None:
        """Finish the step that is under way."""
        self._thread.shutdown(wait=True)

    def _holds_blocks(self) -> bool:
        """Say whether blocks need not be fetched: a snapshot is here, coming, or about to be."""
        if self._is_fetching or self.ready.is_set():
            return True
        return bool(self._place.blocks_behind) and self._whom_to_ask() is not None

    def _whom_to_ask(self) -> Link | None:
        """Return the nearest peer that claims to be far ahead, without one that failed lately."""
        now = asyncio.get_running_loop().time()
        far = self._chain.tip.height + self._place.blocks_behind
        able = [
            link
            for link in self._peers.links()
            if self._sync.claim(link.peer.node_id) > far
            and now >= self._failed.get(link.peer.node_id, 0.0)
        ]
        return min(able, key=lambda link: link.round_trip_ms, default=None)

    async def _fetch_from(self, link: Link) -> None:
        engine = await self._in_thread(self._fresh_store)
        fields = {"peer": link.peer.label}
        try:
            await self._fetch(link, engine)
        except NoAnswer:
            self._fail(link)
            _log.warning("peer gave no snapshot", extra=fields)
        except DiskFull as full:
            for known in self._peers.links():
                self._fail(known)
            _log.warning("no room for a snapshot", extra={"free_bytes": full.free_bytes})
        except Refused as refused:
            self._fail(link)
            _log.warning(
                "peer gave a snapshot that does not prove itself",
                extra={**fields, "why": str(refused)},
            )
            link.close("a snapshot that does not prove itself")
        else:
            self.ready.set()
        finally:
            await self._in_thread(engine.close)
            if not self.ready.is_set():
                await self._in_thread(self._forget_store)

    def _fail(self, link: Link) -> None:
        self._failed[link.peer.node_id] = asyncio.get_running_loop().time() + RETRY_S

    def _forget_store(self) -> None:
        shutil.rmtree(self._place.folder, ignore_errors=True)

    def _fresh_store(self) -> KeyValueEngine:
        self._forget_store()
        return open_engine(self._place.engine, self._place.folder)

    async def _fetch(self, link: Link, engine: KeyValueEngine) -> None:
        found = await link.ask(GetSnapshot, SnapshotFound, ANSWER_TIMEOUT_S)
        if found is None or not found.manifest:
            raise NoAnswer
        manifest = decode_manifest(found.manifest)
        far = self._chain.tip.height + self._place.blocks_behind
        require(manifest.anchor_height > far, Code.NOT_FOUND, "snapshot.anchor_height")
        fields = {"peer": link.peer.label, "height": manifest.anchor_height}
        _log.info("a snapshot is fetched", extra={**fields, "values": manifest.values})
        builder = SnapshotBuilder(engine, self._place.genesis, manifest)
        patience = _Patience()
        for part in PROVEN_PARTS:
            pieces = self._pieces(link, manifest.anchor_height, part, patience)
            take, count = taker(builder, part), 0
            async for rows in pieces:
                require_space(self._place.folder, self._place.spare_bytes)
                await self._in_thread(partial(take, rows))
                count += len(rows)
            _log.info("part of the snapshot is proven", extra={"part": part.name, "rows": count})
        tip = await self._in_thread(builder.finish)
        fields = {"height": tip.height, "state_root": tip.tree.state_root()}
        _log.info("the snapshot is whole and proven", extra=fields)

    async def _pieces(
        self, link: Link, anchor_height: int, part: Part, patience: _Patience
    ) -> AsyncIterator[tuple[bytes, ...]]:
        """Yield the rows of a part, piece by piece."""
        clock = asyncio.get_running_loop().time
        start = b""
        while True:
            request = partial(GetPiece, anchor_height=anchor_height, part=int(part), start=start)
            asked = clock()
            piece = await link.ask(request, PieceFound, ANSWER_TIMEOUT_S)
            if piece is None or not piece.is_known:
                raise NoAnswer
            patience.count(clock() - asked, piece.rows)
            yield piece.rows
            if not piece.next_start:
                return
            require(piece.next_start > start and bool(piece.rows), Code.SCHEMA, "snapshot.start")
            start = piece.next_start

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def exchange_stores(place: Place, height: int) -> None:
    """Put a fetched store in the place of the chain, which stopped at a height; nothing runs.

    A chain that had blocks is kept beside it: its old bodies may be nowhere else. A crash in
    between is met by `finish_exchange`.
    """
    before = place.home.data / f"chain.before-{height}"
    whole = _whole(place.home)
    for left in (before, whole):
        shutil.rmtree(left, ignore_errors=True)
    place.folder.rename(whole)
    place.home.chain.rename(before)
    finish_exchange(place.home)
    if not height:
        shutil.rmtree(before)


def finish_exchange(home: Home) -> None:
    """Put a whole store where the chain is missing, because an exchange was cut short."""
    whole = _whole(home)
    if whole.exists() and not home.chain.exists():
        whole.rename(home.chain)
        sync_folder(home.data)


def _whole(home: Home) -> Path:
    """Where a store lies that is whole and proven, for the moment of the exchange."""
    return home.data / "chain.fetched"
