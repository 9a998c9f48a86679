"""Products: submitted by a developer, reviewed, suspended, resumed and retired.

    submit ─▶ SUBMITTED ─ review ─▶ ACTIVE ◀─ suspend / resume ─▶ SUSPENDED ─ retire ─▶ RETIRED
                   └────────────▶ REJECTED

Submitted again, a product has a revision under review beside the version in force.
A product serves INDIVIDUAL persons with their consent, or groups without any detail; its class says
which and never changes.
"""

from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Commitment, Identifier
from chaincode.membership.records import PURPOSES, Party
from chaincode.registration.records import (
    NOTICES,
    PRODUCTS,
    RESOURCES,
    REVISIONS,
    Product,
    ProductStatus,
    ProductTerms,
    Sensitivity,
)
from chaincode.registration.review import Decision, require_no_objection, signing_registrar
from chaincode.registration.terms import require_sound_terms
from chaincode.rights import Right
from ledger.refusal import Code, require

GRANTS_MAX = 16


@unique
class ProductReason(IntEnum):
    """Why a product is suspended, resumed or retired."""

    OWN_WISH = 1
    DEFECT = 2
    COMPLAINT = 3
    INVESTIGATION = 4
    RESOLVED = 5
    REPLACED = 6


@transaction_type("product.submit", since=1, signed_by="a developer")
@dataclass(frozen=True, slots=True)
class ProductSubmit:
    """A developer submits a product, or the next version of one, for review."""

    product: Annotated[Identifier | None, "The product to revise; none for a new one."]
    terms: Annotated[ProductTerms, "What is to be reviewed."]
    grants: Annotated[
        tuple[Identifier, ...], AtMost(GRANTS_MAX), "Grants to develop that cover the sources."
    ]


@transaction_type("product.review", since=1, signed_by="a registration body")
@dataclass(frozen=True, slots=True)
class ProductReview:
    """The registration body accepts or rejects what was submitted last."""

    product: Annotated[Identifier, "The product."]
    decision: Annotated[Decision, "The outcome."]
    impact_assessment: Annotated[
        Commitment | None, "Commitment to the impact assessment; sensitive products need one."
    ]


@transaction_type("product.suspend", since=1, signed_by="developer, operator or supervisor")
@dataclass(frozen=True, slots=True)
class ProductSuspend:
    """Nothing more is sold of a product until it is resumed."""

    product: Annotated[Identifier, "The product."]
    reason: Annotated[ProductReason, "Why."]


@transaction_type("product.resume", since=1, signed_by="who may suspend; a supervisor's by one")
@dataclass(frozen=True, slots=True)
class ProductResume:
    """A suspended product is sold again."""

    product: Annotated[Identifier, "The product."]
    reason: Annotated[ProductReason, "Why."]


@transaction_type("product.retire", since=1, signed_by="developer, operator or supervisor")
@dataclass(frozen=True, slots=True)
class ProductRetire:
    """A product ends for good; what was sold of it and not released is refunded."""

    product: Annotated[Identifier, "The product."]
    reason: Annotated[ProductReason, "Why."]


def submit_product(context: Context, body: ProductSubmit) -> None:
    """Record a product, or a revision beside the version in force."""
    context.require_signers(1)
    developer = context.signer_party()
    context.require_right(developer, Right.DEVELOP)
    context.require_not_frozen(developer.id, "signers[0]")
    product_id = context.tx_id if body.product is None else body.product
    if body.product is not None:
        _require_revisable(context, developer, body.product, body.terms)
    require_sound_terms(context, developer, body.terms, body.grants)
    _claim_notices(context, product_id, body.terms)
    if body.product is None:
        product = Product(
            version=1,
            developer=developer.id,
            terms=body.terms,
            status=ProductStatus.SUBMITTED,
            suspended_by=None,
        )
        PRODUCTS.put(context.state, product_id, product)
    else:
        REVISIONS.put(context.state, product_id, body.terms)
    context.emit("product.submitted", product_id, developer.id, body.terms.operator)


def review_product(context: Context, body: ProductReview) -> None:
    """Put a product or its revision in force, or reject it."""
    context.require_signers(1)
    product = PRODUCTS.require(context.state, body.product, "product")
    registrar = signing_registrar(context, product.developer)
    revision = REVISIONS.get(context.state, body.product)
    under_review = revision is not None or product.status is ProductStatus.SUBMITTED
    require(under_review, Code.BAD_STATE, "product")
    if body.decision is Decision.REJECTED:
        reject_product(context, body.product, product)
        return
    require_no_objection(context, body.product, "product")
    terms = product.terms if revision is None else revision
    _require_sources_as_confirmed(context, terms)
    if _is_sensitive(context, terms):
        assessed = body.impact_assessment is not None
        require(assessed, Code.IMPACT_ASSESSMENT_MISSING, "impact_assessment")
    if revision is None:
        accepted = replace(product, status=ProductStatus.ACTIVE)
    else:
        accepted = replace(product, terms=revision, version=product.version + 1)
        REVISIONS.delete(context.state, body.product)
        context.schedule(context.now_ms, DueKind.LISTINGS_END, body.product)
    PRODUCTS.put(context.state, body.product, accepted)
    ids = (body.product, product.developer, terms.operator, registrar.id)
    context.emit("product.activated", *ids, amounts=(accepted.version,))


def reject_product(context: Context, product_id: bytes, product: Product) -> None:
    """Reject what is under review; a version in force stays in force."""
    if REVISIONS.get(context.state, product_id) is not None:
        REVISIONS.delete(context.state, product_id)
    else:
        rejected = replace(product, status=ProductStatus.REJECTED)
        PRODUCTS.put(context.state, product_id, rejected)
    context.emit("product.rejected", product_id, product.developer)


def suspend_product(context: Context, body: ProductSuspend) -> None:
    """Suspend; a supervisor's suspension takes the place of the owners' own."""
    context.require_signers(1)
    product = PRODUCTS.require(context.state, body.product, "product")
    party = _require_power(context, product)
    supervises = context.holds(party, Right.WATCH)
    sold = product.status is ProductStatus.ACTIVE
    overrides = product.status is ProductStatus.SUSPENDED and supervises
    require(sold or overrides, Code.BAD_STATE, "product")
    suspended = replace(product, status=ProductStatus.SUSPENDED, suspended_by=party.id)
    PRODUCTS.put(context.state, body.product, suspended)
    context.emit("product.suspended", body.product, party.id, amounts=(body.reason,))


def resume_product(context: Context, body: ProductResume) -> None:
    """Resume; what a supervisor suspended only a supervisor resumes."""
    context.require_signers(1)
    product = PRODUCTS.require(context.state, body.product, "product")
    party = _require_power(context, product)
    require(product.status is ProductStatus.SUSPENDED, Code.BAD_STATE, "product")
    owners = (product.developer, product.terms.operator)
    allowed = context.holds(party, Right.WATCH) or product.suspended_by in owners
    require(allowed, Code.NO_RIGHT, "signers[0]")
    resumed = replace(product, status=ProductStatus.ACTIVE, suspended_by=None)
    PRODUCTS.put(context.state, body.product, resumed)
    context.emit("product.resumed", body.product, party.id, amounts=(body.reason,))


def retire_product(context: Context, body: ProductRetire) -> None:
    """Retire; its listings end with the next sweep, and rules know it at once."""
    context.require_signers(1)
    product = PRODUCTS.require(context.state, body.product, "product")
    party = _require_power(context, product)
    alive = product.status in (ProductStatus.ACTIVE, ProductStatus.SUSPENDED)
    require(alive, Code.BAD_STATE, "product")
    if REVISIONS.get(context.state, body.product) is not None:
        REVISIONS.delete(context.state, body.product)
    retired = replace(product, status=ProductStatus.RETIRED, suspended_by=None)
    PRODUCTS.put(context.state, body.product, retired)
    context.schedule(context.now_ms, DueKind.LISTINGS_END, body.product)
    context.emit("product.retired", body.product, party.id, amounts=(body.reason,))


def _require_power(context: Context, product: Product) -> Party:
    """Return the signer, or refuse (E007) who is neither developer, operator nor supervisor."""
    party = context.signer_party()
    owns = party.id in (product.developer, product.terms.operator)
    require(owns or context.holds(party, Right.WATCH), Code.NO_RIGHT, "signers[0]")
    return party


def _require_revisable(
    context: Context, developer: Party, product_id: bytes, terms: ProductTerms
) -> None:
    product = PRODUCTS.require(context.state, product_id, "product")
    require(product.developer == developer.id, Code.NO_RIGHT, "signers[0]")
    alive = product.status in (ProductStatus.ACTIVE, ProductStatus.SUSPENDED)
    require(alive, Code.BAD_STATE, "product")
    require(REVISIONS.get(context.state, product_id) is None, Code.BAD_STATE, "product")
    same_class = product.terms.product_class is terms.product_class
    require(same_class, Code.WRONG_CLASS, "terms.product_class")


def _claim_notices(context: Context, product_id: bytes, terms: ProductTerms) -> None:
    """Tie the notices to the product; refuse (E207) one that explains another product."""
    for index, row in enumerate(terms.purposes):
        if row.notice is None:
            continue
        notice = NOTICES.require(context.state, row.notice, f"terms.purposes[{index}].notice")
        free = notice.product is None or notice.product == product_id
        require(free, Code.NOTICE_MISSING, f"terms.purposes[{index}].notice")
        if notice.product is None:
            NOTICES.put(context.state, row.notice, replace(notice, product=product_id))


def _require_sources_as_confirmed(context: Context, terms: ProductTerms) -> None:
    """Refuse sources that are no longer registered (E205) or have another catalogue now (E203)."""
    for source in terms.sources:
        resource = RESOURCES.require(context.state, source.resource, "product")
        require(resource.is_active(context.now_ms), Code.SOURCES_NOT_ACTIVE, "product")
        confirmed = resource.catalogue == source.catalogue
        require(confirmed, Code.RECONFIRMATION_NEEDED, "product")


def _is_sensitive(context: Context, terms: ProductTerms) -> bool:
    purposes = [PURPOSES.require(context.state, row.purpose, "product") for row in terms.purposes]
    resources = [
        RESOURCES.require(context.state, item.resource, "product") for item in terms.sources
    ]
    return any(purpose.sensitive for purpose in purposes) or any(
        resource.sensitivity is Sensitivity.SENSITIVE for resource in resources
    )
