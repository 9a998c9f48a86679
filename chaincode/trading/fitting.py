"""Whether a supply fits a demand now: everything that an order under a match would meet later.

These are predicates in one order, which do not refuse by themselves. So a supply at the head of the
book that is frozen, sold out or without its grants is passed over and blocks nobody.
"""

from collections.abc import Iterator

from chaincode.authorization.records import GRANTS
from chaincode.authorization.scope import covers
from chaincode.context import Context
from chaincode.freezes import is_frozen
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.registration.records import (
    PRODUCTS,
    RESOURCES,
    FeeClass,
    Product,
    ProductStatus,
)
from chaincode.rights import Right
from chaincode.settlement.records import CURRENT_POLICIES, POLICIES
from chaincode.trading.conditions import (
    fields_row,
    frozen_targets,
    holder_ids,
    undertakings_of,
)
from chaincode.trading.records import PRICE_CAPS, Demand, Listing, RefundReason
from chaincode.trading.standing import listing_end
from ledger.refusal import Code

_CODE_OF_END = {
    RefundReason.GRANT_ENDED: Code.GRANT_ENDED,
    RefundReason.PRODUCT_ENDED: Code.PRODUCT_NOT_ACTIVE,
    RefundReason.SOURCE_ENDED: Code.RESOURCE_NOT_ACTIVE,
}


def objection(context: Context, listing: Listing, demand: Demand) -> Code | None:
    """Return why a supply and a demand of one venue do not fit now, or None where they do."""
    product = PRODUCTS.known(context.state, listing.product)
    conditions = _conditions(context, listing, product, demand)
    return next((code for holds, code in conditions if not holds), None)


def _conditions(
    context: Context, listing: Listing, product: Product, demand: Demand
) -> Iterator[tuple[bool, Code]]:
    state, now_ms = context.state, context.now_ms
    yield listing.is_open(now_ms), Code.LISTING_CLOSED
    yield demand.is_open(now_ms), Code.LISTING_CLOSED
    enough = listing.remaining is None or demand.quantity <= listing.remaining
    yield enough, Code.LISTING_CLOSED
    targets = (context.block.genesis_hash, demand.user, *frozen_targets(state, listing, product))
    yield not any(is_frozen(state, target, now_ms) for target in targets), Code.FROZEN
    involved = (demand.user, listing.operator, listing.deliverer, *holder_ids(state, product))
    yield all(_is_active(context, party) for party in involved), Code.PARTY_NOT_ACTIVE
    yield context.holds(PARTIES.known(state, demand.user), Right.USE), Code.NO_RIGHT
    yield demand.user not in _sellers(context, listing), Code.SELF_DEALING
    yield demand.product_class is product.terms.product_class, Code.WRONG_CLASS
    yield demand.product in (None, listing.product), Code.WRONG_PRODUCT
    yield fields_row(state, product, demand.purpose) is not None, Code.WRONG_PURPOSE
    end = listing_end(state, listing, now_ms)
    yield end is None, Code.OK if end is None else _CODE_OF_END[end]
    yield _as_confirmed(context, product), Code.RECONFIRMATION_NEEDED
    yield _held(context, listing, product, demand), Code.NO_RIGHT
    yield _covered(context, listing, product, demand), Code.OUT_OF_SCOPE
    yield product.status is ProductStatus.ACTIVE, Code.PRODUCT_NOT_ACTIVE
    yield _within_cap(context, listing, product), Code.PRICE_ABOVE_CAP
    yield listing.price <= demand.price, Code.PRICE_MISMATCH


def _is_active(context: Context, party: bytes) -> bool:
    return PARTIES.known(context.state, party).status is PartyStatus.ACTIVE


def _sellers(context: Context, listing: Listing) -> tuple[bytes, ...]:
    """Return who must not order: the operator, and who is paid from the product."""
    version = CURRENT_POLICIES.known(context.state, listing.product).version
    policy = POLICIES.known(context.state, (listing.product, version))
    return (listing.operator, *(payee.party for payee in policy.payees))


def _as_confirmed(context: Context, product: Product) -> bool:
    return all(
        RESOURCES.known(context.state, source.resource).catalogue == source.catalogue
        for source in product.terms.sources
    )


def _held(context: Context, listing: Listing, product: Product, demand: Demand) -> bool:
    return all(
        context.holds(PARTIES.known(context.state, item.grantee), item.kind)
        for _, item in undertakings_of(listing, product, demand.purpose)
    )


def _covered(context: Context, listing: Listing, product: Product, demand: Demand) -> bool:
    state = context.state
    for grant_ids, undertaking in undertakings_of(listing, product, demand.purpose):
        grants = [GRANTS.known(state, grant_id) for grant_id in grant_ids]
        for resource in undertaking.resources:
            if not any(covers(state, grant, resource, undertaking) for grant in grants):
                return False
    return True


def _within_cap(context: Context, listing: Listing, product: Product) -> bool:
    if product.terms.fee_class is FeeClass.PUBLIC:
        return listing.price == 0
    cap = PRICE_CAPS.get(context.state, listing.product)
    return cap is not None and listing.price <= cap.price
