"""The authorizing body: sponsors newcomers, proposes what was agreed, caps the prices."""

import asyncio

from aiohttp import web

from apps.stage import sights
from apps.stage.agreement import AgreedProduct
from apps.stage.cast import Part
from apps.stage.cosigning import add_cosigning
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.serving import new_service, serving
from chaincode.membership import records
from chaincode.membership.party import PartyAdmit, PartyApply
from chaincode.membership.records import PARTIES, PartyStatus

_REVENUE_CAP = 100_000_000


async def play(desk: Desk) -> None:
    """Play the body until every product has its price ceiling, then stay for co-signing."""
    service: web.Application = new_service()
    add_cosigning(service, desk, _sponsors)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        for purpose in desk.agreement.purposes:
            await desk.send("proposal.open", action=purpose)
            # A narrower purpose can be proposed once the wider one is in force.
            await desk.state_of(records.PURPOSES, purpose.code, lambda _: True)
        for part in desk.cast.applicants:
            group.create_task(_propose_admission(desk, part))
        for product in desk.agreement.products:
            group.create_task(_cap_price(desk, product))
        await asyncio.Event().wait()


async def _propose_admission(desk: Desk, part: Part) -> None:
    party_id, _ = await desk.first(PARTIES, name=part.name, status=PartyStatus.APPLIED)
    rights = tuple(sorted(part.rights))
    await desk.send("proposal.open", action=PartyAdmit(party_id, rights))


async def _cap_price(desk: Desk, agreed: AgreedProduct) -> None:
    product, _ = await sights.product(desk, agreed.name)
    cap = 2 * agreed.price
    await desk.send("price.cap", product=product, price=cap, revenue_per_period=_REVENUE_CAP)


async def _sponsors(desk: Desk, body: object) -> bool:
    """Sponsor the newcomers that were agreed upon, as what was agreed."""
    if not isinstance(body, PartyApply):
        return False
    agreed = {part.name: part.kind for part in desk.cast.applicants}
    return agreed.get(body.name) is body.kind
