"""Inspections: a supervisor asks a party of its case to show something by a deadline.

inspection.order ─▶ ORDERED ─ inspection.answer ─▶ ANSWERED
└───── time ─▶ UNANSWERED, and a flag
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Commitment, Identifier, Milliseconds
from chaincode.flags import FlagKind, raise_flag
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.supervision.orders import require_order
from chaincode.supervision.records import (
    INSPECTIONS,
    ITEMS_MAX,
    Inspection,
    InspectionStatus,
)
from ledger.refusal import Code, require


@transaction_type("inspection.order", since=1, signed_by="the supervisor of the case")
@dataclass(frozen=True, slots=True)
class InspectionOrder:
    """A supervisor orders a party of its case to show some items."""

    case: Annotated[Identifier, "The open case."]
    party: Annotated[Identifier, "The party, one of the case's targets."]
    items: Annotated[
        tuple[Commitment, ...], AtMost(ITEMS_MAX), "Salted commitments to what is to be shown."
    ]
    until_ms: Annotated[Milliseconds, "When it must be answered."]


@transaction_type("inspection.answer", since=1, signed_by="the inspected party")
@dataclass(frozen=True, slots=True)
class InspectionAnswer:
    """The inspected party answers every item."""

    inspection: Annotated[Identifier, "The inspection."]
    answers: Annotated[
        tuple[Commitment, ...], AtMost(ITEMS_MAX), "Commitments to what was shown, item by item."
    ]


def order_inspection(context: Context, body: InspectionOrder) -> None:
    """Order an inspection; until it is answered or its time is over, the party cannot leave."""
    supervisor = require_order(context, body.case, body.party, body.items, body.until_ms)
    inspection = Inspection(
        case=body.case,
        party=body.party,
        items=body.items,
        until_ms=body.until_ms,
        answers=(),
        status=InspectionStatus.ORDERED,
    )
    INSPECTIONS.put(context.state, context.tx_id, inspection)
    take_on_duty(context, body.party)
    context.schedule(body.until_ms, DueKind.INSPECTION_ENDS, context.tx_id)
    ids = (context.tx_id, body.case, supervisor.id, body.party)
    context.emit("inspection.ordered", *ids, amounts=(body.until_ms,))


def answer_inspection(context: Context, body: InspectionAnswer) -> None:
    """Record the answers; refuse (E514) what comes too late."""
    context.require_signers(1)
    party = context.signer_party()
    inspection = INSPECTIONS.require(context.state, body.inspection, "inspection")
    require(inspection.party == party.id, Code.NO_RIGHT, "signers[0]")
    require(inspection.status is InspectionStatus.ORDERED, Code.BAD_STATE, "inspection")
    require(context.now_ms < inspection.until_ms, Code.DEADLINE_PASSED, "inspection")
    require(len(body.answers) == len(inspection.items), Code.SCHEMA, "answers")
    answered = replace(inspection, answers=body.answers, status=InspectionStatus.ANSWERED)
    INSPECTIONS.put(context.state, body.inspection, answered)
    discharge_duty(context, party.id)
    context.emit("inspection.answered", body.inspection, inspection.case, party.id)


def end_inspection(context: Context, inspection_id: bytes) -> None:
    """Flag a party that did not answer in time."""
    inspection = INSPECTIONS.known(context.state, inspection_id)
    if inspection.status is not InspectionStatus.ORDERED:
        return
    unanswered = replace(inspection, status=InspectionStatus.UNANSWERED)
    INSPECTIONS.put(context.state, inspection_id, unanswered)
    discharge_duty(context, inspection.party)
    raise_flag(context, inspection.party, FlagKind.INSPECTION_UNANSWERED, inspection_id)
