"""The supervisor: governs, proposes the committee, designates channels, inspects with a freeze."""

import asyncio

from apps.loan import sights
from apps.loan.committee import agreed_committee, confirm_own_share
from apps.loan.cosigning import add_cosigning
from apps.loan.desk import Desk
from apps.loan.governing import approve_agreed
from apps.loan.serving import new_service, serving
from apps.loan.story import CHANNEL_NAME, INSPECTION_AFTER, VENUE_NAME
from chaincode.registration.channel import ChannelRegister
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trading.records import LINES, Line, LineState

_FREEZE_TERM_MS = 600_000
_INSPECTION_SECONDS = 5.0
_DELIVERED = frozenset({LineState.RELEASED, LineState.ACCEPTED, LineState.SETTLED})


async def play(desk: Desk) -> None:
    """Play the supervisor."""
    service = new_service()
    add_cosigning(service, desk, _designates)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        await desk.own_party()
        await desk.send("proposal.open", action=agreed_committee(desk))
        await confirm_own_share(desk)
        await desk.until(lambda: _enough_delivered(desk))
        await _inspect(desk)
        await asyncio.Event().wait()


async def _inspect(desk: Desk) -> None:
    """Freeze the product while looking into it, then lift the freeze and close the case."""
    product, _ = await sights.product(desk)
    opened = await desk.send(
        "case.open",
        targets=(Target(TargetKind.PRODUCT, product),),
        legal_basis=LegalBasis.PUBLIC_DATA_REGULATION,
        inspector_key=None,
    )
    case = opened.tx_id
    until_ms = await desk.chain_time_ms() + _FREEZE_TERM_MS
    await desk.send("freeze.set", case=case, target=product, until_ms=until_ms)
    await asyncio.sleep(_INSPECTION_SECONDS)
    await desk.send("freeze.lift", case=case, target=product)
    await desk.send("case.close", case=case)


async def _enough_delivered(desk: Desk) -> bool:
    lines: list[Line] = [line for _, line in await desk.matching(LINES)]
    return sum(line.state in _DELIVERED for line in lines) >= INSPECTION_AFTER


async def _designates(_desk: Desk, body: object) -> bool:
    """Designate the venue and the channel that were agreed upon."""
    return isinstance(body, ChannelRegister) and body.name in {CHANNEL_NAME, VENUE_NAME}
