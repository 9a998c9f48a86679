"""Matching: the market operator brings supply and demand together, by one published rule.

Price, then time, then id: of the supplies that fit a demand the cheapest comes first, of the
demands that a supply fits the one that pays most; at one price the earlier listing; within one
block the smaller id. A match is right where each side is the first for the other, and its price is
the supply's. While anything fits there is always such a pair: the first demand that any supply
fits, with its first supply.

The chain checks the head of both books, so that a match costs the same however long they are; from
the state of each block anyone can check the rest.
"""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import Fen, Identifier
from chaincode.parameters import ParameterName
from chaincode.registration.records import CHANNELS
from chaincode.rights import Right
from chaincode.trading.conditions import require_venue
from chaincode.trading.demands import close_demand
from chaincode.trading.fitting import objection
from chaincode.trading.records import (
    DEMAND_BOOK,
    DEMANDS,
    LISTINGS,
    MATCHES,
    SUPPLY_BOOK,
    Demand,
    DemandStatus,
    Listing,
    Match,
)
from ledger.refusal import Code, Refused, require

HEAD_OF_BOOK = 32
"""Places of each book that a match is compared with on chain."""


@transaction_type("listing.match", since=1, signed_by="the market operator of the venue")
@dataclass(frozen=True, slots=True)
class ListingMatch:
    """The market operator matches a supply with a demand by the published rule."""

    supply: Annotated[Identifier, "The open listing."]
    demand: Annotated[Identifier, "The open demand."]
    price: Annotated[Fen, "The price of one line: the supply's."]


def match_listing(context: Context, body: ListingMatch) -> None:
    """Keep the demanded quantity of a supply for the user, for a term."""
    context.require_signers(1)
    market = context.signer_party()
    context.require_right(market, Right.MARKET)
    listing = LISTINGS.require(context.state, body.supply, "supply")
    demand = DEMANDS.require(context.state, body.demand, "demand")
    require(demand.venue == listing.venue, Code.SCHEMA, "demand")
    require_venue(context, listing.venue, "supply")
    venue = CHANNELS.known(context.state, listing.venue)
    require(venue.market_operator == market.id, Code.NO_RIGHT, "signers[0]")
    code = objection(context, listing, demand)
    if code is not None:
        raise Refused(code, "supply")
    require(body.price == listing.price, Code.PRICE_MISMATCH, "price")
    _require_first_supply(context, body.supply, demand)
    _require_first_demand(context, body.demand, listing, demand)
    _make_match(context, body, listing, demand)
    ids = (context.tx_id, body.supply, body.demand, market.id, demand.user)
    context.emit("listing.matched", *ids, amounts=(body.price, demand.quantity))


def end_match(context: Context, match_id: bytes) -> None:
    """Give back to the supply what was matched and not ordered in time."""
    match = MATCHES.known(context.state, match_id)
    listing = LISTINGS.known(context.state, match.supply)
    MATCHES.put(context.state, match_id, replace(match, remaining=0, ended=True))
    if listing.remaining is not None:
        restocked = replace(listing, remaining=listing.remaining + match.remaining)
        LISTINGS.put(context.state, match.supply, restocked)
    context.emit("match.ended", match_id, match.supply, match.user, amounts=(match.remaining,))


def _make_match(context: Context, body: ListingMatch, listing: Listing, demand: Demand) -> None:
    term_ms = context.parameter(ParameterName.MATCH_TERM_MS)
    match = Match(
        supply=body.supply,
        demand=body.demand,
        user=demand.user,
        purpose=demand.purpose,
        price=body.price,
        remaining=demand.quantity,
        until_ms=min(context.now_ms + term_ms, listing.until_ms),
        ended=False,
    )
    MATCHES.put(context.state, context.tx_id, match)
    close_demand(context, body.demand, DemandStatus.MATCHED)
    if listing.remaining is not None:
        kept = replace(listing, remaining=listing.remaining - demand.quantity)
        LISTINGS.put(context.state, body.supply, kept)
    context.schedule(match.until_ms, DueKind.MATCH_ENDS, context.tx_id)


def _require_first_supply(context: Context, supply_id: bytes, demand: Demand) -> None:
    """Refuse (E406) a supply while one before it in the book fits the demand."""
    book = SUPPLY_BOOK.scan(context.state, demand.venue, demand.product_class)
    for place, _ in islice(book, HEAD_OF_BOOK):
        if place[-1] == supply_id:
            return
        fits = objection(context, LISTINGS.known(context.state, place[-1]), demand) is None
        require(not fits, Code.PRIORITY_BROKEN, "supply")


def _require_first_demand(
    context: Context, demand_id: bytes, listing: Listing, demand: Demand
) -> None:
    """Refuse (E406) a demand while one before it in the book is fitted by the supply."""
    book = DEMAND_BOOK.scan(context.state, demand.venue, demand.product_class)
    for place, _ in islice(book, HEAD_OF_BOOK):
        if place[-1] == demand_id:
            return
        fits = objection(context, listing, DEMANDS.known(context.state, place[-1])) is None
        require(not fits, Code.PRIORITY_BROKEN, "demand")
