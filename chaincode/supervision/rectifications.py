"""Rectifications: a supervisor orders that something be put right, and looks whether it was.

    rectification.order ─▶ ORDERED ─ rectification.done ─▶ DONE ─ rectification.verify ─▶ VERIFIED
                              └ time ─▶ OVERDUE ─┘                                └─▶ REJECTED

Overdue and rejected raise a flag. What is late must still be done; what was rejected is ordered
again.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Commitment, Flag, Identifier, Milliseconds
from chaincode.flags import FlagKind, raise_flag
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.supervision.orders import require_order
from chaincode.supervision.powers import supervised_case
from chaincode.supervision.records import (
    ITEMS_MAX,
    RECTIFICATIONS,
    Rectification,
    RectificationStatus,
)
from ledger.refusal import Code, require


@transaction_type("rectification.order", since=1, signed_by="the supervisor of the case")
@dataclass(frozen=True, slots=True)
class RectificationOrder:
    """A supervisor orders a party of its case to put something right."""

    case: Annotated[Identifier, "The open case."]
    party: Annotated[Identifier, "The party, one of the case's targets."]
    items: Annotated[
        tuple[Commitment, ...], AtMost(ITEMS_MAX), "Salted commitments to what must change."
    ]
    until_ms: Annotated[Milliseconds, "When it must be done."]


@transaction_type("rectification.done", since=1, signed_by="the party")
@dataclass(frozen=True, slots=True)
class RectificationDone:
    """The party says that it has done everything that was ordered."""

    rectification: Annotated[Identifier, "The rectification."]
    evidence: Annotated[Commitment, "Commitment to the evidence."]


@transaction_type("rectification.verify", since=1, signed_by="the supervisor of the case")
@dataclass(frozen=True, slots=True)
class RectificationVerify:
    """The supervisor accepts what was done, or rejects it."""

    rectification: Annotated[Identifier, "The rectification."]
    accepted: Annotated[Flag, "Whether everything was put right."]
    report: Annotated[Commitment, "Commitment to the supervisor's report."]


def order_rectification(context: Context, body: RectificationOrder) -> None:
    """Order a rectification; until it is done, the party cannot leave."""
    supervisor = require_order(context, body.case, body.party, body.items, body.until_ms)
    rectification = Rectification(
        case=body.case,
        party=body.party,
        items=body.items,
        until_ms=body.until_ms,
        evidence=None,
        status=RectificationStatus.ORDERED,
    )
    RECTIFICATIONS.put(context.state, context.tx_id, rectification)
    take_on_duty(context, body.party)
    context.schedule(body.until_ms, DueKind.RECTIFICATION_ENDS, context.tx_id)
    ids = (context.tx_id, body.case, supervisor.id, body.party)
    context.emit("rectification.ordered", *ids, amounts=(body.until_ms,))


def finish_rectification(context: Context, body: RectificationDone) -> None:
    """Take the party's word, late too: then the flag stays."""
    context.require_signers(1)
    party = context.signer_party()
    rectification = RECTIFICATIONS.require(context.state, body.rectification, "rectification")
    require(rectification.party == party.id, Code.NO_RIGHT, "signers[0]")
    wanted = rectification.status in (RectificationStatus.ORDERED, RectificationStatus.OVERDUE)
    require(wanted, Code.BAD_STATE, "rectification")
    if rectification.status is RectificationStatus.ORDERED:
        _flag_if_late(context, body.rectification, rectification)
    done = replace(rectification, evidence=body.evidence, status=RectificationStatus.DONE)
    RECTIFICATIONS.put(context.state, body.rectification, done)
    discharge_duty(context, party.id)
    context.emit("rectification.done", body.rectification, rectification.case, party.id)


def verify_rectification(context: Context, body: RectificationVerify) -> None:
    """Record the supervisor's judgement; a rejection flags the party."""
    context.require_signers(1)
    rectification = RECTIFICATIONS.require(context.state, body.rectification, "rectification")
    supervisor, _ = supervised_case(context, rectification.case)
    require(rectification.status is RectificationStatus.DONE, Code.BAD_STATE, "rectification")
    status = RectificationStatus.VERIFIED if body.accepted else RectificationStatus.REJECTED
    judged = replace(rectification, status=status)
    RECTIFICATIONS.put(context.state, body.rectification, judged)
    ids = (body.rectification, rectification.case, supervisor.id, rectification.party)
    context.emit("rectification.verified", *ids, amounts=(int(body.accepted),))
    if not body.accepted:
        kind = FlagKind.RECTIFICATION_REJECTED
        raise_flag(context, rectification.party, kind, body.rectification)


def end_rectification(context: Context, rectification_id: bytes) -> None:
    """Flag a party that has not put right in time what it was ordered to."""
    rectification = RECTIFICATIONS.known(context.state, rectification_id)
    if rectification.status is RectificationStatus.ORDERED:
        overdue = replace(rectification, status=RectificationStatus.OVERDUE)
        RECTIFICATIONS.put(context.state, rectification_id, overdue)
        _flag_if_late(context, rectification_id, rectification)


def _flag_if_late(context: Context, rectification_id: bytes, rectification: Rectification) -> None:
    if context.now_ms >= rectification.until_ms:
        kind = FlagKind.RECTIFICATION_OVERDUE
        raise_flag(context, rectification.party, kind, rectification_id)
