"""The transaction types and due items of trading."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.trading import listings, orders, placement, prices

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(prices.PriceCapSet, prices.cap_price),
    declare(listings.SupplyList, listings.list_supply),
    declare(listings.ListingWithdraw, listings.withdraw_listing),
    declare(placement.OrderPlace, placement.place_order),
    declare(orders.OrderConfirm, orders.confirm_order),
    declare(orders.OrderReject, orders.reject_order),
    declare(orders.OrderCancel, orders.cancel_order),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.LISTING_EXPIRES: listings.expire_listing,
    DueKind.LISTINGS_END: listings.end_listings,
    DueKind.ORDER_CONFIRMATION_ENDS: orders.end_confirmation,
    DueKind.ORDER_DELIVERY_ENDS: orders.end_delivery,
}
