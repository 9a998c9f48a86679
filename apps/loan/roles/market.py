"""The market operator: designates venue and delivery channel together with the supervisor."""

from apps.loan.cast import Role
from apps.loan.cosigning import send_together
from apps.loan.desk import Desk
from apps.loan.roles.newcomer import join
from apps.loan.story import CHANNEL_NAME, VENUE_NAME
from chaincode.registration.records import ChannelKind
from ledger.suites import tagged_hash


async def play(desk: Desk) -> None:
    """Play the market operator."""
    await join(desk)
    deliverer = await desk.party(Role.DELIVERER)
    supervisor = await desk.party(Role.SUPERVISOR)
    others = [(Role.SUPERVISOR, supervisor.sign_key)]
    for name, kind, deliverers in (
        (VENUE_NAME, ChannelKind.VENUE, ()),
        (CHANNEL_NAME, ChannelKind.DELIVERY, (deliverer.id,)),
    ):
        await send_together(
            desk,
            "channel.register",
            others,
            name=name,
            kind=kind,
            endpoint=tagged_hash(b"endpoint", desk.directory.service(Role.CHANNEL).encode()),
            deliverers=deliverers,
            replaces=None,
        )
