"""The market operator at work: one match after the other, each tried on the tip before it is sent.

What a node says may be a block old, and another match may have come first. So a match that would be
refused is not sent, and the books are read again.
"""

import asyncio
from collections.abc import AsyncIterator

from apps.venue.mirror import mirrored
from apps.venue.rule import Pair, next_pair
from chaincode.trading.records import DEMANDS, DemandStatus
from quancheng.client import Client
from quancheng.errors import TransactionNotFinal

POLL_SECONDS = 0.25

_OPEN = {"status": DemandStatus.OPEN.name.lower()}


class Matcher:
    """Matches at one venue with the key of its market operator."""

    def __init__(self, client: Client, seed: bytes, venue: bytes) -> None:
        self._client = client
        self._seed = seed
        self._venue = venue

    async def match_next(self) -> tuple[bytes, Pair] | None:
        """Make the match that is due; return its id, or None where nothing fits now."""
        if not await self._is_asked():
            return None
        pair = next_pair(await mirrored(self._client), self._venue)
        if pair is None:
            return None
        body = {"supply": pair.supply, "demand": pair.demand, "price": pair.price}
        signed = await self._client.prepare("listing.match", [self._seed], **body)
        if (await self._client.check(signed)).refusal is not None:
            return None
        try:
            sent = await self._client.submit_and_wait(signed)
        except TransactionNotFinal:
            # Something came between looking and matching, or it is not decided yet: look again.
            return None
        return sent.tx_id, pair

    async def matches(self) -> AsyncIterator[tuple[bytes, Pair]]:
        """Match for as long as the venue is open, a block at a time."""
        height = -1
        while True:
            now = (await self._client.status()).height
            if now == height:
                await asyncio.sleep(POLL_SECONDS)
                continue
            height = now
            made = await self.match_next()
            if made is not None:
                height = -1
                yield made

    async def _is_asked(self) -> bool:
        """Say whether anybody looks for anything, which costs one page to know."""
        async for _ in self._client.records(DEMANDS, where=dict(_OPEN)):
            return True
        return False
