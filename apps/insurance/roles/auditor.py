"""The audit office: the second supervisor, without whose share no envelope is opened."""

import asyncio

from apps.stage.committee import confirm_own_share, own_share
from apps.stage.desk import Desk
from chaincode.settlement.records import DISPUTES, DisputeStatus
from chaincode.supervision.records import CASES
from chaincode.trading.records import LINES
from quancheng.audit_opening import case_evidence, give_share


async def play(desk: Desk) -> None:
    """Play the audit office: give its share where a case is about a dispute that it sees itself."""
    await confirm_own_share(desk)
    _, dispute = await desk.first(DISPUTES, status=DisputeStatus.OPEN)
    line = await desk.state_of(LINES, dispute.line, lambda _: True)
    case_id, _ = await desk.first(
        CASES, lambda case: any(target.id == line.order for target in case.targets)
    )
    assert line.asset is not None
    evidence = await case_evidence(desk.client, case_id, line.asset)
    await give_share(desk.client, desk.keys.sign_seed, own_share(desk), evidence)
    await asyncio.Event().wait()
