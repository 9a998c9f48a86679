"""The published rule, over everything that is listed: price, then time, then id.

The chain looks at the heads of its two books. Here nothing is a book: the priority comes from
sorting the records, so that the market operator and whoever checks it do not trust the books.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from chaincode.context import Context
from chaincode.trading.fitting import objection
from chaincode.trading.matching import ListingMatch
from chaincode.trading.records import DEMANDS, LISTINGS, Demand, Listing

Rank = tuple[int, int, bytes]
"""The lower, the earlier: price or its opposite, time of listing, id."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A supply and a demand that are each the first for the other, at the supply's price."""

    supply: bytes
    demand: bytes
    price: int


@unique
class Breach(StrEnum):
    """In which way a match did not follow the rule."""

    UNFIT = "unfit"
    PRICE = "price"
    SUPPLY_PASSED_OVER = "supply_passed_over"
    DEMAND_PASSED_OVER = "demand_passed_over"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a match, and the listing that should have come instead, if any."""

    breach: Breach
    rival: bytes | None = None


def next_pair(context: Context, venue: bytes) -> Pair | None:
    """Return the pair to match now: the first demand that any supply fits, with its first supply.

    No demand before it is fitted by that supply, so each is the first for the other.
    """
    supplies = _supplies(context, venue)
    demands = _demands(context, venue)
    for demand_id in sorted(demands, key=lambda key: demand_rank(key, demands[key])):
        fitting = _fitting(context, supplies, demands[demand_id])
        first = min(fitting, key=lambda key: supply_rank(key, supplies[key]), default=None)
        if first is not None:
            return Pair(first, demand_id, supplies[first].price)
    return None


def judged(context: Context, match: ListingMatch) -> Judgement | None:
    """Return what is wrong with a match in the state before it, or None where it is right."""
    listing = LISTINGS.get(context.state, match.supply)
    demand = DEMANDS.get(context.state, match.demand)
    if listing is None or demand is None or listing.venue != demand.venue:
        return Judgement(Breach.UNFIT)
    if objection(context, listing, demand) is not None:
        return Judgement(Breach.UNFIT)
    if match.price != listing.price:
        return Judgement(Breach.PRICE)
    rank = supply_rank(match.supply, listing)
    for key, other in _supplies(context, listing.venue).items():
        if supply_rank(key, other) < rank and objection(context, other, demand) is None:
            return Judgement(Breach.SUPPLY_PASSED_OVER, key)
    asked = demand_rank(match.demand, demand)
    for key, waiting in _demands(context, listing.venue).items():
        if demand_rank(key, waiting) < asked and objection(context, listing, waiting) is None:
            return Judgement(Breach.DEMAND_PASSED_OVER, key)
    return None


def supply_rank(supply_id: bytes, listing: Listing) -> Rank:
    """Return the priority of a supply: the cheapest first."""
    return listing.price, listing.listed_ms, supply_id


def demand_rank(demand_id: bytes, demand: Demand) -> Rank:
    """Return the priority of a demand: who pays most first."""
    return -demand.price, demand.listed_ms, demand_id


def _supplies(context: Context, venue: bytes) -> dict[bytes, Listing]:
    listings = LISTINGS.scan(context.state)
    now_ms = context.now_ms
    return {key: item for key, item in listings if item.venue == venue and item.is_open(now_ms)}


def _demands(context: Context, venue: bytes) -> dict[bytes, Demand]:
    demands = DEMANDS.scan(context.state)
    now_ms = context.now_ms
    return {key: item for key, item in demands if item.venue == venue and item.is_open(now_ms)}


def _fitting(
    context: Context, supplies: Mapping[bytes, Listing], demand: Demand
) -> Iterator[bytes]:
    for supply_id, listing in supplies.items():
        if objection(context, listing, demand) is None:
            yield supply_id
