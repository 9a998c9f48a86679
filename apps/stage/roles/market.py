"""The market operator: designates venue and delivery channel together with the supervisor."""

from apps.stage.cast import Office
from apps.stage.cosigning import send_together
from apps.stage.desk import Desk
from apps.stage.roles.newcomer import join
from chaincode.registration.records import ChannelKind
from ledger.suites import tagged_hash


async def play(desk: Desk) -> None:
    """Play the market operator."""
    await join(desk)
    await designate(desk)


async def designate(desk: Desk) -> None:
    """Register the venue and the delivery channel that were agreed on."""
    deliverers = tuple([(await desk.party(role)).id for role in desk.agreement.deliverers])
    supervisor = await desk.party(Office.SUPERVISOR)
    others = [(Office.SUPERVISOR, supervisor.sign_key)]
    for name, kind, admitted in (
        (desk.agreement.venue, ChannelKind.VENUE, ()),
        (desk.agreement.channel, ChannelKind.DELIVERY, deliverers),
    ):
        await send_together(
            desk,
            "channel.register",
            others,
            name=name,
            kind=kind,
            endpoint=tagged_hash(b"endpoint", desk.directory.service(Office.CHANNEL).encode()),
            deliverers=admitted,
            replaces=None,
        )
