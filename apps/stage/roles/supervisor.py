"""The supervisor as in every scenario: governs, proposes the committee, designates channels."""

from asyncio import TaskGroup

from aiohttp import web

from apps.stage.committee import agreed_committee, confirm_own_share
from apps.stage.cosigning import add_cosigning
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.serving import new_service
from chaincode.registration.channel import ChannelRegister


def supervisors_service(desk: Desk) -> web.Application:
    """Return the service by which the market operator gets the supervisor's signature."""
    service = new_service()
    add_cosigning(service, desk, _designates)
    return service


async def take_office(desk: Desk, group: TaskGroup) -> None:
    """Govern in the background, and put the supervisors' committee into force."""
    group.create_task(approve_agreed(desk))
    await desk.own_party()
    await desk.send("proposal.open", action=agreed_committee(desk))
    await confirm_own_share(desk)


async def _designates(desk: Desk, body: object) -> bool:
    """Designate the venue and the channel that were agreed upon."""
    agreed = {desk.agreement.channel, desk.agreement.venue}
    return isinstance(body, ChannelRegister) and body.name in agreed
