"""What the parties look for on the chain: things known by the public names they agreed on."""

from apps.stage.desk import Desk
from chaincode.registration.records import (
    CHANNELS,
    PRODUCTS,
    RESOURCES,
    Product,
    ProductStatus,
    Resource,
    ResourceStatus,
)
from chaincode.trading.records import LISTINGS, Listing, ListingStatus


async def resource(desk: Desk, name: str, status: ResourceStatus) -> tuple[bytes, Resource]:
    """Wait for a resource to reach a status."""
    return await desk.first(RESOURCES, name=name, status=status)


async def product(
    desk: Desk, name: str, status: ProductStatus = ProductStatus.ACTIVE
) -> tuple[bytes, Product]:
    """Wait for a product to reach a status."""
    return await desk.first(PRODUCTS, lambda item: item.terms.name == name, status=status)


async def channel(desk: Desk) -> bytes:
    """Wait for the delivery channel and return its id."""
    return (await desk.first(CHANNELS, name=desk.agreement.channel))[0]


async def venue(desk: Desk) -> bytes:
    """Wait for the trading venue and return its id."""
    return (await desk.first(CHANNELS, name=desk.agreement.venue))[0]


async def listing(desk: Desk, name: str) -> tuple[bytes, Listing]:
    """Wait for a product to be on offer."""
    product_id, _ = await product(desk, name)
    return await desk.first(LISTINGS, product=product_id, status=ListingStatus.OPEN)
