"""The registration body: reviews what is submitted, and shows resources to the public first."""

import asyncio

from apps.stage import sights
from apps.stage.agreement import AgreedProduct, AgreedResource
from apps.stage.cosigning import add_cosigning
from apps.stage.desk import Desk
from apps.stage.serving import new_service, serving
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.registration.algorithm import AlgorithmRegister
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.records import ProductStatus, ResourceStatus
from chaincode.registration.review import Decision
from ledger.suites import tagged_hash

_YEAR_MS = 365 * 86_400_000


async def play(desk: Desk) -> None:
    """Play the registration body."""
    service = new_service()
    add_cosigning(service, desk, _agrees)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        for resource in desk.agreement.resources:
            group.create_task(_register_resource(desk, resource))
        for product in desk.agreement.products:
            group.create_task(_review_product(desk, product))
        await asyncio.Event().wait()


async def _register_resource(desk: Desk, agreed: AgreedResource) -> None:
    resource, _ = await sights.resource(desk, agreed.name, ResourceStatus.REVIEW)
    notice = await desk.record(PARAMETERS, ParameterName.NOTICE_MS)
    assert notice is not None
    await desk.send(
        "resource.review",
        resource=resource,
        decision=Decision.APPROVED,
        notice_ms=notice.at(desk.height),
    )
    _, publicized = await sights.resource(desk, agreed.name, ResourceStatus.PUBLICIZED)
    await desk.until_time(publicized.notice_until_ms)
    await desk.send(
        "resource.activate",
        resource=resource,
        registration=tagged_hash(b"registration", resource),
        valid_until_ms=await desk.chain_time_ms() + _YEAR_MS,
    )


async def _review_product(desk: Desk, agreed: AgreedProduct) -> None:
    product, _ = await sights.product(desk, agreed.name, ProductStatus.SUBMITTED)
    await desk.send(
        "product.review",
        product=product,
        decision=Decision.APPROVED,
        impact_assessment=tagged_hash(b"impact assessment", product),
    )


async def _agrees(desk: Desk, body: object) -> bool:
    """Sign the notices and algorithms that were reviewed, and nothing else."""
    products = desk.agreement.products
    if isinstance(body, NoticeRegister):
        reviewed = {(item.notice_hash, item.purpose) for item in products}
        return (body.text, body.purpose) in reviewed
    if isinstance(body, AlgorithmRegister):
        algorithms = [item.algorithm for item in products if item.algorithm is not None]
        known = {(item.code, item.output_schema) for item in algorithms}
        return (body.code, body.output_schema) in known
    return False
