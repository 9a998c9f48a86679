"""What the parties look for on the chain: things known by the public names they agreed on."""

from apps.loan.desk import Desk
from apps.loan.story import CHANNEL_NAME, PRODUCT_NAME, RESOURCE_NAME, VENUE_NAME
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


async def resource(desk: Desk, status: ResourceStatus) -> tuple[bytes, Resource]:
    """Wait for the resource to reach a status."""
    return await desk.first(RESOURCES, name=RESOURCE_NAME, status=status)


async def product(
    desk: Desk, status: ProductStatus = ProductStatus.ACTIVE
) -> tuple[bytes, Product]:
    """Wait for the product to reach a status."""
    return await desk.first(PRODUCTS, lambda item: item.terms.name == PRODUCT_NAME, status=status)


async def channel(desk: Desk) -> bytes:
    """Wait for the delivery channel and return its id."""
    return (await desk.first(CHANNELS, name=CHANNEL_NAME))[0]


async def venue(desk: Desk) -> bytes:
    """Wait for the trading venue and return its id."""
    return (await desk.first(CHANNELS, name=VENUE_NAME))[0]


async def listing(desk: Desk) -> tuple[bytes, Listing]:
    """Wait for the product to be on offer."""
    return await desk.first(LISTINGS, status=ListingStatus.OPEN)
