"""Who owes something while a line is open: nobody leaves with an order behind them."""

from chaincode.context import Context
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.trading.records import LISTINGS, ORDERS, Line, Listing


def take_on_line(context: Context, user: bytes, listing: Listing) -> None:
    """Bind user, operator and deliverer to a line that is placed."""
    for party in (user, listing.operator, listing.deliverer):
        take_on_duty(context, party)


def discharge_line(context: Context, line: Line) -> None:
    """Free user, operator and deliverer of a line that is settled or refunded."""
    order = ORDERS.known(context.state, line.order)
    listing = LISTINGS.known(context.state, line.listing)
    for party in (order.user, listing.operator, listing.deliverer):
        discharge_duty(context, party)
