"""Suspension by supervisors: two of them stop a party at once, under a case, until it is cleared.

Governance suspends and resumes any party by its quorum (`chaincode.membership.party`). What
supervisors suspended they resume themselves, or governance does.
"""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Identifier
from chaincode.membership.party import (
    PartyReason,
    PartyResume,
    PartySuspend,
    resume_party,
    suspend_party,
)
from chaincode.membership.records import SUSPENSIONS, Suspension
from chaincode.rights import Right
from chaincode.supervision.powers import require_second_supervisor, supervised_case
from chaincode.supervision.records import TargetKind
from ledger.refusal import Code, require


@transaction_type("party.suspend", since=1, signed_by="the supervisor of the case; a second one")
@dataclass(frozen=True, slots=True)
class SuspensionSet:
    """Two supervisors suspend a party of a case: it signs nothing but the rotation of its keys."""

    case: Annotated[Identifier, "The open case."]
    party: Annotated[Identifier, "The party, one of the case's targets."]
    reason: Annotated[PartyReason, "Why."]


@transaction_type("party.resume", since=1, signed_by="the supervisor of the case; a second one")
@dataclass(frozen=True, slots=True)
class SuspensionLift:
    """Two supervisors resume a party that supervisors suspended."""

    party: Annotated[Identifier, "The party."]
    reason: Annotated[PartyReason, "Why."]


def suspend_by_supervisors(context: Context, body: SuspensionSet) -> None:
    """Suspend an ACTIVE party; refuse (E701) without an open case and (E704) outside it."""
    supervisor, case = supervised_case(context, body.case)
    targets = [item.id for item in case.targets if item.kind is TargetKind.PARTY]
    require(body.party in targets, Code.FREEZE_TARGET, "party")
    require_second_supervisor(context, supervisor)
    suspend_party(context, PartySuspend(body.party, body.reason))
    SUSPENSIONS.put(context.state, body.party, Suspension(body.case, supervisor.id))


def resume_by_supervisors(context: Context, body: SuspensionLift) -> None:
    """Resume what this supervisor suspended; what governance suspended only governance resumes."""
    supervisor = context.signer_party()
    context.require_right(supervisor, Right.WATCH)
    suspension = SUSPENSIONS.require(context.state, body.party, "party")
    require(suspension.supervisor == supervisor.id, Code.NO_RIGHT, "signers[0]")
    require_second_supervisor(context, supervisor)
    resume_party(context, PartyResume(body.party, body.reason))
