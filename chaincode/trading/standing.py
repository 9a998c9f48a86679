"""Whether a listing or a line still stands: what time, a grant, a product or a consent has ended.

These are answers about the state as it is, whether or not a sweep has written it down.
"""

from chaincode.authorization.records import CONSENTS, GRANTS, MATTERS, ConsentStatus
from chaincode.authorization.scope import is_in_force
from chaincode.registration.records import PRODUCTS, RESOURCES, ProductStatus
from chaincode.state import StateReader
from chaincode.trading.records import (
    LISTINGS,
    ORDERS,
    Line,
    LineState,
    Listing,
    RefundReason,
)


def refund_reason(state: StateReader, line: Line, now_ms: int) -> RefundReason | None:
    """Return why an unreleased line can never be released any more, or None while it can."""
    order = ORDERS.known(state, line.order)
    listing = LISTINGS.known(state, line.listing)
    unconfirmed = line.state is LineState.PLACED and now_ms >= order.confirm_until_ms
    if unconfirmed or now_ms >= order.deliver_until_ms:
        return RefundReason.DEADLINE
    if line.consent is not None:
        ended = _consent_end(state, line.consent, now_ms)
        if ended is not None:
            return ended
    return listing_end(state, listing, now_ms)


def listing_end(state: StateReader, listing: Listing, now_ms: int) -> RefundReason | None:
    """Return what has ended of the rights that a listing stands on, or None while all of them hold.

    A suspension or a freeze is no end: it may be lifted before the deadline.
    """
    for grant_id in (*listing.operating_grants, *listing.delivery_grants):
        grant = GRANTS.get(state, grant_id)
        if grant is None or not is_in_force(grant, now_ms):
            return RefundReason.GRANT_ENDED
    product = PRODUCTS.known(state, listing.product)
    if product.status is ProductStatus.RETIRED or product.version != listing.product_version:
        return RefundReason.PRODUCT_ENDED
    for source in product.terms.sources:
        resource = RESOURCES.get(state, source.resource)
        if resource is None or not resource.is_active(now_ms):
            return RefundReason.SOURCE_ENDED
    return None


def _consent_end(state: StateReader, consent_id: bytes, now_ms: int) -> RefundReason | None:
    consent = CONSENTS.known(state, consent_id)
    matter = MATTERS.known(state, consent.matter)
    if consent.status is ConsentStatus.REVOKED:
        return RefundReason.CONSENT_REVOKED
    if not matter.is_open(now_ms):
        return RefundReason.MATTER_CLOSED
    return RefundReason.CONSENT_EXPIRED if now_ms >= consent.until_ms else None
