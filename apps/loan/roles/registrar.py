"""The registration body: reviews resource and product, and shows them to the public first."""

import asyncio

from apps.loan import sights
from apps.loan.cosigning import add_cosigning
from apps.loan.desk import Desk
from apps.loan.serving import new_service, serving
from apps.loan.story import NOTICE_HASH, PURPOSE_CREDIT
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.records import ProductStatus, ResourceStatus
from chaincode.registration.review import Decision
from ledger.suites import tagged_hash

_YEAR_MS = 365 * 86_400_000


async def play(desk: Desk) -> None:
    """Play the registration body."""
    service = new_service()
    add_cosigning(service, desk, _agrees)
    async with serving(desk, service):
        await _register_resource(desk)
        product, _ = await sights.product(desk, ProductStatus.SUBMITTED)
        await desk.send(
            "product.review",
            product=product,
            decision=Decision.APPROVED,
            impact_assessment=tagged_hash(b"impact assessment", product),
        )
        await asyncio.Event().wait()


async def _register_resource(desk: Desk) -> None:
    resource, _ = await sights.resource(desk, ResourceStatus.REVIEW)
    notice = await desk.record(PARAMETERS, ParameterName.NOTICE_MS)
    assert notice is not None
    await desk.send(
        "resource.review",
        resource=resource,
        decision=Decision.APPROVED,
        notice_ms=notice.at(desk.height),
    )
    _, publicized = await sights.resource(desk, ResourceStatus.PUBLICIZED)
    await desk.until_time(publicized.notice_until_ms)
    await desk.send(
        "resource.activate",
        resource=resource,
        registration=tagged_hash(b"registration", resource),
        valid_until_ms=await desk.chain_time_ms() + _YEAR_MS,
    )


async def _agrees(_desk: Desk, body: object) -> bool:
    """Sign the notice that was reviewed, and nothing else."""
    if not isinstance(body, NoticeRegister):
        return False
    return body.text == NOTICE_HASH and body.purpose == PURPOSE_CREDIT
