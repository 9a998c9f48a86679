"""The conditions that a sale must meet when it is offered, ordered and delivered alike."""

from chaincode.authorization.purposes import ancestry
from chaincode.authorization.records import GRANTS
from chaincode.authorization.scope import Undertaking, covers, require_covered
from chaincode.context import Context
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.registration.records import (
    CHANNELS,
    RESOURCES,
    ChannelKind,
    FeeClass,
    Product,
    ProductStatus,
    PurposeFields,
)
from chaincode.rights import Right
from chaincode.state import StateReader
from chaincode.trading.records import PRICE_CAPS, Listing
from ledger.refusal import Code, require


def source_ids(product: Product) -> tuple[bytes, ...]:
    """Return the resources that a product is made of."""
    return tuple(source.resource for source in product.terms.sources)


def require_none_frozen(context: Context, targets: tuple[bytes, ...], where: str) -> None:
    """Refuse (E009) if any of the targets is frozen, or all business on the chain is."""
    for target in (context.block.genesis_hash, *targets):
        context.require_not_frozen(target, where)


def holder_ids(state: StateReader, product: Product) -> tuple[bytes, ...]:
    """Return the parties that hold a product's sources."""
    return tuple(RESOURCES.known(state, source).holder for source in source_ids(product))


def frozen_targets(state: StateReader, listing: Listing, product: Product) -> tuple[bytes, ...]:
    """Return what must not be frozen for a listing to sell: parties, product, sources, grants."""
    parties = (listing.operator, listing.deliverer, *holder_ids(state, product))
    grants = (*listing.operating_grants, *listing.delivery_grants)
    return tuple(dict.fromkeys((*parties, listing.product, *source_ids(product), *grants)))


def require_all_active(context: Context, listing: Listing, product: Product, where: str) -> None:
    """Refuse (E008) to deal while operator, deliverer or a holder is not ACTIVE."""
    holders = holder_ids(context.state, product)
    for party in dict.fromkeys((listing.operator, listing.deliverer, *holders)):
        active = PARTIES.known(context.state, party).status is PartyStatus.ACTIVE
        require(active, Code.PARTY_NOT_ACTIVE, where)


def require_sources(context: Context, product: Product, where: str) -> None:
    """Refuse sources not registered now (E202) or not as the product was confirmed (E203)."""
    for source in product.terms.sources:
        resource = RESOURCES.get(context.state, source.resource)
        active = resource is not None and resource.is_active(context.now_ms)
        require(active, Code.RESOURCE_NOT_ACTIVE, where)
        assert resource is not None
        confirmed = resource.catalogue == source.catalogue
        require(confirmed, Code.RECONFIRMATION_NEEDED, where)


def require_grants(
    context: Context, listing: Listing, product: Product, purpose: int | None, where: str
) -> None:
    """Refuse what the operator and the deliverer may not do now: E007, or E301 to E303."""
    for grants, undertaking in undertakings_of(listing, product, purpose):
        grantee = PARTIES.known(context.state, undertaking.grantee)
        context.require_right(grantee, undertaking.kind, where)
        require_covered(context.state, grants, undertaking, now_ms=context.now_ms, where=where)


def undertakings_of(
    listing: Listing, product: Product, purpose: int | None
) -> tuple[tuple[tuple[bytes, ...], Undertaking], ...]:
    """Return what operator and deliverer undertake, each with the grants it must stand on."""
    sale = Undertaking(
        Right.OPERATE, listing.operator, source_ids(product), product.terms.product_class, purpose
    )
    return (
        (listing.operating_grants, sale),
        (listing.delivery_grants, delivery_of(listing, product, purpose)),
    )


def delivery_of(listing: Listing, product: Product, purpose: int | None) -> Undertaking:
    """Return what a listing's deliverer undertakes, for a purpose if any."""
    sources, product_class = source_ids(product), product.terms.product_class
    return Undertaking(Right.DELIVER, listing.deliverer, sources, product_class, purpose)


def require_version(product: Product, version: int, where: str) -> None:
    """Refuse (E206) a product that is not ACTIVE in this version."""
    active = product.status is ProductStatus.ACTIVE and product.version == version
    require(active, Code.PRODUCT_NOT_ACTIVE, where)


def require_price(
    context: Context, product_id: bytes, product: Product, price: int, where: str
) -> None:
    """Refuse a price for public good (E407) or one above the ceiling, or without any (E401)."""
    if product.terms.fee_class is FeeClass.PUBLIC:
        require(price == 0, Code.FEE_CLASS, where)
        return
    cap = PRICE_CAPS.get(context.state, product_id)
    require(cap is not None and price <= cap.price, Code.PRICE_ABOVE_CAP, where)


def require_venue(context: Context, venue_id: bytes, where: str) -> None:
    """Refuse (E408) a venue that is not designated, or whose operator may not run it now."""
    venue = CHANNELS.get(context.state, venue_id)
    known = venue is not None and venue.kind is ChannelKind.VENUE and venue.replaced_by is None
    require(known, Code.VENUE_NOT_DESIGNATED, where)
    assert venue is not None
    operator = PARTIES.get(context.state, venue.market_operator)
    runs = operator is not None and operator.status is PartyStatus.ACTIVE
    require(runs, Code.VENUE_NOT_DESIGNATED, where)
    assert operator is not None
    require(context.holds(operator, Right.MARKET), Code.VENUE_NOT_DESIGNATED, where)


def require_channel(
    context: Context, listing: Listing, delivery: Undertaking, channel_id: bytes, where: str
) -> None:
    """Refuse (E501) a channel that is not designated, or not granted for each of the sources.

    Who grants the delivery of a source decides on which channel it leaves.
    """
    channel = CHANNELS.get(context.state, channel_id)
    designated = (
        channel is not None
        and channel.kind is ChannelKind.DELIVERY
        and channel.replaced_by is None
        and delivery.grantee in channel.deliverers
    )
    require(designated, Code.CHANNEL_NOT_DESIGNATED, where)
    grants = [GRANTS.known(context.state, grant_id) for grant_id in listing.delivery_grants]
    of_channel = [grant for grant in grants if grant.channel == channel_id]
    for source in delivery.resources:
        granted = any(covers(context.state, grant, source, delivery) for grant in of_channel)
        require(granted, Code.CHANNEL_NOT_DESIGNATED, where)


def fields_row(state: StateReader, product: Product, purpose: int) -> PurposeFields | None:
    """Return a product's row for a purpose, or for the nearest wider one, or None."""
    for code in ancestry(state, purpose):
        row = product.terms.fields_for(code)
        if row is not None:
            return row
    return None
