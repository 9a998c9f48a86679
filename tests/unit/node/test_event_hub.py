"""The hub: everyone concerned is woken, nobody else, and there is a bound."""

import asyncio

import pytest

from ledger.refusal import Code, Refused
from node.event_hub import CommittedBlock, EventHub

FIRST, SECOND = bytes(31) + b"\x01", bytes(31) + b"\x02"


def block(height: int, *tx_ids: bytes, time_ms: int = 1_000) -> CommittedBlock:
    """Return a block with some transactions."""
    return CommittedBlock(height, time_ms, frozenset(tx_ids))


async def test_wakes_those_whose_transaction_is_in_the_block() -> None:
    """A waiter is woken by its own transaction only."""
    hub = EventHub(0)
    with hub.waiter(FIRST) as first, hub.waiter(SECOND) as second:
        hub.publish(block(1, FIRST))
        assert (first.woken.is_set(), second.woken.is_set()) == (True, False)
        hub.publish(block(2, SECOND))
        assert second.woken.is_set()


async def test_wakes_those_whose_transaction_can_come_no_more() -> None:
    """A waiter with an end of validity is woken when block time has reached it."""
    hub = EventHub(0)
    with hub.waiter(FIRST, valid_until_ms=2_000) as waiter:
        hub.publish(block(1, time_ms=1_999))
        assert not waiter.woken.is_set()
        hub.publish(block(2, time_ms=2_000))
        assert waiter.woken.is_set()


async def test_waiters_are_bounded_and_leave() -> None:
    """One too many is refused; whoever leaves makes room, also after an error."""
    hub = EventHub(0, waiters_max=1)
    with hub.waiter(FIRST):
        with pytest.raises(Refused) as caught, hub.waiter(SECOND):
            pass
        assert caught.value.refusal.code is Code.OVERLOADED
    with pytest.raises(RuntimeError), hub.waiter(SECOND):
        raise RuntimeError
    assert hub.waiters == 0


async def test_height_waiters_see_the_newest_height() -> None:
    """Whoever waits for a height is woken at the first block above it and told the newest."""
    hub = EventHub(3)
    assert await hub.wait_above(2) == 3
    waiting = asyncio.create_task(hub.wait_above(4))
    await asyncio.sleep(0)
    hub.publish(block(4))
    await asyncio.sleep(0)
    assert not waiting.done()
    hub.publish(block(5))
    hub.publish(block(6))
    assert await waiting == 6


async def test_closing_wakes_everyone() -> None:
    """At a stop nobody is left waiting."""
    hub = EventHub(0)
    waiting = asyncio.create_task(hub.wait_above(9))
    await asyncio.sleep(0)
    with hub.waiter(FIRST) as waiter:
        hub.close()
        assert waiter.woken.is_set()
    assert await waiting == 0
