"""Flags: what time or a count has shown about a party, on record for supervisors and for good.

A flag forbids nothing and no signature sets or removes one; what follows from it people decide.
"""

from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Annotated

from chaincode.context import Context
from chaincode.fields import Identifier, Milliseconds, Unsigned32
from chaincode.tables import Table


@unique
class FlagKind(IntEnum):
    """What a flag says."""

    ERASURE_OVERDUE = 1
    RATE_REACHED = 2
    INSPECTION_UNANSWERED = 3
    RECTIFICATION_OVERDUE = 4
    RECTIFICATION_REJECTED = 5
    NOTIFICATION_OVERDUE = 6
    DISCLOSURE_OVERDUE = 7
    REVENUE_EXCEEDED = 8


@dataclass(frozen=True, slots=True)
class Flag:
    """How often something was found of a party and a target, and by what."""

    count: Annotated[Unsigned32, "How often."]
    first_ms: Annotated[Milliseconds, "When first."]
    last_ms: Annotated[Milliseconds, "When last."]
    cause: Annotated[Identifier, "The transaction or sweep that found it last."]


FLAGS: Table[tuple[bytes, int, bytes], Flag] = Table(
    0x0A, "flag", Flag, Identifier, FlagKind, Identifier
)
"""By party, kind and target."""


def raise_flag(context: Context, party: bytes, kind: FlagKind, target: bytes) -> None:
    """Raise a flag, or count it once more."""
    key = (party, kind, target)
    now_ms, cause = context.now_ms, context.subject
    held = FLAGS.get(context.state, key)
    if held is None:
        flag = Flag(count=1, first_ms=now_ms, last_ms=now_ms, cause=cause)
    else:
        flag = replace(held, count=held.count + 1, last_ms=now_ms, cause=cause)
    FLAGS.put(context.state, key, flag)
    context.emit("flag.raised", party, target, amounts=(kind, flag.count))
