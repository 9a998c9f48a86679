"""The operator: develops the product, agrees on the shares, and offers it at the venue."""

import asyncio

from apps.loan import sights
from apps.loan.cast import Role
from apps.loan.cosigning import send_together
from apps.loan.desk import Desk
from apps.loan.story import (
    DELIVERED_FIELDS,
    NOTICE_HASH,
    PRICE,
    PRODUCT_NAME,
    PURPOSE_CREDIT,
    SHARES,
    field_bitmap,
)
from chaincode.authorization.records import GRANTS, GrantStatus
from chaincode.registration.records import (
    FeeClass,
    ProductClass,
    ProductTerms,
    PurposeFields,
    ResourceStatus,
    Source,
)
from chaincode.rights import PartyKind, Right
from chaincode.settlement.records import Payee
from chaincode.trading.records import PRICE_CAPS
from ledger.merkle import merkle_root
from ledger.suites import tagged_hash

_WHOLE = 10_000
_OUTPUT_SIZE_MAX = 65_536
_LISTING_TERM_MS = 30 * 86_400_000


async def play(desk: Desk) -> None:
    """Play the operator."""
    own = await desk.own_party()
    developing = await _accept(desk, own.id, Right.DEVELOP)
    operating = await _accept(desk, own.id, Right.OPERATE)
    notice = await _register_notice(desk)
    await desk.send(
        "product.submit",
        product=None,
        terms=await _terms(desk, own.id, notice),
        grants=(developing,),
    )
    product, record = await sights.product(desk)
    await _agree_on_shares(desk, product)
    await desk.state_of(PRICE_CAPS, product, lambda _: True)
    delivery, _ = await desk.first(GRANTS, kind=Right.DELIVER, status=GrantStatus.ACTIVE)
    await desk.send(
        "supply.list",
        product=product,
        product_version=record.version,
        operating_grants=(operating,),
        delivery_grants=(delivery,),
        venue=await sights.venue(desk),
        price=PRICE,
        auto_confirm=True,
        quantity=None,
        until_ms=await desk.chain_time_ms() + _LISTING_TERM_MS,
    )
    await asyncio.Event().wait()


async def _accept(desk: Desk, own: bytes, kind: Right) -> bytes:
    grant, _ = await desk.first(GRANTS, kind=kind, grantee=own, status=GrantStatus.OFFERED)
    await desk.send("grant.accept", grant=grant)
    return grant


async def _register_notice(desk: Desk) -> bytes:
    registrar = await desk.party(Role.REGISTRAR)
    return await send_together(
        desk,
        "notice.register",
        [(Role.REGISTRAR, registrar.sign_key)],
        text=NOTICE_HASH,
        purpose=PURPOSE_CREDIT,
        user_kind=PartyKind.USER,
    )


async def _terms(desk: Desk, own: bytes, notice: bytes) -> ProductTerms:
    resource, record = await sights.resource(desk, ResourceStatus.ACTIVE)
    return ProductTerms(
        name=PRODUCT_NAME,
        product_class=ProductClass.DETAIL,
        operator=own,
        sources=(Source(resource, _WHOLE, record.catalogue),),
        field_count=len(DELIVERED_FIELDS),
        schema=merkle_root([name.encode() for name in DELIVERED_FIELDS]),
        purposes=(PurposeFields(PURPOSE_CREDIT, field_bitmap(), notice),),
        algorithms=(),
        output_size_max=_OUTPUT_SIZE_MAX,
        group_size_min=0,
        epsilon_max=0,
        fee_class=FeeClass.INDUSTRY,
    )


async def _agree_on_shares(desk: Desk, product: bytes) -> None:
    parties = {role: await desk.party(role) for role in SHARES}
    others = [(role, party.sign_key) for role, party in parties.items() if role is not desk.role]
    await send_together(
        desk,
        "policy.set",
        others,
        product=product,
        payees=tuple(Payee(parties[role].id, share) for role, share in SHARES.items()),
        agreement=tagged_hash(b"shares", product),
    )
