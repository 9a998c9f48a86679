"""The supervisor: takes office, then inspects a product in the middle, with a freeze."""

import asyncio

from apps.loan.story import INSPECTION_AFTER, PRODUCT
from apps.stage import sights
from apps.stage.desk import Desk
from apps.stage.roles.supervisor import supervisors_service, take_office
from apps.stage.serving import serving
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trading.records import LINES, Line, LineState

_FREEZE_TERM_MS = 600_000
_INSPECTION_SECONDS = 5.0
_DELIVERED = frozenset({LineState.RELEASED, LineState.ACCEPTED, LineState.SETTLED})


async def play(desk: Desk) -> None:
    """Play the supervisor."""
    async with serving(desk, supervisors_service(desk)), asyncio.TaskGroup() as group:
        await take_office(desk, group)
        await desk.until(lambda: _enough_delivered(desk))
        await _inspect(desk)
        await asyncio.Event().wait()


async def _inspect(desk: Desk) -> None:
    """Freeze the product while looking into it, then lift the freeze and close the case."""
    product, _ = await sights.product(desk, PRODUCT.name)
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
