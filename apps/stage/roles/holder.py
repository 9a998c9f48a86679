"""The holder of data: registers what it holds, grants its use, and answers about single persons."""

import asyncio

from apps.stage import sights
from apps.stage.agreement import AgreedResource
from apps.stage.archive import Answering, Archive, agreed_fields
from apps.stage.cosigning import add_cosigning
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.serving import new_service, serving
from apps.stage.sharing import agrees_to_share
from chaincode.registration.records import (
    Custody,
    ResourceKind,
    ResourceStatus,
    SourceMode,
    UpdateCycle,
)
from chaincode.rights import Right
from ledger.suites import tagged_hash

_GRANT_TERM_MS = 90 * 86_400_000
_OFFER_TERM_MS = 120_000
_PERSONAL_CLASS = 3


async def hold(desk: Desk, answering: Answering = agreed_fields) -> None:
    """Play a holder whose data a deliverer asks for, person by person."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    Archive(desk, answering).serve(service)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        if desk.cast.governs(desk.role):
            group.create_task(approve_agreed(desk))
        await open_up(desk)
        await asyncio.Event().wait()


async def open_up(desk: Desk) -> None:
    """Register the resources that this holder agreed to register, and grant their use."""
    for agreed in desk.agreement.resources:
        if agreed.holder == desk.role:
            await _register(desk, agreed)
            await _grant(desk, agreed)


async def _register(desk: Desk, agreed: AgreedResource) -> None:
    await desk.send(
        "resource.submit",
        name=agreed.name,
        kind=ResourceKind.DATA,
        source_mode=SourceMode.REPLICA,
        custody=Custody.SELF_HELD,
        classification=_PERSONAL_CLASS,
        sensitivity=agreed.sensitivity,
        catalogue=agreed.catalogue,
        rows=agreed.rows,
        update_cycle=UpdateCycle.DAILY,
        project=None,
        legality=tagged_hash(b"legality", agreed.name.encode()),
    )


async def _grant(desk: Desk, agreed: AgreedResource) -> None:
    """Offer operators to develop and sell, and deliverers to deliver over the channel."""
    resource, _ = await sights.resource(desk, agreed.name, ResourceStatus.ACTIVE)
    channel = await sights.channel(desk)
    products = desk.agreement.products_of(agreed)
    classes = tuple(sorted({product.product_class for product in products}))
    offers = {
        *((Right.DEVELOP, product.operator, None) for product in products),
        *((Right.OPERATE, product.operator, None) for product in products),
        *((Right.DELIVER, product.deliverer, channel) for product in products),
    }
    for kind, role, designated in sorted(offers, key=lambda offer: offer[:2]):
        now_ms = await desk.chain_time_ms()
        await desk.send(
            "grant.offer",
            kind=kind,
            grantee=(await desk.party(role)).id,
            resources=(resource,),
            classes=classes,
            purposes=(desk.agreement.granted_purpose,),
            channel=designated,
            accept_until_ms=now_ms + _OFFER_TERM_MS,
            until_ms=now_ms + _GRANT_TERM_MS,
            consideration=0,
            agreement=tagged_hash(b"agreement", resource, bytes([kind])),
        )
