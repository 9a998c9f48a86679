"""Whose turn it is: accounts take turns, whatever one of them asks."""

import asyncio
from contextlib import suppress

from node.rpc.turns import Turns

BUSY, OTHER = b"busy", b"other"


class Office:
    """Notes in which order callers were served."""

    def __init__(self, at_once: int) -> None:
        self.turns = Turns(at_once)
        self.served: list[bytes | None] = []
        self.running = 0
        self.running_most = 0

    async def call(self, account: bytes | None) -> None:
        """Be served, which takes a while."""
        async with self.turns.turn(account):
            self.served.append(account)
            self.running += 1
            self.running_most = max(self.running_most, self.running)
            try:
                await asyncio.sleep(0.001)
            finally:
                self.running -= 1


async def test_another_account_waits_for_one_call_and_not_for_all() -> None:
    """Two at once, and the next turn is the other account's."""
    office = Office(2)
    busy = [asyncio.create_task(office.call(BUSY)) for _ in range(20)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(office.call(account)) for account in (OTHER, None, OTHER)]
    await asyncio.gather(*busy, *others)
    assert office.running_most == 2
    assert office.served[:7] == [BUSY, BUSY, BUSY, OTHER, None, BUSY, OTHER]
    assert len(office.served) == 23


async def test_places_are_given_back_by_those_who_go_away() -> None:
    """Whether they wait, are being given a place, or are served."""
    office = Office(1)
    for moment in range(8):
        calls = [asyncio.create_task(office.call(BUSY)) for _ in range(5)]
        for _ in range(moment):
            await asyncio.sleep(0)
        for call in (calls[1], calls[0], calls[2]):
            call.cancel()
        for call in calls:
            with suppress(asyncio.CancelledError):
                await call
    async with asyncio.timeout(5):
        await office.call(OTHER)
    assert office.running_most == 1


async def test_one_is_served_who_was_given_a_place_and_went_away_in_the_same_moment() -> None:
    """The place goes on to the next."""
    turns = Turns(1)
    first, second = (asyncio.create_task(_hold(turns)) for _ in range(2))
    async with turns.turn(OTHER):
        await asyncio.sleep(0)
        assert not first.done()
    first.cancel()  # its place is there, and it has not run since
    with suppress(asyncio.CancelledError):
        await first
    async with asyncio.timeout(5):
        await second


async def _hold(turns: Turns) -> None:
    async with turns.turn(BUSY):
        await asyncio.sleep(0)
