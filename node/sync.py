"""Catching up: blocks with their certificates from peers, through the same commit as everything.

Always on, beside consensus. What a peer claims about its height is a hint: it says whom to ask,
and nothing else; a peer that cannot make its claim good is not asked again before it claims anew.
Blocks are fetched in pieces from several peers at once and committed in order.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ledger.block import decode_block
from ledger.certificate import decode_certificate
from ledger.refusal import Code, Refused, require
from node.chain import Chain
from node.commit import Committer
from node.network.link import OUTSTANDING_MAX, Link
from node.network.messages import BlocksFound, GetBlocks
from node.network.peers import Peers

WINDOW = 64
"""Blocks fetched ahead of the tip at most."""
PIECE = 16
"""Blocks asked of one peer at once; with the bound of a reply, at most 8 MiB are on their way."""
ANSWER_TIMEOUT_S = 5.0
NEXT_BLOCK_GRACE_S = 0.3
"""How long consensus is given to finish the very next block before it is fetched."""

GIVE_WAY_S = 0.2
"""Between two looks at whether a snapshot is still on its way."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive blocks from `height` on, as a peer sent them."""

    link: Link
    height: int
    items: tuple[tuple[bytes, bytes], ...]


class BlockSync:
    """Fetches what peers have and this node has not."""

    def __init__(self, chain: Chain, committer: Committer, peers: Peers) -> None:
        self._chain = chain
        self._committer = committer
        self._peers = peers
        self._claims: dict[bytes, int] = {}
        self._idle: set[bytes] = set()
        """Who gave nothing since a block last came this way, whatever it has claimed again."""
        self._hinted = asyncio.Event()
        self._gives_way: Callable[[], bool] = lambda: False
        self.fetched_blocks = 0
        """Blocks that came this way since the start."""

    def hint(self, node_id: bytes, height: int) -> None:
        """Take note of the height that a connected peer claims."""
        self._claims[node_id] = height
        if height > self._chain.tip.height:
            self._hinted.set()

    def forget(self, node_id: bytes) -> None:
        """Forget a peer that is gone."""
        self._claims.pop(node_id, None)

    def give_way(self, holds: Callable[[], bool]) -> None:
        """Fetch no blocks while something holds that is faster: a snapshot."""
        self._gives_way = holds

    def claim(self, node_id: bytes) -> int:
        """Return the height that a peer claims, 0 where it said nothing."""
        return self._claims.get(node_id, 0)

    @property
    def is_behind(self) -> bool:
        """True while a peer claims more than the block that is being decided."""
        return self._target() > self._chain.tip.height + 1

    async def run(self) -> None:
        """Catch up whenever there is something to catch up with, until cancelled."""
        while True:
            await self._hinted.wait()
            self._hinted.clear()
            while self._target() > self._chain.tip.height:
                if self._gives_way():
                    await asyncio.sleep(GIVE_WAY_S)
                    continue
                if not self.is_behind and await self._consensus_finishes():
                    break
                await self._fetch_window()

    def _target(self) -> int:
        return max(self._claims.values(), default=0)

    async def _consensus_finishes(self) -> bool:
        """Wait a moment for the block that is being decided; say whether it was."""
        before = self._chain.tip.height
        await asyncio.sleep(NEXT_BLOCK_GRACE_S)
        return self._chain.tip.height > before

    async def _fetch_window(self) -> None:
        """Fetch one window and commit it as far as it is good."""
        first = self._chain.tip.height + 1
        last = min(self._target(), first + WINDOW - 1)
        plan = self._plan(range(first, last + 1, PIECE), last)
        pieces = await asyncio.gather(
            *(self._fetch(link, height, count) for link, height, count in plan)
        )
        for piece in pieces:
            if piece.height > self._chain.tip.height + 1 or not await self._commit(piece):
                return

    def _plan(self, heights: range, last: int) -> Sequence[tuple[Link, int, int]]:
        """Share the pieces of a window among the peers that claim to have them."""
        plan: list[tuple[Link, int, int]] = []
        for height in heights:
            count = min(PIECE, last - height + 1)
            able = [link for link in self._peers.links() if self._may_have(link, height)]
            loads = {link: sum(1 for other, *_ in plan if other is link) for link in able}
            free = [link for link in able if loads[link] < OUTSTANDING_MAX]
            if not free:
                break
            # Turns by height keep one bad peer from being asked for the same piece for ever.
            turn = (height // PIECE) % len(free)
            plan.append(
                (min(free[turn:] + free[:turn], key=lambda link: loads[link]), height, count)
            )
        if not plan:
            self._idle.clear()
            self._claims = {link.peer.node_id: 0 for link in self._peers.links()}
        return plan

    def _may_have(self, link: Link, height: int) -> bool:
        node_id = link.peer.node_id
        return self.claim(node_id) >= height and node_id not in self._idle

    async def _fetch(self, link: Link, height: int, count: int) -> Piece:
        request = partial(GetBlocks, height=height, count=count)
        found = await link.ask(request, BlocksFound, ANSWER_TIMEOUT_S)
        if found is None or not found.items:
            self.forget(link.peer.node_id)
            self._idle.add(link.peer.node_id)
        return Piece(link, height, () if found is None else found.items)

    async def _commit(self, piece: Piece) -> bool:
        """Commit the blocks of a piece in order; say whether the next piece can follow."""
        if not piece.items:
            return False
        for height, (block_bytes, certificate_bytes) in enumerate(piece.items, piece.height):
            try:
                block = decode_block(block_bytes)
                certificate = decode_certificate(certificate_bytes)
                # Old blocks, however true, would keep this node where it is.
                require(block.header.height == height, Code.BAD_HEADER, "header.height")
                if height <= self._chain.tip.height:
                    continue  # consensus was faster
                await self._committer.commit(block, certificate)
            except Refused as refused:
                fields = {"peer": piece.link.peer.label, "why": str(refused)}
                _log.warning("peer sent a block that does not prove itself", extra=fields)
                self.forget(piece.link.peer.node_id)
                piece.link.close("a block that does not prove itself")
                return False
            self.fetched_blocks += 1
            self._idle.clear()
        return True
