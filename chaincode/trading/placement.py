"""Placing an order: rights are checked, the price goes into escrow, a use is reserved a line."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.permission import require_free_use, require_granted
from chaincode.authorization.purposes import require_within
from chaincode.authorization.records import CONSENTS, Consent
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Identifier, KemKey, Milliseconds, Unsigned32
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.registration.records import PRODUCTS, Product
from chaincode.rights import Right
from chaincode.settlement.accounts import debit
from chaincode.settlement.pools import join_pool
from chaincode.settlement.records import CURRENT_POLICIES, POLICIES
from chaincode.trading.conditions import (
    fields_row,
    frozen_targets,
    require_all_active,
    require_grants,
    require_none_frozen,
    require_price,
    require_sources,
    require_venue,
    require_version,
)
from chaincode.trading.duties import take_on_line
from chaincode.trading.rates import count_individual_line
from chaincode.trading.records import (
    LINES,
    LINES_MAX,
    LISTINGS,
    MATCHES,
    OPEN_LINES,
    ORDERS,
    ORDERS_OF_USER,
    Line,
    LineState,
    Listing,
    Match,
    OpenLine,
    Order,
    OrderOfUser,
)
from ledger.refusal import Code, Refused, require


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What is ordered in one line."""

    listing: Annotated[Identifier, "The listing, or the match that was made for the user."]
    purpose: Annotated[Unsigned32, "What the data will be used for."]
    consent: Annotated[Identifier | None, "The person's consent; none for data about nobody."]


@transaction_type("order.place", since=1, signed_by="the user")
@dataclass(frozen=True, slots=True)
class OrderPlace:
    """Order deliveries from one operator at one venue; the price is held in escrow."""

    lines: Annotated[tuple[OrderLine, ...], AtMost(LINES_MAX), "What is ordered."]
    receiving_key: Annotated[KemKey, "The user's fresh envelope key for this order."]
    confirm_until_ms: Annotated[Milliseconds, "When unconfirmed lines are refunded."]
    deliver_until_ms: Annotated[Milliseconds, "When unreleased lines are refunded."]


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a line is ordered from: a listing, on a match or without one."""

    listing_id: bytes
    match_id: bytes | None
    match: Match | None


@dataclass(frozen=True, slots=True)
class _Sale:
    """One line under examination: what is ordered by whom from which offer, and where it stands."""

    user: bytes
    ordered: OrderLine
    offer: _Offer
    listing: Listing
    product: Product
    where: str


def place_order(context: Context, body: OrderPlace) -> None:
    """Place an order; line i gets part id i of the order's id. All of it happens or nothing."""
    context.require_signers(1)
    user = context.signer_party()
    context.require_right(user, Right.USE)
    context.require_not_frozen(user.id, "signers[0]")
    _require_terms(context, body)
    lines = []
    for index in range(len(body.lines)):
        # Each line is examined in the state that the lines before it leave behind.
        sale = _sale(context, user.id, body, index)
        line = _checked_line(context, body, sale)
        count_individual_line(context, line, user.id, sale.where)
        _take(context, part_id(context.tx_id, index), line)
        take_on_line(context, user.id, sale.listing)
        lines.append(line)
    escrow = sum(line.price for line in lines)
    debit(context, user.id, escrow, "lines")
    seller = LISTINGS.known(context.state, lines[0].listing)
    order = Order(
        user=user.id,
        operator=seller.operator,
        venue=seller.venue,
        receiving_key=body.receiving_key,
        line_count=len(lines),
        escrow=escrow,
        placed_ms=context.now_ms,
        confirm_until_ms=body.confirm_until_ms,
        deliver_until_ms=body.deliver_until_ms,
    )
    ORDERS.put(context.state, context.tx_id, order)
    ORDERS_OF_USER.put(context.state, (user.id, context.tx_id), OrderOfUser())
    if any(line.state is LineState.PLACED for line in lines):
        context.schedule(body.confirm_until_ms, DueKind.ORDER_CONFIRMATION_ENDS, context.tx_id)
    context.schedule(body.deliver_until_ms, DueKind.ORDER_DELIVERY_ENDS, context.tx_id)
    context.emit("order.placed", context.tx_id, user.id, seller.operator, amounts=(escrow,))


def _require_terms(context: Context, body: OrderPlace) -> None:
    now_ms = context.now_ms
    require(bool(body.lines), Code.SCHEMA, "lines")
    require(now_ms < body.confirm_until_ms, Code.DEADLINE_PASSED, "confirm_until_ms")
    ordered = body.confirm_until_ms <= body.deliver_until_ms
    require(ordered, Code.OUT_OF_BOUNDS, "confirm_until_ms")
    latest_ms = now_ms + context.parameter(ParameterName.ORDER_TERM_MAX_MS)
    require(body.deliver_until_ms <= latest_ms, Code.OUT_OF_BOUNDS, "deliver_until_ms")


def _sale(context: Context, user: bytes, body: OrderPlace, index: int) -> _Sale:
    where = f"lines[{index}]"
    ordered = body.lines[index]
    offer = _offer(context, ordered.listing, f"{where}.listing")
    listing = LISTINGS.known(context.state, offer.listing_id)
    product = PRODUCTS.known(context.state, listing.product)
    return _Sale(user, ordered, offer, listing, product, where)


def _offer(context: Context, offer_id: bytes, where: str) -> _Offer:
    match = MATCHES.get(context.state, offer_id)
    if match is not None:
        return _Offer(match.supply, offer_id, match)
    LISTINGS.require(context.state, offer_id, where)
    return _Offer(offer_id, None, None)


def _checked_line(context: Context, body: OrderPlace, sale: _Sale) -> Line:
    """Refuse what may not be ordered, in a fixed order of rules; return the line as it will be."""
    _require_seller(context, body, sale)
    consent = _consent(context, body, sale)
    listing, product, where = sale.listing, sale.product, sale.where
    require_sources(context, product, where)
    require_grants(context, listing, product, sale.ordered.purpose, where)
    require_version(product, listing.product_version, where)
    require_price(context, listing.product, product, listing.price, f"{where}.listing")
    policy = CURRENT_POLICIES.known(context.state, listing.product)
    return Line(
        order=context.tx_id,
        listing=sale.offer.listing_id,
        match=sale.offer.match_id,
        product=listing.product,
        product_version=listing.product_version,
        product_class=product.terms.product_class,
        purpose=sale.ordered.purpose,
        fields=_fields(context, sale, consent),
        consent=sale.ordered.consent,
        matter=None if consent is None else consent.matter,
        sid=None if consent is None else consent.sid,
        price=listing.price,
        policy_version=policy.version,
        state=LineState.CONFIRMED if listing.auto_confirm else LineState.PLACED,
        job=None,
        asset=None,
        released_ms=None,
        receipt_until_ms=None,
        accepted_ms=None,
        refund_reason=None,
        acknowledgement=None,
        release=None,
        acceptance=None,
        dispute=None,
        ending=None,
        income=0,
    )


def _require_seller(context: Context, body: OrderPlace, sale: _Sale) -> None:
    """Refuse an offer that is over (E403), frozen (E009), or one's own (E405)."""
    listing, where = sale.listing, sale.where
    _require_on_offer(context, sale)
    require_none_frozen(context, frozen_targets(context.state, listing, sale.product), where)
    first = LISTINGS.known(context.state, _offer(context, body.lines[0].listing, where).listing_id)
    same = (first.operator, first.venue) == (listing.operator, listing.venue)
    require(same, Code.SCHEMA, f"{where}.listing")
    require_all_active(context, listing, sale.product, where)
    version = CURRENT_POLICIES.known(context.state, listing.product)
    policy = POLICIES.known(context.state, (listing.product, version.version))
    payees = (payee.party for payee in policy.payees)
    require(sale.user not in (listing.operator, *payees), Code.SELF_DEALING, where)
    require_venue(context, listing.venue, f"{where}.listing")


def _require_on_offer(context: Context, sale: _Sale) -> None:
    """Refuse a listing that is over or sold out (E403).

    A match belongs to its user (E007), for its purpose (E308), and outlives the listing.
    """
    match, where = sale.offer.match, sale.where
    if match is None:
        sold_out = sale.listing.remaining == 0
        on_offer = sale.listing.is_open(context.now_ms) and not sold_out
        require(on_offer, Code.LISTING_CLOSED, where)
        return
    require(match.user == sale.user, Code.NO_RIGHT, f"{where}.listing")
    on_offer = match.is_open(context.now_ms) and match.remaining > 0
    require(on_offer, Code.LISTING_CLOSED, where)
    require_within(context.state, sale.ordered.purpose, match.purpose, f"{where}.purpose")


def _consent(context: Context, body: OrderPlace, sale: _Sale) -> Consent | None:
    """Return the consent to a line about a person; refuse one that does not permit it."""
    where = f"{sale.where}.consent"
    consent_id = sale.ordered.consent
    if not sale.product.terms.product_class.is_individual:
        require(consent_id is None, Code.WRONG_CLASS, where)
        return None
    if consent_id is None:
        raise Refused(Code.CONSENT_NOT_GRANTED, where)
    consent = CONSENTS.require(context.state, consent_id, where)
    context.require_not_frozen(consent_id, where)
    require_granted(context, consent, where)
    require_free_use(consent, where)
    require(consent.user == sale.user, Code.WRONG_USER, where)
    named = (consent.product, consent.product_version)
    offered = (sale.listing.product, sale.listing.product_version)
    require(named == offered, Code.WRONG_PRODUCT, where)
    require_within(context.state, sale.ordered.purpose, consent.purpose, f"{sale.where}.purpose")
    key_fits = consent.receiving_key in (None, body.receiving_key)
    require(key_fits, Code.CONSENT_ALTERED, "receiving_key")
    return consent


def _fields(context: Context, sale: _Sale, consent: Consent | None) -> int:
    """Return what may be delivered: no more than the product gives for the purpose (E308, E311)."""
    row = fields_row(context.state, sale.product, sale.ordered.purpose)
    if row is None:
        raise Refused(Code.WRONG_PURPOSE, f"{sale.where}.purpose")
    if consent is None:
        return row.fields
    require(consent.fields & ~row.fields == 0, Code.WRONG_FIELDS, f"{sale.where}.consent")
    return consent.fields


def _take(context: Context, line_id: bytes, line: Line) -> None:
    """Store a line, reserve its use, take it from the listing's quantity, count it in its pool."""
    state = context.state
    LINES.put(state, line_id, line)
    OPEN_LINES.put(state, (line.listing, line_id), OpenLine())
    join_pool(context, (line.product, line.policy_version))
    listing = LISTINGS.known(state, line.listing)
    if line.match is not None:
        match = MATCHES.known(state, line.match)
        MATCHES.put(state, line.match, replace(match, remaining=match.remaining - 1))
    elif listing.remaining is not None:
        LISTINGS.put(state, line.listing, replace(listing, remaining=listing.remaining - 1))
    ids = [line_id, line.order, line.listing, line.product]
    if line.consent is not None and line.matter is not None:
        consent = CONSENTS.known(state, line.consent)
        CONSENTS.put(state, line.consent, replace(consent, reserved=(*consent.reserved, line_id)))
        ids += [line.consent, line.matter]
    context.emit("line.placed", *ids, amounts=(line.price,))
