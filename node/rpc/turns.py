"""Who is served next: so many calls at once, and of those who wait, one account after the other.

A hundred readers of one account that ask without a pause wait for each other; a call of another
account waits for one of theirs to end, not for all of them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Gives places by turns. How many may wait is for the caller to bound."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: OrderedDict[bytes | None, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, account: bytes | None) -> AsyncIterator[None]:
        """Hold a place, as soon as it is this account's turn."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(account)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, account: bytes | None) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(account, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._pass_on()  # it was given at the same moment
            raise

    def _pass_on(self) -> None:
        """Give a place to the first who waits of the account whose turn it is."""
        while self._waiting:
            account, queue = self._waiting.popitem(last=False)
            place = queue.popleft()
            if queue:
                self._waiting[account] = queue
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
