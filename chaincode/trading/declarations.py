"""The transaction types and due items of trading."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.trading import demands, listings, matching, orders, placement, prices, withdrawal

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(prices.PriceCapSet, prices.cap_price),
    declare(listings.SupplyList, listings.list_supply),
    declare(demands.DemandList, demands.list_demand),
    declare(withdrawal.ListingWithdraw, withdrawal.withdraw_listing),
    declare(matching.ListingMatch, matching.match_listing),
    declare(placement.OrderPlace, placement.place_order),
    declare(orders.OrderConfirm, orders.confirm_order),
    declare(orders.OrderReject, orders.reject_order),
    declare(orders.OrderCancel, orders.cancel_order),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.LISTING_EXPIRES: listings.expire_listing,
    DueKind.LISTINGS_END: listings.end_listings,
    DueKind.DEMAND_EXPIRES: demands.expire_demand,
    DueKind.MATCH_ENDS: matching.end_match,
    DueKind.ORDER_CONFIRMATION_ENDS: orders.end_confirmation,
    DueKind.ORDER_DELIVERY_ENDS: orders.end_delivery,
}
