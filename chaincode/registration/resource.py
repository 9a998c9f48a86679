"""Resources: submitted, reviewed, on public notice, activated, and so held (制度确权).

    submit ─▶ REVIEW ─ review ─▶ PUBLICIZED ─ activate ─▶ ACTIVE ─ time ─▶ EXPIRED
                  └─▶ REJECTED ◀─ objection upheld ─┘         └ deregister ─▶ DEREGISTERED ◀┘

On notice anybody among the parties may object; what is upheld ends the registration.
"""

from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import Commitment, Identifier, Milliseconds, PublicName, Unsigned8
from chaincode.parameters import ParameterName
from chaincode.registration.records import (
    RESOURCES,
    Custody,
    Resource,
    ResourceKind,
    ResourceStatus,
    RowBucket,
    Sensitivity,
    SourceMode,
    UpdateCycle,
)
from chaincode.registration.review import Decision, require_no_objection, signing_registrar
from chaincode.rights import Right
from ledger.refusal import Code, require
from ledger.suites import ZERO_HASH


@unique
class ChangeKind(IntEnum):
    """What a change of a resource does."""

    CHANGE = 1
    """The resource itself became another."""
    CORRECT = 2
    """Its description was wrong; the item catalogue stays."""
    RENEW = 3
    """Its registration lasts longer; nothing else changes."""


@unique
class DeregistrationReason(IntEnum):
    """Why a resource leaves the register."""

    HOLDER_REQUEST = 1
    SOURCE_CLOSED = 2
    UNLAWFUL_ORIGIN = 3
    MERGED = 4


@transaction_type("resource.submit", since=1, signed_by="a holder")
@dataclass(frozen=True, slots=True)
class ResourceSubmit:
    """A holder submits a data resource for registration."""

    name: Annotated[PublicName, "Public name of the resource."]
    kind: Annotated[ResourceKind, "Which of the five kinds it is."]
    source_mode: Annotated[SourceMode, "Where the data comes from."]
    custody: Annotated[Custody, "In whose domain the raw data lies."]
    classification: Annotated[Unsigned8, "Class in the city's inventory."]
    sensitivity: Annotated[Sensitivity, "How much care it needs."]
    catalogue: Annotated[Commitment, "Merkle root of its item catalogue."]
    rows: Annotated[RowBucket, "About how many rows it has."]
    update_cycle: Annotated[UpdateCycle, "How often it is brought up to date."]
    project: Annotated[Commitment | None, "Commitment to the information project behind it."]
    legality: Annotated[Commitment, "Commitment to the file that shows its lawful origin."]


@transaction_type("resource.review", since=1, signed_by="a registration body")
@dataclass(frozen=True, slots=True)
class ResourceReview:
    """The registration body rejects a resource or puts it on public notice."""

    resource: Annotated[Identifier, "The resource."]
    decision: Annotated[Decision, "The outcome."]
    notice_ms: Annotated[Milliseconds, "Length of the public notice."]


@transaction_type("resource.activate", since=1, signed_by="a registration body")
@dataclass(frozen=True, slots=True)
class ResourceActivate:
    """The registration body registers a resource whose notice is over without open objection."""

    resource: Annotated[Identifier, "The resource."]
    registration: Annotated[Commitment, "Registration code."]
    valid_until_ms: Annotated[Milliseconds, "When the registration ends."]


@transaction_type("resource.change", since=1, signed_by="the holder; a registration body")
@dataclass(frozen=True, slots=True)
class ResourceChange:
    """Holder and registration body change, correct or renew a registration; absent fields stay."""

    resource: Annotated[Identifier, "The resource."]
    kind: Annotated[ChangeKind, "What the change does."]
    name: Annotated[PublicName | None, "New public name."] = None
    classification: Annotated[Unsigned8 | None, "New class in the city's inventory."] = None
    sensitivity: Annotated[Sensitivity | None, "New sensitivity."] = None
    catalogue: Annotated[Commitment | None, "New Merkle root of its item catalogue."] = None
    rows: Annotated[RowBucket | None, "New count of rows."] = None
    update_cycle: Annotated[UpdateCycle | None, "New update cycle."] = None
    valid_until_ms: Annotated[Milliseconds | None, "New end of the registration."] = None


@transaction_type(
    "resource.deregister",
    since=1,
    signed_by="a registration body, after the holder where it agrees",
)
@dataclass(frozen=True, slots=True)
class ResourceDeregister:
    """A resource leaves the register for good; what was sold of it and not released is refunded."""

    resource: Annotated[Identifier, "The resource."]
    reason: Annotated[DeregistrationReason, "Why."]


def submit_resource(context: Context, body: ResourceSubmit) -> None:
    """Record a resource for review; an empty catalogue is no catalogue (E204)."""
    context.require_signers(1)
    holder = context.signer_party()
    context.require_right(holder, Right.HOLD)
    context.require_not_frozen(holder.id, "signers[0]")
    require(body.catalogue != ZERO_HASH, Code.BAD_ROOT, "catalogue")
    resource = Resource(
        version=1,
        holder=holder.id,
        name=body.name,
        kind=body.kind,
        source_mode=body.source_mode,
        custody=body.custody,
        classification=body.classification,
        sensitivity=body.sensitivity,
        catalogue=body.catalogue,
        rows=body.rows,
        update_cycle=body.update_cycle,
        project=body.project,
        legality=body.legality,
        status=ResourceStatus.REVIEW,
        notice_until_ms=0,
        registration=None,
        valid_until_ms=0,
    )
    RESOURCES.put(context.state, context.tx_id, resource)
    context.emit("resource.submitted", context.tx_id, holder.id)


def review_resource(context: Context, body: ResourceReview) -> None:
    """Publicize or reject; the notice is never shorter than the parameter says."""
    context.require_signers(1)
    resource = RESOURCES.require(context.state, body.resource, "resource")
    registrar = signing_registrar(context, resource.holder)
    require(resource.status is ResourceStatus.REVIEW, Code.BAD_STATE, "resource")
    if body.decision is Decision.REJECTED:
        rejected = replace(resource, status=ResourceStatus.REJECTED)
        RESOURCES.put(context.state, body.resource, rejected)
        context.emit("resource.rejected", body.resource, resource.holder, registrar.id)
        return
    long_enough = body.notice_ms >= context.parameter(ParameterName.NOTICE_MS)
    require(long_enough, Code.OUT_OF_BOUNDS, "notice_ms")
    until_ms = context.now_ms + body.notice_ms
    published = replace(resource, status=ResourceStatus.PUBLICIZED, notice_until_ms=until_ms)
    RESOURCES.put(context.state, body.resource, published)
    amounts = (until_ms,)
    context.emit("resource.publicized", body.resource, resource.holder, amounts=amounts)


def activate_resource(context: Context, body: ResourceActivate) -> None:
    """Register a resource: from now on its holder holds it."""
    context.require_signers(1)
    resource = RESOURCES.require(context.state, body.resource, "resource")
    registrar = signing_registrar(context, resource.holder)
    require(resource.status is ResourceStatus.PUBLICIZED, Code.BAD_STATE, "resource")
    context.require_not_frozen(body.resource, "resource")
    require(context.now_ms >= resource.notice_until_ms, Code.NOTICE_RUNNING, "resource")
    require_no_objection(context, body.resource, "resource")
    _require_term(context, body.valid_until_ms)
    active = replace(
        resource,
        status=ResourceStatus.ACTIVE,
        registration=body.registration,
        valid_until_ms=body.valid_until_ms,
    )
    RESOURCES.put(context.state, body.resource, active)
    context.schedule(body.valid_until_ms, DueKind.RESOURCE_EXPIRES, body.resource)
    context.emit("resource.activated", body.resource, resource.holder, registrar.id)


def change_resource(context: Context, body: ResourceChange) -> None:
    """Give a resource its next version.

    Products must be confirmed again where the catalogue changed.
    """
    context.require_signers(2)
    resource = RESOURCES.require(context.state, body.resource, "resource")
    _require_holder(context, resource)
    signing_registrar(context, resource.holder, index=1)
    require(resource.is_active(context.now_ms), Code.RESOURCE_NOT_ACTIVE, "resource")
    context.require_not_frozen(body.resource, "resource")
    _require_change_fits(body)
    if body.valid_until_ms is not None:
        _require_term(context, body.valid_until_ms)
        context.schedule(body.valid_until_ms, DueKind.RESOURCE_EXPIRES, body.resource)
    changed = _changed(resource, body)
    RESOURCES.put(context.state, body.resource, changed)
    context.emit("resource.changed", body.resource, resource.holder, amounts=(changed.version,))


def deregister_resource(context: Context, body: ResourceDeregister) -> None:
    """End a registration: holder and registration body together, or the registration body alone."""
    resource = RESOURCES.require(context.state, body.resource, "resource")
    agreed = len(context.signers) > 1
    context.require_signers(2 if agreed else 1)
    if agreed:
        _require_holder(context, resource)
    registrar = signing_registrar(context, resource.holder, index=1 if agreed else 0)
    registered = resource.status in (ResourceStatus.ACTIVE, ResourceStatus.EXPIRED)
    require(registered, Code.BAD_STATE, "resource")
    ended = replace(resource, status=ResourceStatus.DEREGISTERED)
    RESOURCES.put(context.state, body.resource, ended)
    context.schedule(context.now_ms, DueKind.LISTINGS_END, body.resource)
    amounts = (body.reason,)
    context.emit(
        "resource.deregistered", body.resource, resource.holder, registrar.id, amounts=amounts
    )


def expire_resource(context: Context, resource_id: bytes) -> None:
    """Write down that a registration's term is over, unless it was renewed."""
    resource = RESOURCES.get(context.state, resource_id)
    assert resource is not None
    over = context.now_ms >= resource.valid_until_ms
    if resource.status is ResourceStatus.ACTIVE and over:
        expired = replace(resource, status=ResourceStatus.EXPIRED)
        RESOURCES.put(context.state, resource_id, expired)
        context.schedule(context.now_ms, DueKind.LISTINGS_END, resource_id)
        context.emit("resource.expired", resource_id, resource.holder)


def _require_holder(context: Context, resource: Resource) -> None:
    holder = context.signer_party()
    require(holder.id == resource.holder, Code.NO_RIGHT, "signers[0]")


def _require_term(context: Context, until_ms: int) -> None:
    require(context.now_ms < until_ms, Code.DEADLINE_PASSED, "valid_until_ms")
    longest = context.parameter(ParameterName.RESOURCE_TERM_MAX_MS)
    require(until_ms <= context.now_ms + longest, Code.OUT_OF_BOUNDS, "valid_until_ms")


def _require_change_fits(body: ResourceChange) -> None:
    """Refuse (E006) a change that touches what its kind leaves alone, or nothing at all."""
    described = (body.name, body.classification, body.sensitivity, body.rows, body.update_cycle)
    describes = any(value is not None for value in described)
    if body.kind is ChangeKind.RENEW:
        require(body.valid_until_ms is not None, Code.SCHEMA, "valid_until_ms")
        require(not describes, Code.SCHEMA, "kind")
        require(body.catalogue is None, Code.SCHEMA, "catalogue")
        return
    require(body.valid_until_ms is None, Code.SCHEMA, "valid_until_ms")
    if body.kind is ChangeKind.CORRECT:
        require(body.catalogue is None, Code.SCHEMA, "catalogue")
        require(describes, Code.SCHEMA, "kind")
        return
    require(describes or body.catalogue is not None, Code.SCHEMA, "kind")
    require(body.catalogue != ZERO_HASH, Code.BAD_ROOT, "catalogue")


def _changed(resource: Resource, body: ResourceChange) -> Resource:
    patch = {
        name: getattr(body, name)
        for name in (
            "name",
            "classification",
            "sensitivity",
            "catalogue",
            "rows",
            "update_cycle",
            "valid_until_ms",
        )
        if getattr(body, name) is not None
    }
    return replace(resource, version=resource.version + 1, **patch)
