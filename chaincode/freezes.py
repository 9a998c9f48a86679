"""Freezes: a flag beside the state of a party, product, order …, never a state itself.

Freezing stops what moves data or starts business. It never stops revocation, refund, erasure,
evidence or its own lifting: a supervisor cannot trap money or consent. Each case freezes on its
own; a target is free when no case holds it.
"""

from dataclasses import dataclass
from typing import Annotated

from chaincode.fields import AtMost, Identifier, Milliseconds, Unsigned32
from chaincode.state import Overlay, StateReader
from chaincode.tables import Single, Table
from ledger.refusal import Code, Refused

CASES_MAX = 8
"""Cases that may hold one target at the same time."""


@dataclass(frozen=True, slots=True)
class CaseFreeze:
    """The hold of one case on a target."""

    case: Annotated[Identifier, "The supervisor's case, or the transaction that froze without one."]
    supervisor: Annotated[Identifier, "The party that froze."]
    until_ms: Annotated[Milliseconds, "When the hold ends by itself."]


@dataclass(frozen=True, slots=True)
class Freeze:
    """All holds on one target."""

    cases: Annotated[
        tuple[CaseFreeze, ...], AtMost(CASES_MAX), "The holds in the order they were set."
    ]


@dataclass(frozen=True, slots=True)
class FrozenTargets:
    """How many targets carry a hold: usually none, which answers a dozen questions at once."""

    count: Annotated[Unsigned32, "Targets with at least one hold, ended or not."]


FREEZES: Table[bytes, Freeze] = Table(0x04, "freeze", Freeze, Identifier)
FROZEN_TARGETS: Single[FrozenTargets] = Single(0x08, "frozen targets", FrozenTargets)


def put_freeze(state: Overlay, target: bytes, cases: tuple[CaseFreeze, ...]) -> None:
    """Store the holds on a target, none of them frees it."""
    held = FREEZES.get(state, target) is not None
    counted = FROZEN_TARGETS.get(state) or FrozenTargets(0)
    change = int(bool(cases)) - int(held)
    if change:
        FROZEN_TARGETS.put(state, FrozenTargets(counted.count + change))
    if cases:
        FREEZES.put(state, target, Freeze(cases))
    else:
        FREEZES.delete(state, target)


def is_frozen(state: StateReader, target: bytes, now_ms: int) -> bool:
    """Say whether a target is frozen at a time. One cheap look-up while nothing is."""
    counted = FROZEN_TARGETS.get(state)
    if counted is None or counted.count == 0:
        return False
    freeze = FREEZES.get(state, target)
    return freeze is not None and any(now_ms < case.until_ms for case in freeze.cases)


def require_not_frozen(state: StateReader, target: bytes, now_ms: int, field: str) -> None:
    """Refuse (E009) what touches a frozen target."""
    if is_frozen(state, target, now_ms):
        raise Refused(Code.FROZEN, field)
