"""The due-queue: what time will decide, in the order in which it will.

Nothing depends on a sweep having run: every rule compares with block time itself. A sweep only
writes down what has become true, so that events, indexes and counters follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, unique
from itertools import takewhile

from chaincode.fields import Identifier, Milliseconds
from chaincode.state import Overlay, StateReader
from chaincode.tables import Table


@unique
class DueKind(IntEnum):
    """What falls due, by stable number.

    Membership 1-19, registration 20-39, authorization 40-59, trading 60-79, delivery 80-99,
    settlement 100-119, supervision 120-139, interchain 140-159.
    """

    PROPOSAL_EXPIRES = 1
    RESOURCE_EXPIRES = 20

    GRANT_OFFER_LAPSES = 40
    GRANT_EXPIRES = 41
    MATTER_EXPIRES = 42
    CONSENT_LAPSES = 43
    CONSENT_EXPIRES = 44

    LISTING_EXPIRES = 60
    LISTINGS_END = 61
    ORDER_CONFIRMATION_ENDS = 62
    ORDER_DELIVERY_ENDS = 63
    DEMAND_EXPIRES = 64
    MATCH_ENDS = 65

    RECEIPT_ENDS = 80
    RETENTION_ENDS = 81
    JOB_ENDS = 82

    DISPUTE_ENDS = 100

    INSPECTION_ENDS = 120
    RECTIFICATION_ENDS = 121
    NOTIFICATION_ENDS = 122
    DISCLOSURE_ENDS = 123


@dataclass(frozen=True, slots=True, order=True)
class DueItem:
    """Something that falls due at a time."""

    due_ms: int
    target: bytes
    kind: DueKind


@dataclass(frozen=True, slots=True)
class DueMark:
    """The record of a due item, whose key says everything."""


DUE: Table[tuple[int, bytes, int], DueMark] = Table(
    0x05, "due item", DueMark, Milliseconds, Identifier, DueKind
)

_MARK = DueMark()


def put_due(state: Overlay, item: DueItem) -> None:
    """Add an item; the same item twice is one item."""
    DUE.put(state, (item.due_ms, item.target, item.kind), _MARK)


def remove_due(state: Overlay, item: DueItem) -> None:
    """Remove an item."""
    DUE.delete(state, (item.due_ms, item.target, item.kind))


def due_items(state: StateReader, now_ms: int) -> Iterator[DueItem]:
    """Yield what is due at a time, the oldest first, ties by target."""
    items = (DueItem(due, target, DueKind(kind)) for (due, target, kind), _ in DUE.scan(state))
    return takewhile(lambda item: item.due_ms <= now_ms, items)


def next_due_ms(state: StateReader) -> int | None:
    """Return when the next item falls due, so that a node knows when a block is worth proposing."""
    first = next(DUE.scan(state), None)
    return None if first is None else first[0][0]
