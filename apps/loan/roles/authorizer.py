"""The data bureau: sponsors newcomers, proposes what was agreed, caps the price."""

import asyncio

from aiohttp import web

from apps.loan import sights
from apps.loan.cast import APPLICANTS
from apps.loan.cosigning import add_cosigning
from apps.loan.desk import Desk
from apps.loan.governing import approve_agreed
from apps.loan.serving import new_service, serving
from apps.loan.story import PRICE, PURPOSES
from chaincode.membership import records
from chaincode.membership.party import PartyAdmit, PartyApply
from chaincode.membership.records import PARTIES, PartyStatus

_REVENUE_CAP = 100_000_000
_APPLICANTS = {part.name: part for part in APPLICANTS}


async def play(desk: Desk) -> None:
    """Play the bureau until the product has its price ceiling, then stay for co-signing."""
    service: web.Application = new_service()
    add_cosigning(service, desk, _sponsors)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        for purpose in PURPOSES:
            await desk.send("proposal.open", action=purpose)
            # A narrower purpose can be proposed once the wider one is in force.
            await desk.state_of(records.PURPOSES, purpose.code, lambda _: True)
        for part in APPLICANTS:
            group.create_task(_propose_admission(desk, part.name))
        product, _ = await sights.product(desk)
        await desk.send(
            "price.cap", product=product, price=2 * PRICE, revenue_per_period=_REVENUE_CAP
        )
        await asyncio.Event().wait()


async def _propose_admission(desk: Desk, name: str) -> None:
    party_id, _ = await desk.first(PARTIES, name=name, status=PartyStatus.APPLIED)
    rights = tuple(sorted(_APPLICANTS[name].rights))
    await desk.send("proposal.open", action=PartyAdmit(party_id, rights))


async def _sponsors(_desk: Desk, body: object) -> bool:
    """Sponsor the newcomers that were agreed upon, as what was agreed."""
    if not isinstance(body, PartyApply):
        return False
    part = _APPLICANTS.get(body.name)
    return part is not None and part.kind is body.kind
