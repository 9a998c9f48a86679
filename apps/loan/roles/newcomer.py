"""How a newcomer becomes a party: a sponsor answers for it, governance admits it."""

from apps.loan.cast import Role, part_of
from apps.loan.cosigning import send_sponsored
from apps.loan.desk import Desk
from chaincode.membership.records import Party
from ledger.suites import tagged_hash


async def join(desk: Desk) -> Party:
    """Apply under the data bureau's sponsorship and wait for admission."""
    part = part_of(desk.role)
    assert part is not None
    sponsor = await desk.party(Role.AUTHORIZER)
    await send_sponsored(
        desk,
        (Role.AUTHORIZER, sponsor.sign_key),
        "party.apply",
        name=part.name,
        kind=part.kind,
        organisation=None,
        sign_key=desk.keys.sign_key,
        kem_key=desk.keys.kem_key,
        credential=tagged_hash(b"licence", part.name.encode()),
    )
    return await desk.own_party()
