"""Traces: how an asset came about, from the registration of its sources to its settlement.

`trace` answers from any place of the chain. An asset, line, order, consent or matter leads back to
everything it rests on; a resource, product, listing, party or pseudonym leads forward to all its
assets. Entities come in the order in which they came about; each is named once.

A step that is no entity of its own (a consent's answer, an acknowledgement, a release, a receipt, a
settlement) is named by the transaction or sweep in which it happened.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chaincode.authorization.records import (
    CONSENTS,
    CONSENTS_OF_SUBJECT,
    GRANTS,
    MATTERS,
    Consent,
)
from chaincode.delivery.job_records import JOBS
from chaincode.delivery.records import ASSETS, ASSETS_OF_PRODUCT
from chaincode.ids import key_id
from chaincode.membership.records import PARTIES
from chaincode.registration.records import PRODUCTS, RESOURCES
from chaincode.state import StateReader
from chaincode.trading.records import (
    LINES,
    LISTINGS,
    MATCHES,
    OPEN_LINES,
    ORDERS,
    ORDERS_OF_USER,
    Line,
    LineState,
    line_ids,
)
from ledger.refusal import Code, Refused


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a trace: what it is, its id, and how it relates to what was asked for."""

    kind: str
    id: bytes
    relation: str


def trace(state: StateReader, identifier: bytes) -> Iterator[Link]:
    """Yield the links of an entity; refuse (E010) an id that names none.

    The id is 32 bytes, or a 33-byte pseudonym key. Links are made as they are asked for, so a
    caller that stops after a bounded number pays for no more.
    """
    wanted = key_id(identifier) if len(identifier) == 33 else identifier
    for knows, links in _TRACERS:
        if knows(state, wanted):
            return _once(links(state, wanted))
    raise Refused(Code.NOT_FOUND, "id")


def _once(links: Iterator[Link]) -> Iterator[Link]:
    seen: set[tuple[str, bytes]] = set()
    for link in links:
        if (link.kind, link.id) not in seen:
            seen.add((link.kind, link.id))
            yield link


def _of_asset(state: StateReader, asset_id: bytes) -> Iterator[Link]:
    return _of_line(state, ASSETS.known(state, asset_id).line)


def _of_line(state: StateReader, line_id: bytes) -> Iterator[Link]:
    line = LINES.known(state, line_id)
    yield from _sources(state, line.product)
    yield from _offer(state, line.listing)
    if line.match is not None:
        yield from _bringing_together(state, line.match)
    if line.consent is not None:
        yield from _permission(state, line.consent)
    yield Link("order", line.order, "ordered the line")
    yield Link("line", line_id, "is one line of the order")
    yield from _delivery(line)


def _of_job(state: StateReader, job_id: bytes) -> Iterator[Link]:
    return _of_line(state, JOBS.known(state, job_id).line)


def _of_order(state: StateReader, order_id: bytes) -> Iterator[Link]:
    order = ORDERS.known(state, order_id)
    for line_id in line_ids(order_id, order):
        yield from _of_line(state, line_id)


def _of_consent(state: StateReader, consent_id: bytes) -> Iterator[Link]:
    consent = CONSENTS.known(state, consent_id)
    yield from _sources(state, consent.product)
    yield from _permission(state, consent_id)
    for line_id in (*consent.used, *consent.reserved):
        yield from _of_line(state, line_id)


def _of_matter(state: StateReader, matter_id: bytes) -> Iterator[Link]:
    yield Link("matter", matter_id, "is what consent is asked for")
    for consent_id in MATTERS.known(state, matter_id).consents:
        yield from _of_consent(state, consent_id)


def _of_subject(state: StateReader, subject_id: bytes) -> Iterator[Link]:
    yield Link("subject", subject_id, "is whom the data is about")
    for (_, consent_id), _ in CONSENTS_OF_SUBJECT.scan(state, subject_id):
        yield from _of_consent(state, consent_id)


def _of_listing(state: StateReader, listing_id: bytes) -> Iterator[Link]:
    listing = LISTINGS.known(state, listing_id)
    yield from _sources(state, listing.product)
    yield from _offer(state, listing_id)
    for (_, line_id), _ in OPEN_LINES.scan(state, listing_id):
        yield Link("line", line_id, "was ordered from the listing and is not released")


def _of_match(state: StateReader, match_id: bytes) -> Iterator[Link]:
    listing_id = MATCHES.known(state, match_id).supply
    yield from _sources(state, LISTINGS.known(state, listing_id).product)
    yield from _offer(state, listing_id)
    yield from _bringing_together(state, match_id)


def _of_grant(state: StateReader, grant_id: bytes) -> Iterator[Link]:
    grant = GRANTS.known(state, grant_id)
    yield Link("party", grant.grantor, "granted it")
    for resource_id in grant.resources:
        yield Link("resource", resource_id, "is covered by it")
    yield Link("grant", grant_id, "was granted")
    yield Link("party", grant.grantee, "was granted it")


def _of_product(state: StateReader, product_id: bytes) -> Iterator[Link]:
    yield from _sources(state, product_id)
    for (_, asset_id), _ in ASSETS_OF_PRODUCT.scan(state, product_id):
        line_id = ASSETS.known(state, asset_id).line
        yield Link("asset", asset_id, "was made of the product")
        yield Link("line", line_id, "is the delivery of the asset")


def _of_resource(state: StateReader, resource_id: bytes) -> Iterator[Link]:
    yield Link("party", RESOURCES.known(state, resource_id).holder, "holds the resource")
    yield Link("resource", resource_id, "is registered")
    for product_id, product in PRODUCTS.scan(state):
        if any(source.resource == resource_id for source in product.terms.sources):
            yield from _of_product(state, product_id)


def _of_party(state: StateReader, party_id: bytes) -> Iterator[Link]:
    yield Link("party", party_id, "is registered")
    for resource_id, resource in RESOURCES.scan(state):
        if resource.holder == party_id:
            yield Link("resource", resource_id, "is held by the party")
    for product_id, product in PRODUCTS.scan(state):
        if party_id in (product.developer, product.terms.operator):
            yield from _of_product(state, product_id)
    for (_, order_id), _ in ORDERS_OF_USER.scan(state, party_id):
        yield from _of_order(state, order_id)


def _sources(state: StateReader, product_id: bytes) -> Iterator[Link]:
    """Yield what a product is made of, who holds it, and the product."""
    product = PRODUCTS.known(state, product_id)
    for source in product.terms.sources:
        resource = RESOURCES.known(state, source.resource)
        yield Link("party", resource.holder, "holds the resource")
        yield Link("resource", source.resource, "is a source of the product")
    yield Link("party", product.developer, "developed the product")
    yield Link("product", product_id, "is what was sold")


def _offer(state: StateReader, listing_id: bytes) -> Iterator[Link]:
    """Yield the grants that a listing stands on, the venue, and the listing."""
    listing = LISTINGS.known(state, listing_id)
    for grant_id in listing.operating_grants:
        yield Link("grant", grant_id, "lets the operator sell")
    for grant_id in listing.delivery_grants:
        yield Link("grant", grant_id, "lets the deliverer deliver")
    yield Link("party", listing.operator, "sells the product")
    yield Link("party", listing.deliverer, "delivers the product")
    yield Link("channel", listing.venue, "is the venue")
    yield Link("listing", listing_id, "offered the product")


def _bringing_together(state: StateReader, match_id: bytes) -> Iterator[Link]:
    """Yield the demand that a match met, and the match."""
    yield Link("demand", MATCHES.known(state, match_id).demand, "asked for such a product")
    yield Link("match", match_id, "brought supply and demand together")


def _permission(state: StateReader, consent_id: bytes) -> Iterator[Link]:
    """Yield a consent with what it rests on and its answer."""
    consent: Consent = CONSENTS.known(state, consent_id)
    yield Link("subject", key_id(consent.sid), "is whom the data is about")
    yield Link("party", consent.user, "asked for consent")
    yield Link("matter", consent.matter, "is what consent is asked for")
    yield Link("notice", consent.notice, "was shown to the person")
    yield Link("consent", consent_id, "permits the use")
    if consent.answer is not None:
        yield Link("answer", consent.answer, "answered the request")


def _delivery(line: Line) -> Iterator[Link]:
    """Yield what happened to a line from its envelope to its end."""
    refunded = line.state is LineState.REFUNDED
    steps = (
        ("job", line.job, "computed the content"),
        ("asset", line.asset, "was sealed for the line"),
        ("acknowledgement", line.acknowledgement, "acknowledged the envelope"),
        ("release", line.release, "released the key"),
        ("acceptance", line.acceptance, "accepted the delivery"),
        ("dispute", line.dispute, "disputed the delivery"),
        ("refund" if refunded else "settlement", line.ending, "ended the line"),
    )
    for kind, identifier, relation in steps:
        if identifier is not None:
            yield Link(kind, identifier, relation)


def _has_consents(state: StateReader, subject_id: bytes) -> bool:
    return next(CONSENTS_OF_SUBJECT.scan(state, subject_id), None) is not None


_TRACERS: tuple[
    tuple[
        Callable[[StateReader, bytes], object],
        Callable[[StateReader, bytes], Iterator[Link]],
    ],
    ...,
] = (
    (ASSETS.get, _of_asset),
    (LINES.get, _of_line),
    (ORDERS.get, _of_order),
    (CONSENTS.get, _of_consent),
    (MATTERS.get, _of_matter),
    (LISTINGS.get, _of_listing),
    (MATCHES.get, _of_match),
    (GRANTS.get, _of_grant),
    (JOBS.get, _of_job),
    (PRODUCTS.get, _of_product),
    (RESOURCES.get, _of_resource),
    (PARTIES.get, _of_party),
    (_has_consents, _of_subject),
)
"""How each kind of entity is recognised and traced, the most frequent first."""
