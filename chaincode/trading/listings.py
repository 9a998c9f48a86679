"""Listings: what an operator offers, on which grants, at which price and venue.

    supply.list ─▶ OPEN ─ listing.withdraw, or the end of its rights ─▶ WITHDRAWN
                     └─── time ──────────────────────────────────────▶ EXPIRED

When a grant, a product or a source ends, its listings end with it, and what was ordered from them
and not released is refunded, a bounded number of listings and lines in each sweep.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated

from chaincode.authorization.records import GRANTS
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Fen, Flag, Identifier, Milliseconds, Unsigned32
from chaincode.membership.records import Party
from chaincode.parameters import ParameterName
from chaincode.registration.records import PRODUCTS, Product
from chaincode.rights import Right
from chaincode.settlement.records import CURRENT_POLICIES
from chaincode.settlement.refund import refund_line
from chaincode.state import StateReader
from chaincode.supervision.disclosures import owe_disclosure
from chaincode.trading.conditions import (
    frozen_targets,
    require_all_active,
    require_grants,
    require_none_frozen,
    require_price,
    require_sources,
    require_venue,
    require_version,
    source_ids,
)
from chaincode.trading.records import (
    DEPENDENT_LISTINGS,
    GRANTS_MAX,
    LISTINGS,
    OPEN_LINES,
    SUPPLY_BOOK,
    DependentListing,
    Listing,
    ListingStatus,
    PlaceInBook,
    RefundReason,
    supply_place,
)
from chaincode.trading.standing import listing_end
from ledger.refusal import Code, require

ENDINGS_PER_SWEEP = 50
"""Listings and lines that one sweep ends before it leaves the rest to the next block.

Each takes three events at most, so the sweep's receipt keeps within its bounds however many
listings stand on one grant.
"""


@transaction_type("supply.list", since=1, signed_by="the operator of the product")
@dataclass(frozen=True, slots=True)
class SupplyList:
    """The operator offers a product at a price, naming the grants to sell and to deliver it."""

    product: Annotated[Identifier, "The product."]
    product_version: Annotated[Unsigned32, "The version of the product."]
    operating_grants: Annotated[
        tuple[Identifier, ...], AtMost(GRANTS_MAX), "Grants that let the operator sell it."
    ]
    delivery_grants: Annotated[
        tuple[Identifier, ...], AtMost(GRANTS_MAX), "Grants that let one deliverer deliver it."
    ]
    venue: Annotated[Identifier, "The designated venue."]
    price: Annotated[Fen, "The price of one line."]
    auto_confirm: Annotated[Flag, "Whether orders are confirmed as they are placed."]
    quantity: Annotated[Unsigned32 | None, "Lines that may be ordered; none: no limit."]
    until_ms: Annotated[Milliseconds, "When the offer ends by itself."]


def list_supply(context: Context, body: SupplyList) -> None:
    """Open a listing whose rights, price and venue hold now."""
    context.require_signers(1)
    operator = context.signer_party()
    context.require_right(operator, Right.OPERATE)
    product = PRODUCTS.require(context.state, body.product, "product")
    require(product.terms.operator == operator.id, Code.NO_RIGHT, "product")
    listing = _listing(context, operator, body)
    _require_sellable(context, listing, product)
    require(body.quantity != 0, Code.OUT_OF_BOUNDS, "quantity")
    require(context.now_ms < body.until_ms, Code.DEADLINE_PASSED, "until_ms")
    term_ms = context.parameter(ParameterName.LISTING_TERM_MAX_MS)
    require(body.until_ms <= context.now_ms + term_ms, Code.OUT_OF_BOUNDS, "until_ms")
    LISTINGS.put(context.state, context.tx_id, listing)
    place = supply_place(context.tx_id, listing, product.terms.product_class)
    SUPPLY_BOOK.put(context.state, place, PlaceInBook())
    for basis in _bases(context.state, listing):
        DEPENDENT_LISTINGS.put(context.state, (basis, context.tx_id), DependentListing())
    context.schedule(body.until_ms, DueKind.LISTING_EXPIRES, context.tx_id)
    owe_disclosure(context, operator.id)
    context.emit("supply.listed", context.tx_id, body.product, operator.id, amounts=(body.price,))


def expire_listing(context: Context, listing_id: bytes) -> None:
    """Write down that an offer's term is over."""
    listing = LISTINGS.get(context.state, listing_id)
    if listing is not None and listing.status is ListingStatus.OPEN:
        close_listing(context, listing_id, ListingStatus.EXPIRED)


def end_listings(context: Context, basis: bytes) -> None:
    """End what stood on a grant, product or resource that ended, a bounded number at once."""
    if not _end_dependents(context, basis):
        context.schedule(context.now_ms, DueKind.LISTINGS_END, basis)


def _listing(context: Context, operator: Party, body: SupplyList) -> Listing:
    require(bool(body.delivery_grants), Code.GRANT_MISSING, "delivery_grants")
    delivery = GRANTS.require(context.state, body.delivery_grants[0], "delivery_grants[0]")
    return Listing(
        operator=operator.id,
        deliverer=delivery.grantee,
        venue=body.venue,
        product=body.product,
        product_version=body.product_version,
        operating_grants=body.operating_grants,
        delivery_grants=body.delivery_grants,
        price=body.price,
        auto_confirm=body.auto_confirm,
        remaining=body.quantity,
        listed_ms=context.now_ms,
        until_ms=body.until_ms,
        status=ListingStatus.OPEN,
    )


def _require_sellable(context: Context, listing: Listing, product: Product) -> None:
    require_none_frozen(context, frozen_targets(context.state, listing, product), "product")
    require_all_active(context, listing, product, "product")
    require_venue(context, listing.venue, "venue")
    require_sources(context, product, "product")
    require_grants(context, listing, product, None, "grants")
    require_version(product, listing.product_version, "product_version")
    require_price(context, listing.product, product, listing.price, "price")
    policy = CURRENT_POLICIES.get(context.state, listing.product)
    require(policy is not None, Code.POLICY_MISSING, "product")


def close_listing(context: Context, listing_id: bytes, status: ListingStatus) -> None:
    """End an offer and leave the book; what was ordered stays ordered."""
    listing = LISTINGS.known(context.state, listing_id)
    LISTINGS.put(context.state, listing_id, replace(listing, status=status))
    product_class = PRODUCTS.known(context.state, listing.product).terms.product_class
    SUPPLY_BOOK.delete(context.state, supply_place(listing_id, listing, product_class))
    context.emit(f"listing.{status.name.lower()}", listing_id, listing.product, listing.operator)


def _end_dependents(context: Context, basis: bytes) -> bool:
    """Say whether everything that had to end fitted into one sweep."""
    budget = ENDINGS_PER_SWEEP
    for listing_id, reason in list(islice(_ended(context, basis), ENDINGS_PER_SWEEP)):
        listing = LISTINGS.known(context.state, listing_id)
        if listing.status is ListingStatus.OPEN:
            close_listing(context, listing_id, ListingStatus.WITHDRAWN)
        budget -= 1
        budget -= _refund_open_lines(context, listing_id, reason, budget)
        if budget == 0:
            return False
        for item in _bases(context.state, listing):
            DEPENDENT_LISTINGS.delete(context.state, (item, listing_id))
    return True


def _ended(context: Context, basis: bytes) -> Iterator[tuple[bytes, RefundReason]]:
    """Yield what stands on a basis and has ended; a new version's listings have not."""
    for (_, listing_id), _ in DEPENDENT_LISTINGS.scan(context.state, basis):
        listing = LISTINGS.known(context.state, listing_id)
        reason = listing_end(context.state, listing, context.now_ms)
        if reason is not None:
            yield listing_id, reason


def _refund_open_lines(
    context: Context, listing_id: bytes, reason: RefundReason, budget: int
) -> int:
    lines = list(islice(OPEN_LINES.scan(context.state, listing_id), budget))
    for (_, line_id), _ in lines:
        refund_line(context, line_id, reason)
    return len(lines)


def _bases(state: StateReader, listing: Listing) -> tuple[bytes, ...]:
    """Return what a listing stands on: with the end of any of these it ends too."""
    product = PRODUCTS.known(state, listing.product)
    grants = (*listing.operating_grants, *listing.delivery_grants)
    return (*grants, listing.product, *source_ids(product))
