"""What the world state keeps of prices, listings, orders and their lines."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated, TypeAlias

from chaincode.fields import (
    FEN_MAX,
    AtMost,
    Fen,
    FieldSet,
    Flag,
    Identifier,
    KemKey,
    Milliseconds,
    PublicKey,
    Unsigned8,
    Unsigned32,
)
from chaincode.ids import part_id
from chaincode.registration.records import ProductClass
from chaincode.tables import Table

LINES_MAX = 16
GRANTS_MAX = 8
"""Grants of one kind that a listing may stand on; several where several bodies hold the sources."""


@dataclass(frozen=True, slots=True)
class PriceCap:
    """The ceiling that the authorizing body sets for a product of the paid class."""

    price: Annotated[Fen, "The most one line may cost."]
    revenue_per_period: Annotated[Fen, "The most a statement period may bring in."]


@unique
class ListingStatus(IntEnum):
    """OPEN → WITHDRAWN | EXPIRED."""

    OPEN = 1
    WITHDRAWN = 3
    EXPIRED = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer of one product version at one price, with the grants it stands on."""

    operator: Annotated[Identifier, "The party that sells."]
    deliverer: Annotated[Identifier, "The party that will deliver."]
    venue: Annotated[Identifier, "The designated venue where it is offered."]
    product: Annotated[Identifier, "The product."]
    product_version: Annotated[Unsigned32, "The version of the product."]
    operating_grants: Annotated[
        tuple[Identifier, ...], AtMost(GRANTS_MAX), "What lets the operator sell it."
    ]
    delivery_grants: Annotated[
        tuple[Identifier, ...], AtMost(GRANTS_MAX), "What lets the deliverer deliver it."
    ]
    price: Annotated[Fen, "The price of one line."]
    auto_confirm: Annotated[Flag, "Whether orders are confirmed as they are placed."]
    remaining: Annotated[Unsigned32 | None, "Lines that can still be ordered; none: no limit."]
    listed_ms: Annotated[Milliseconds, "When it was listed: earlier comes first at one price."]
    until_ms: Annotated[Milliseconds, "When the offer ends by itself."]
    status: Annotated[ListingStatus, "Where it stands in its life."]

    def is_open(self, now_ms: int) -> bool:
        """Say whether it can be ordered from at a time, swept or not."""
        return self.status is ListingStatus.OPEN and now_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class DependentListing:
    """A place in the index from a grant, product or resource to the listings that stand on it."""


@unique
class DemandStatus(IntEnum):
    """OPEN → MATCHED | WITHDRAWN | EXPIRED."""

    OPEN = 1
    MATCHED = 2
    WITHDRAWN = 3
    EXPIRED = 4


@dataclass(frozen=True, slots=True)
class Demand:
    """What a user looks for at a venue, at most at one price."""

    user: Annotated[Identifier, "The party that will order."]
    venue: Annotated[Identifier, "The designated venue where it is asked for."]
    product_class: Annotated[ProductClass, "The class of the product."]
    product: Annotated[Identifier | None, "The only product that will do; none: any of the class."]
    purpose: Annotated[Unsigned32, "What the data will be used for."]
    price: Annotated[Fen, "The most that one line may cost."]
    quantity: Annotated[Unsigned32, "Lines that will be ordered, from one supply."]
    listed_ms: Annotated[Milliseconds, "When it was listed: earlier comes first at one price."]
    until_ms: Annotated[Milliseconds, "When it ends by itself."]
    status: Annotated[DemandStatus, "Where it stands in its life."]

    def is_open(self, now_ms: int) -> bool:
        """Say whether it can be matched at a time, swept or not."""
        return self.status is DemandStatus.OPEN and now_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class Match:
    """A supply and a demand brought together: the user may order the quantity at the price."""

    supply: Annotated[Identifier, "The listing."]
    demand: Annotated[Identifier, "The demand."]
    user: Annotated[Identifier, "The party that may order."]
    purpose: Annotated[Unsigned32, "What the data may be ordered for, with all below it."]
    price: Annotated[Fen, "The price of one line."]
    remaining: Annotated[Unsigned32, "Lines that can still be ordered."]
    until_ms: Annotated[Milliseconds, "When what was not ordered goes back to the supply."]
    ended: Annotated[Flag, "Whether it went back."]

    def is_open(self, now_ms: int) -> bool:
        """Say whether it can be ordered from at a time, swept or not."""
        return not self.ended and now_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class PlaceInBook:
    """A place in the order book of a venue."""


@unique
class LineState(IntEnum):
    """PLACED → CONFIRMED → PREPARED → ACKNOWLEDGED → RELEASED → ACCEPTED → SETTLED.

    Before RELEASED every state can end in REFUNDED; RELEASED and ACCEPTED can become DISPUTED,
    which a ruling ends in SETTLED or REFUNDED.
    """

    PLACED = 1
    CONFIRMED = 2
    PREPARED = 3
    ACKNOWLEDGED = 4
    RELEASED = 5
    ACCEPTED = 6
    DISPUTED = 7
    SETTLED = 8
    REFUNDED = 9


CANCELLABLE = frozenset({LineState.PLACED, LineState.CONFIRMED})
UNRELEASED = CANCELLABLE | {LineState.PREPARED, LineState.ACKNOWLEDGED}
"""States in which nothing is readable yet and the price can go back."""
FINAL = frozenset({LineState.SETTLED, LineState.REFUNDED})


@unique
class RefundReason(IntEnum):
    """Why a line was refunded."""

    CANCELLED = 1
    REJECTED = 2
    DEADLINE = 3
    CONSENT_REVOKED = 4
    CONSENT_EXPIRED = 5
    MATTER_CLOSED = 6
    GRANT_ENDED = 7
    PRODUCT_ENDED = 8
    SOURCE_ENDED = 9
    RULING = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What one user ordered in one transaction; its lines have the part ids of its own id."""

    user: Annotated[Identifier, "The party that ordered and pays."]
    operator: Annotated[Identifier, "The party that sells."]
    venue: Annotated[Identifier, "The venue where it was placed."]
    receiving_key: Annotated[KemKey, "The user's fresh key for this order."]
    line_count: Annotated[Unsigned8, "How many lines it has."]
    escrow: Annotated[Fen, "The price of the lines that are neither settled nor refunded."]
    placed_ms: Annotated[Milliseconds, "When it was placed."]
    confirm_until_ms: Annotated[Milliseconds, "When unconfirmed lines are refunded."]
    deliver_until_ms: Annotated[Milliseconds, "When unreleased lines are refunded."]


def line_ids(order_id: bytes, order: Order) -> tuple[bytes, ...]:
    """Return the ids of an order's lines in their order."""
    return tuple(part_id(order_id, index) for index in range(order.line_count))


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery within an order, with everything that was fixed when it was placed."""

    order: Annotated[Identifier, "The order it belongs to."]
    listing: Annotated[Identifier, "The listing it was ordered from."]
    match: Annotated[Identifier | None, "The match it was ordered on."]
    product: Annotated[Identifier, "The product."]
    product_version: Annotated[Unsigned32, "The version of the product."]
    product_class: Annotated[ProductClass, "The class of the product."]
    purpose: Annotated[Unsigned32, "What the data may be used for."]
    fields: Annotated[FieldSet, "The fields that may be delivered at most."]
    consent: Annotated[Identifier | None, "The consent whose use it takes."]
    matter: Annotated[Identifier | None, "The matter of the consent."]
    sid: Annotated[PublicKey | None, "The pseudonym of the person it is about."]
    price: Annotated[Fen, "Its price, held in escrow."]
    policy_version: Annotated[Unsigned32, "How its price will be shared."]
    state: Annotated[LineState, "Where it stands in its life."]
    job: Annotated[Identifier | None, "The job submitted last for it."]
    asset: Annotated[Identifier | None, "The envelope prepared for it."]
    released_ms: Annotated[Milliseconds | None, "When its key was released."]
    receipt_until_ms: Annotated[Milliseconds | None, "When silence has accepted it."]
    accepted_ms: Annotated[Milliseconds | None, "When it was accepted."]
    refund_reason: Annotated[RefundReason | None, "Why it was refunded."]
    acknowledgement: Annotated[Identifier | None, "The transaction that acknowledged the envelope."]
    release: Annotated[Identifier | None, "The transaction that released the key."]
    acceptance: Annotated[Identifier | None, "The transaction or sweep that accepted it."]
    dispute: Annotated[Identifier | None, "The dispute about it."]
    ending: Annotated[Identifier | None, "The transaction or sweep that settled or refunded it."]
    income: Annotated[Fen, "What of its price was shared among the payees when it was settled."]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many lines about persons were counted against a user or a product."""

    window: Annotated[Unsigned32, "Number of the window, counted from 1970 on."]
    count: Annotated[Unsigned32, "Lines in this window."]


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A place in the index from a listing to its lines that are not released yet."""


@dataclass(frozen=True, slots=True)
class OrderOfUser:
    """A place in the index from a user to its orders."""


BookKey: TypeAlias = tuple[bytes, int, int, int, bytes]
"""Venue, class, rank of the price, time of listing, id: the order of the keys is the priority."""


def supply_place(listing_id: bytes, listing: Listing, product_class: ProductClass) -> BookKey:
    """Return where a supply stands in its book: the lowest price first, then the earliest."""
    return (listing.venue, product_class, listing.price, listing.listed_ms, listing_id)


def demand_place(demand_id: bytes, demand: Demand) -> BookKey:
    """Return where a demand stands in its book: the highest price first, then the earliest."""
    rank = FEN_MAX - demand.price
    return (demand.venue, demand.product_class, rank, demand.listed_ms, demand_id)


PRICE_CAPS: Table[bytes, PriceCap] = Table(0x40, "price cap", PriceCap, Identifier)
LISTINGS: Table[bytes, Listing] = Table(0x41, "listing", Listing, Identifier)
DEPENDENT_LISTINGS: Table[tuple[bytes, bytes], DependentListing] = Table(
    0x42, "dependent listing", DependentListing, Identifier, Identifier
)
ORDERS: Table[bytes, Order] = Table(0x43, "order", Order, Identifier)
LINES: Table[bytes, Line] = Table(0x44, "line", Line, Identifier)
OPEN_LINES: Table[tuple[bytes, bytes], OpenLine] = Table(
    0x45, "open line", OpenLine, Identifier, Identifier
)
ORDERS_OF_USER: Table[tuple[bytes, bytes], OrderOfUser] = Table(
    0x46, "order of user", OrderOfUser, Identifier, Identifier
)
DEMANDS: Table[bytes, Demand] = Table(0x47, "demand", Demand, Identifier)
MATCHES: Table[bytes, Match] = Table(0x48, "match", Match, Identifier)
SUPPLY_BOOK: Table[BookKey, PlaceInBook] = Table(
    0x49, "supply book", PlaceInBook, Identifier, ProductClass, Fen, Milliseconds, Identifier
)
DEMAND_BOOK: Table[BookKey, PlaceInBook] = Table(
    0x4A, "demand book", PlaceInBook, Identifier, ProductClass, Fen, Milliseconds, Identifier
)
RATES: Table[bytes, Rate] = Table(0x4B, "rate", Rate, Identifier)
