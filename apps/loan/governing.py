"""Governing together: proposals for what the founders agreed on, and everybody's approval."""

from apps.loan.cast import APPLICANTS
from apps.loan.committee import agreed_committee
from apps.loan.desk import Desk
from apps.loan.story import PURPOSES
from chaincode.membership.party import PartyAdmit
from chaincode.membership.proposal import PROPOSALS, Proposal, ProposalStatus
from chaincode.membership.purpose import PurposeDefine
from chaincode.membership.records import PARTIES
from chaincode.supervision.committees import CommitteeSet
from quancheng.errors import TransactionFailed

DECISIONS = len(APPLICANTS) + len(PURPOSES) + 1
"""How many proposals the founders agreed to apply; the last one is the supervisors' committee."""

_RIGHTS = {part.name: frozenset(part.rights) for part in APPLICANTS}


async def approve_agreed(desk: Desk) -> None:
    """Approve every proposal that was agreed upon, until all of them are applied."""
    own = await desk.own_party()
    while len(await _proposals(desk, ProposalStatus.APPLIED)) < DECISIONS:
        height = desk.height
        for proposal_id, proposal in await _proposals(desk, ProposalStatus.OPEN):
            if own.organisation not in proposal.approvals and await _is_agreed(desk, proposal):
                await _approve(desk, proposal_id)
        await desk.block_after(height)


async def _approve(desk: Desk, proposal_id: bytes) -> None:
    try:
        await desk.send("proposal.approve", proposal=proposal_id)
    except TransactionFailed as failed:
        if failed.code != "E011":
            raise
        # The others reached the quorum first.


async def _proposals(desk: Desk, status: ProposalStatus) -> list[tuple[bytes, Proposal]]:
    return await desk.matching(PROPOSALS, status=status)


async def _is_agreed(desk: Desk, proposal: Proposal) -> bool:
    action = proposal.action
    if isinstance(action, PurposeDefine):
        return action in PURPOSES
    if isinstance(action, CommitteeSet):
        return action == agreed_committee(desk)
    if isinstance(action, PartyAdmit):
        party = await desk.record(PARTIES, action.party)
        return party is not None and _RIGHTS.get(party.name) == frozenset(action.rights)
    return False
