"""How a newcomer becomes a party: a sponsor answers for it, governance admits it."""

from apps.stage.cast import Office
from apps.stage.cosigning import send_sponsored
from apps.stage.desk import Desk
from chaincode.membership.records import Party
from ledger.suites import tagged_hash


async def join(desk: Desk) -> Party:
    """Apply under the authorizing body's sponsorship and wait for admission."""
    part = desk.cast.party_of(desk.role)
    sponsor = await desk.party(Office.AUTHORIZER)
    await send_sponsored(
        desk,
        (Office.AUTHORIZER, sponsor.sign_key),
        "party.apply",
        name=part.name,
        kind=part.kind,
        organisation=None,
        sign_key=desk.keys.sign_key,
        kem_key=desk.keys.kem_key,
        credential=tagged_hash(b"licence", part.name.encode()),
    )
    return await desk.own_party()
