"""The operator: develops products, agrees on the shares, and offers them at the venue."""

import asyncio
from collections.abc import Callable

from apps.stage import sights
from apps.stage.agreement import AgreedAlgorithm, AgreedProduct
from apps.stage.cast import Office
from apps.stage.cosigning import send_together
from apps.stage.desk import Desk
from chaincode.authorization.records import GRANTS, Grant, GrantStatus
from chaincode.registration.records import (
    FeeClass,
    ProductTerms,
    PurposeFields,
    ResourceStatus,
    Source,
)
from chaincode.rights import PartyKind, Right
from chaincode.settlement.records import Payee
from chaincode.trading.records import PRICE_CAPS
from ledger.suites import tagged_hash

_LISTING_TERM_MS = 30 * 86_400_000


async def play(desk: Desk) -> None:
    """Play the operator."""
    await desk.own_party()
    async with asyncio.TaskGroup() as group:
        for agreed in desk.agreement.products:
            if agreed.operator == desk.role:
                group.create_task(_bring_to_market(desk, agreed))
        await asyncio.Event().wait()


async def _bring_to_market(desk: Desk, agreed: AgreedProduct) -> None:
    developing = await _accepted(desk, agreed, Right.DEVELOP)
    operating = await _accepted(desk, agreed, Right.OPERATE)
    await desk.send(
        "product.submit",
        product=None,
        terms=await _terms(desk, agreed),
        grants=developing,
    )
    product, record = await sights.product(desk, agreed.name)
    await _agree_on_shares(desk, product, agreed)
    await desk.state_of(PRICE_CAPS, product, lambda _: True)
    await desk.send(
        "supply.list",
        product=product,
        product_version=record.version,
        operating_grants=operating,
        delivery_grants=await _delivery_grants(desk, agreed),
        venue=await sights.venue(desk),
        price=agreed.price,
        auto_confirm=True,
        quantity=None,
        until_ms=await desk.chain_time_ms() + _LISTING_TERM_MS,
    )


def _covering(resource: bytes) -> Callable[[Grant], bool]:
    """Return whether a grant covers a resource, as a question."""
    return lambda grant: resource in grant.resources


async def _accepted(desk: Desk, agreed: AgreedProduct, kind: Right) -> tuple[bytes, ...]:
    """Return the grants of a kind over the sources of a product, accepted by now."""
    own = await desk.own_party()
    accepted = []
    for source, _ in agreed.sources:
        resource, _ = await sights.resource(desk, source.name, ResourceStatus.ACTIVE)
        grant, offer = await desk.first(GRANTS, _covering(resource), kind=kind, grantee=own.id)
        if offer.status is GrantStatus.OFFERED:
            await desk.send("grant.accept", grant=grant)
        accepted.append(grant)
    return tuple(accepted)


async def _delivery_grants(desk: Desk, agreed: AgreedProduct) -> tuple[bytes, ...]:
    deliverer = await desk.party(agreed.deliverer)
    grants = []
    for source, _ in agreed.sources:
        resource, _ = await sights.resource(desk, source.name, ResourceStatus.ACTIVE)
        grant, _ = await desk.first(
            GRANTS,
            _covering(resource),
            kind=Right.DELIVER,
            grantee=deliverer.id,
            status=GrantStatus.ACTIVE,
        )
        grants.append(grant)
    return tuple(grants)


async def _registered_notice(desk: Desk, agreed: AgreedProduct) -> bytes | None:
    if agreed.notice_hash is None:
        return None
    registrar = await desk.party(Office.REGISTRAR)
    return await send_together(
        desk,
        "notice.register",
        [(Office.REGISTRAR, registrar.sign_key)],
        text=agreed.notice_hash,
        purpose=agreed.purpose,
        user_kind=PartyKind.USER,
    )


async def _registered_algorithm(desk: Desk, agreed: AgreedAlgorithm) -> bytes:
    registrar = await desk.party(Office.REGISTRAR)
    return await send_together(
        desk,
        "algorithm.register",
        [(Office.REGISTRAR, registrar.sign_key)],
        replaces=None,
        code=agreed.code,
        output_schema=agreed.output_schema,
        review=tagged_hash(b"review", agreed.code),
    )


async def _terms(desk: Desk, agreed: AgreedProduct) -> ProductTerms:
    own = await desk.own_party()
    sources = []
    for source, weight in agreed.sources:
        resource, record = await sights.resource(desk, source.name, ResourceStatus.ACTIVE)
        sources.append(Source(resource, weight, record.catalogue))
    notice = await _registered_notice(desk, agreed)
    algorithms: tuple[bytes, ...] = ()
    if agreed.algorithm is not None:
        algorithms = (await _registered_algorithm(desk, agreed.algorithm),)
    return ProductTerms(
        name=agreed.name,
        product_class=agreed.product_class,
        operator=own.id,
        sources=tuple(sources),
        field_count=len(agreed.fields),
        schema=agreed.schema,
        purposes=(PurposeFields(agreed.purpose, agreed.field_bitmap, notice),),
        algorithms=algorithms,
        output_size_max=agreed.output_size_max,
        group_size_min=agreed.group_size_min,
        epsilon_max=agreed.epsilon_max,
        fee_class=FeeClass.INDUSTRY,
    )


async def _agree_on_shares(desk: Desk, product: bytes, agreed: AgreedProduct) -> None:
    parties = {role: await desk.party(role) for role in agreed.shares}
    others = [(role, party.sign_key) for role, party in parties.items() if role != desk.role]
    await send_together(
        desk,
        "policy.set",
        others,
        product=product,
        payees=tuple(Payee(parties[role].id, share) for role, share in agreed.shares.items()),
        agreement=tagged_hash(b"shares", product),
    )
