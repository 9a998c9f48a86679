"""Objections: any active party may object, and nothing goes on until that is decided."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Commitment, Identifier
from chaincode.registration.product import reject_product
from chaincode.registration.records import (
    OBJECTIONS,
    OPEN_OBJECTIONS,
    PRODUCTS,
    RESOURCES,
    REVISIONS,
    Objection,
    ObjectionStatus,
    OpenObjection,
    Product,
    ProductStatus,
    Resource,
    ResourceStatus,
)
from chaincode.registration.review import signing_registrar
from ledger.refusal import Code, require


@transaction_type("objection.raise", since=1, signed_by="any active party")
@dataclass(frozen=True, slots=True)
class ObjectionRaise:
    """A party objects to a resource on notice or to a product under review."""

    target: Annotated[Identifier, "The resource or product."]
    grounds: Annotated[Commitment, "Commitment to the grounds."]


@transaction_type("objection.resolve", since=1, signed_by="a registration body, or the objector")
@dataclass(frozen=True, slots=True)
class ObjectionResolve:
    """The registration body upholds or dismisses an objection, or the objector withdraws it."""

    objection: Annotated[Identifier, "The objection."]
    outcome: Annotated[ObjectionStatus, "Upheld, dismissed or withdrawn."]
    reasons: Annotated[Commitment, "Commitment to the reasons."]


def raise_objection(context: Context, body: ObjectionRaise) -> None:
    """Record an objection; a party has one open objection to a target at most (E101)."""
    context.require_signers(1)
    objector = context.signer_party()
    _require_open_target(context, body.target)
    key = (body.target, objector.id)
    require(OPEN_OBJECTIONS.get(context.state, key) is None, Code.TAKEN, "target")
    objection = Objection(body.target, objector.id, body.grounds, ObjectionStatus.OPEN)
    OBJECTIONS.put(context.state, context.tx_id, objection)
    OPEN_OBJECTIONS.put(context.state, key, OpenObjection(context.tx_id))
    context.emit("objection.raised", context.tx_id, body.target, objector.id)


def resolve_objection(context: Context, body: ObjectionResolve) -> None:
    """Close an objection; an upheld one rejects its target."""
    context.require_signers(1)
    objection = OBJECTIONS.require(context.state, body.objection, "objection")
    require(body.outcome is not ObjectionStatus.OPEN, Code.SCHEMA, "outcome")
    if body.outcome is ObjectionStatus.WITHDRAWN:
        withdraws = context.signer_party().id == objection.objector
        require(withdraws, Code.NO_RIGHT, "signers[0]")
    else:
        signing_registrar(context, objection.objector, _owner(context, objection.target))
    require(objection.status is ObjectionStatus.OPEN, Code.BAD_STATE, "objection")
    OBJECTIONS.put(context.state, body.objection, replace(objection, status=body.outcome))
    OPEN_OBJECTIONS.delete(context.state, (objection.target, objection.objector))
    name = f"objection.{body.outcome.name.lower()}"
    context.emit(name, body.objection, objection.target, objection.objector)
    if body.outcome is ObjectionStatus.UPHELD:
        _reject(context, objection.target)


def _require_open_target(context: Context, target: bytes) -> None:
    """Refuse a target that does not exist (E010) or is past objecting (E011)."""
    resource = RESOURCES.get(context.state, target)
    if resource is not None:
        require(_is_publicized(resource), Code.BAD_STATE, "target")
        return
    product = PRODUCTS.require(context.state, target, "target")
    require(_is_reviewed(context, target, product), Code.BAD_STATE, "target")


def _owner(context: Context, target: bytes) -> bytes:
    resource = RESOURCES.get(context.state, target)
    if resource is not None:
        return resource.holder
    return PRODUCTS.require(context.state, target, "objection").developer


def _reject(context: Context, target: bytes) -> None:
    """Reject what was objected to, unless another upheld objection or a review already did."""
    resource = RESOURCES.get(context.state, target)
    if resource is None:
        product = PRODUCTS.require(context.state, target, "objection")
        if _is_reviewed(context, target, product):
            reject_product(context, target, product)
    elif _is_publicized(resource):
        rejected = replace(resource, status=ResourceStatus.REJECTED)
        RESOURCES.put(context.state, target, rejected)
        context.emit("resource.rejected", target, resource.holder)


def _is_publicized(resource: Resource) -> bool:
    return resource.status is ResourceStatus.PUBLICIZED


def _is_reviewed(context: Context, target: bytes, product: Product) -> bool:
    submitted = product.status is ProductStatus.SUBMITTED
    return submitted or REVISIONS.get(context.state, target) is not None
