"""Governing together: proposals for what the founders agreed on, and everybody's approval."""

from apps.stage.committee import agreed_committee
from apps.stage.desk import Desk
from chaincode.membership.party import PartyAdmit
from chaincode.membership.proposal import PROPOSALS, Proposal, ProposalStatus
from chaincode.membership.purpose import PurposeDefine
from chaincode.membership.records import PARTIES
from chaincode.supervision.committees import CommitteeSet
from quancheng.errors import TransactionFailed


def decisions(desk: Desk) -> int:
    """Return how many proposals the founders agreed to apply; one sets the committee."""
    return len(desk.cast.applicants) + len(desk.agreement.purposes) + 1


async def approve_agreed(desk: Desk) -> None:
    """Approve every proposal that was agreed upon, until all of them are applied."""
    own = await desk.own_party()
    while len(await _proposals(desk, ProposalStatus.APPLIED)) < decisions(desk):
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
        return action in desk.agreement.purposes
    if isinstance(action, CommitteeSet):
        return action == agreed_committee(desk)
    if isinstance(action, PartyAdmit):
        party = await desk.record(PARTIES, action.party)
        rights = {part.name: frozenset(part.rights) for part in desk.cast.applicants}
        return party is not None and rights.get(party.name) == frozenset(action.rights)
    return False
