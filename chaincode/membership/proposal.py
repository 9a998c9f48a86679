"""Governance: proposals, applied by the approval that reaches a quorum of the organisations.

Each governing organisation has one vote. Opening counts as the approval of the opener's
organisation. A proposal that the rules would refuse now cannot be opened; one that they refuse at
the deciding vote stays open until it expires, and that vote FAILs with the rule's code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Annotated, Any, TypeAlias

from chaincode.codec import alternative_of
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Identifier, Milliseconds
from chaincode.membership.parameter import ParameterSet, set_parameter
from chaincode.membership.party import (
    PartyAdmit,
    PartyExit,
    PartyResume,
    PartySuspend,
    admit_party,
    exit_party,
    resume_party,
    suspend_party,
)
from chaincode.membership.purpose import PurposeDefine, define_purpose
from chaincode.membership.records import ORGANISATIONS, Party
from chaincode.membership.right import RightAssign, RightWithdraw, assign_right, withdraw_right
from chaincode.membership.validator import ValidatorsChange, change_validators
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.state import StateReader
from chaincode.supervision.committees import CommitteeSet, set_committee
from chaincode.tables import Table
from chaincode.versions import version_at
from ledger.genesis import ORGANISATIONS_MAX
from ledger.quorum import quorum
from ledger.refusal import Code, require

Action: TypeAlias = (
    PartyAdmit
    | PartySuspend
    | PartyResume
    | PartyExit
    | RightAssign
    | RightWithdraw
    | PurposeDefine
    | ParameterSet
    | ValidatorsChange
    | CommitteeSet
)
"""What governance can decide."""

_APPLY: Mapping[type, Callable[[Context, Any], None]] = {
    PartyAdmit: admit_party,
    PartySuspend: suspend_party,
    PartyResume: resume_party,
    PartyExit: exit_party,
    RightAssign: assign_right,
    RightWithdraw: withdraw_right,
    PurposeDefine: define_purpose,
    ParameterSet: set_parameter,
    ValidatorsChange: change_validators,
    CommitteeSet: set_committee,
}


@unique
class ProposalStatus(IntEnum):
    """OPEN → APPLIED | EXPIRED."""

    OPEN = 1
    APPLIED = 2
    EXPIRED = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision in the making."""

    action: Annotated[Action, "What is to be decided."]
    opener: Annotated[Identifier, "The party that proposed it."]
    approvals: Annotated[
        tuple[Identifier, ...], AtMost(ORGANISATIONS_MAX), "Organisations in the order they voted."
    ]
    until_ms: Annotated[Milliseconds, "When it expires."]
    status: Annotated[ProposalStatus, "Where it stands."]


PROPOSALS: Table[bytes, Proposal] = Table(0x18, "proposal", Proposal, Identifier)


@transaction_type("proposal.open", since=1, signed_by="a party of a governing organisation")
@dataclass(frozen=True, slots=True)
class ProposalOpen:
    """Propose a decision and vote for it.

    The operator of the market may propose parameters without a vote.
    """

    action: Annotated[Action, "What is to be decided."]


@transaction_type("proposal.approve", since=1, signed_by="a party of a governing organisation")
@dataclass(frozen=True, slots=True)
class ProposalApprove:
    """Vote for a proposal; the vote that reaches the quorum applies it."""

    proposal: Annotated[Identifier, "The proposal."]


def open_proposal(context: Context, body: ProposalOpen) -> None:
    """Open a proposal for its term, unless the rules would refuse its action now."""
    in_force = alternative_of(type(body.action)).since <= version_at(
        context.state, context.block.height
    )
    require(in_force, Code.SCHEMA, "action.type")
    context.require_signers(1)
    opener = context.signer_party()
    governing = _governs(context.state, opener)
    if not governing:
        require(isinstance(body.action, ParameterSet), Code.NO_RIGHT, "signers[0]")
        context.require_right(opener, Right.MARKET)
    _try(context, body.action)
    until_ms = context.now_ms + context.parameter(ParameterName.PROPOSAL_TERM_MS)
    proposal = Proposal(body.action, opener.id, (), until_ms, ProposalStatus.OPEN)
    PROPOSALS.put(context.state, context.tx_id, proposal)
    context.schedule(until_ms, DueKind.PROPOSAL_EXPIRES, context.tx_id)
    context.emit("proposal.opened", context.tx_id, opener.id)
    if governing:
        _vote(context, context.tx_id, proposal, opener)


def approve_proposal(context: Context, body: ProposalApprove) -> None:
    """Record a vote, and apply the proposal where it reaches the quorum."""
    context.require_signers(1)
    voter = context.signer_party()
    require(_governs(context.state, voter), Code.NO_RIGHT, "signers[0]")
    proposal = PROPOSALS.require(context.state, body.proposal, "proposal")
    require(proposal.status is ProposalStatus.OPEN, Code.BAD_STATE, "proposal")
    require(context.now_ms < proposal.until_ms, Code.DEADLINE_PASSED, "proposal")
    repeated = voter.organisation in proposal.approvals
    require(not repeated, Code.ALREADY_APPROVED, "signers[0]")
    _vote(context, body.proposal, proposal, voter)


def expire_proposal(context: Context, proposal_id: bytes) -> None:
    """Write down that a proposal did not find its quorum in time."""
    proposal = PROPOSALS.get(context.state, proposal_id)
    if proposal is not None and proposal.status is ProposalStatus.OPEN:
        PROPOSALS.put(context.state, proposal_id, replace(proposal, status=ProposalStatus.EXPIRED))
        context.emit("proposal.expired", proposal_id, proposal.opener)


def governing_count(state: StateReader) -> int:
    """Return how many organisations have a vote."""
    return sum(1 for _, organisation in ORGANISATIONS.scan(state) if organisation.governing)


def _governs(state: StateReader, party: Party) -> bool:
    organisation = ORGANISATIONS.get(state, party.organisation)
    return organisation is not None and organisation.governing


def _vote(context: Context, proposal_id: bytes, proposal: Proposal, voter: Party) -> None:
    approvals = (*proposal.approvals, voter.organisation)
    decided = len(approvals) >= quorum(governing_count(context.state))
    status = ProposalStatus.APPLIED if decided else ProposalStatus.OPEN
    changed = replace(proposal, approvals=approvals, status=status)
    PROPOSALS.put(context.state, proposal_id, changed)
    context.emit("proposal.approved", proposal_id, voter.organisation, amounts=(len(approvals),))
    if decided:
        _APPLY[type(proposal.action)](context, proposal.action)
        context.emit("proposal.applied", proposal_id)


def _try(context: Context, action: Action) -> None:
    """Run an action for its refusals alone."""
    savepoint = context.state.savepoint()
    events = len(context.events)
    _APPLY[type(action)](context, action)
    context.state.rollback(savepoint)
    del context.events[events:]
