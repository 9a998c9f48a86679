"""Institutional grants: operating data, or its market, is a right that is acquired by agreement.

    grant.offer ─▶ OFFERED ─ grant.accept (pays) ─▶ ACTIVE ─ time ─▶ EXPIRED
                      │ time ─▶ LAPSED                 ├ grant.revoke ─▶ REVOKED
                      └ grant.revoke ─▶ REVOKED        └ grant.surrender ─▶ SURRENDERED

With a grant its listings end, and what was ordered from them and not released is refunded.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.purposes import require_purpose
from chaincode.authorization.records import (
    CLASSES_MAX,
    GRANT_PURPOSES_MAX,
    GRANT_RESOURCES_MAX,
    GRANTS,
    Grant,
    GrantStatus,
)
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import AtMost, Commitment, Fen, Identifier, Milliseconds, Unsigned32
from chaincode.membership.records import Party
from chaincode.parameters import ParameterName
from chaincode.registration.records import CHANNELS, RESOURCES, ProductClass, ResourceStatus
from chaincode.rights import Right
from chaincode.settlement.accounts import transfer
from ledger.refusal import Code, require

GRANTABLE = frozenset({Right.DEVELOP, Right.OPERATE, Right.DELIVER, Right.MARKET})


@transaction_type("grant.offer", since=1, signed_by="the holder of the resources or an authorizer")
@dataclass(frozen=True, slots=True)
class GrantOffer:
    """A holder or an authorizing body offers a party to exercise a right within a scope."""

    kind: Annotated[Right, "The right: develop, operate, deliver or market."]
    grantee: Annotated[Identifier, "The party that may exercise it."]
    resources: Annotated[
        tuple[Identifier, ...], AtMost(GRANT_RESOURCES_MAX), "The resources it covers."
    ]
    classes: Annotated[
        tuple[ProductClass, ...], AtMost(CLASSES_MAX), "The classes of products it covers."
    ]
    purposes: Annotated[
        tuple[Unsigned32, ...], AtMost(GRANT_PURPOSES_MAX), "Purposes, each with all below it."
    ]
    channel: Annotated[Identifier | None, "The delivery channel; only for a grant to deliver."]
    accept_until_ms: Annotated[Milliseconds, "When the offer lapses."]
    until_ms: Annotated[Milliseconds, "When the authorization ends."]
    consideration: Annotated[Fen, "What the grantee pays on acceptance."]
    agreement: Annotated[Commitment, "Commitment to the agreement's text."]


@transaction_type("grant.accept", since=1, signed_by="the grantee")
@dataclass(frozen=True, slots=True)
class GrantAccept:
    """The grantee accepts an offer and pays its consideration."""

    grant: Annotated[Identifier, "The offered grant."]


@transaction_type("grant.revoke", since=1, signed_by="the grantor", protective=True)
@dataclass(frozen=True, slots=True)
class GrantRevoke:
    """The grantor takes an offer or a grant back for good."""

    grant: Annotated[Identifier, "The grant."]


@transaction_type("grant.surrender", since=1, signed_by="the grantee", protective=True)
@dataclass(frozen=True, slots=True)
class GrantSurrender:
    """The grantee gives a grant up for good."""

    grant: Annotated[Identifier, "The grant."]


def offer_grant(context: Context, body: GrantOffer) -> None:
    """Offer a grant: scope held by the grantor, terms within the parameters."""
    context.require_signers(1)
    grantor = context.signer_party()
    context.require_not_frozen(grantor.id, "signers[0]")
    require(body.kind in GRANTABLE, Code.SCHEMA, "kind")
    _require_scope(context, grantor, body)
    _require_terms(context, body)
    grantee = context.active_party(body.grantee, "grantee")
    GRANTS.put(
        context.state,
        context.tx_id,
        Grant(
            kind=body.kind,
            grantor=grantor.id,
            grantee=grantee.id,
            resources=body.resources,
            classes=body.classes,
            purposes=body.purposes,
            channel=body.channel,
            accept_until_ms=body.accept_until_ms,
            until_ms=body.until_ms,
            consideration=body.consideration,
            agreement=body.agreement,
            status=GrantStatus.OFFERED,
        ),
    )
    context.schedule(body.accept_until_ms, DueKind.GRANT_OFFER_LAPSES, context.tx_id)
    context.emit("grant.offered", context.tx_id, grantor.id, grantee.id)


def accept_grant(context: Context, body: GrantAccept) -> None:
    """Accept an offer: the consideration moves from grantee to grantor and the grant is ACTIVE."""
    context.require_signers(1)
    grantee = context.signer_party()
    grant = GRANTS.require(context.state, body.grant, "grant")
    require(grant.grantee == grantee.id, Code.NO_RIGHT, "signers[0]")
    context.require_right(grantee, grant.kind)
    require(grant.status is GrantStatus.OFFERED, Code.BAD_STATE, "grant")
    require(context.now_ms < grant.accept_until_ms, Code.DEADLINE_PASSED, "grant")
    context.require_not_frozen(body.grant, "grant")
    context.require_not_frozen(grantee.id, "signers[0]")
    transfer(context, grant.grantee, grant.grantor, grant.consideration)
    GRANTS.put(context.state, body.grant, replace(grant, status=GrantStatus.ACTIVE))
    context.schedule(grant.until_ms, DueKind.GRANT_EXPIRES, body.grant)
    context.emit(
        "grant.accepted",
        body.grant,
        grant.grantor,
        grant.grantee,
        amounts=(grant.consideration,),
    )


def revoke_grant(context: Context, body: GrantRevoke) -> None:
    """Revoke an offer or a grant; both ends are terminal."""
    context.require_signers(1)
    grantor = context.signer_party()
    grant = GRANTS.require(context.state, body.grant, "grant")
    require(grant.grantor == grantor.id, Code.NO_RIGHT, "signers[0]")
    require(_is_alive(grant, context.now_ms), Code.BAD_STATE, "grant")
    _end(context, body.grant, grant, GrantStatus.REVOKED)


def surrender_grant(context: Context, body: GrantSurrender) -> None:
    """Surrender a grant."""
    context.require_signers(1)
    grantee = context.signer_party()
    grant = GRANTS.require(context.state, body.grant, "grant")
    require(grant.grantee == grantee.id, Code.NO_RIGHT, "signers[0]")
    active = grant.status is GrantStatus.ACTIVE and context.now_ms < grant.until_ms
    require(active, Code.BAD_STATE, "grant")
    _end(context, body.grant, grant, GrantStatus.SURRENDERED)


def lapse_offer(context: Context, grant_id: bytes) -> None:
    """Write down that an offer was not accepted in time."""
    grant = GRANTS.get(context.state, grant_id)
    if grant is not None and grant.status is GrantStatus.OFFERED:
        GRANTS.put(context.state, grant_id, replace(grant, status=GrantStatus.LAPSED))
        context.emit("grant.lapsed", grant_id, grant.grantor, grant.grantee)


def expire_grant(context: Context, grant_id: bytes) -> None:
    """Write down that a grant's term is over."""
    grant = GRANTS.get(context.state, grant_id)
    if grant is not None and grant.status is GrantStatus.ACTIVE:
        _end(context, grant_id, grant, GrantStatus.EXPIRED)


def _end(context: Context, grant_id: bytes, grant: Grant, status: GrantStatus) -> None:
    GRANTS.put(context.state, grant_id, replace(grant, status=status))
    if grant.status is GrantStatus.ACTIVE:
        context.schedule(context.now_ms, DueKind.LISTINGS_END, grant_id)
    context.emit(f"grant.{status.name.lower()}", grant_id, grant.grantor, grant.grantee)


def _is_alive(grant: Grant, now_ms: int) -> bool:
    if grant.status is GrantStatus.OFFERED:
        return now_ms < grant.accept_until_ms
    return grant.status is GrantStatus.ACTIVE and now_ms < grant.until_ms


def _require_scope(context: Context, grantor: Party, body: GrantOffer) -> None:
    """Refuse a grantor without power over the scope (E007, E303), or a scope without substance."""
    authorizes = context.holds(grantor, Right.AUTHORIZE)
    if body.kind is Right.MARKET:
        require(authorizes, Code.NO_RIGHT, "signers[0]")
    else:
        require(bool(body.resources), Code.OUT_OF_SCOPE, "resources")
        require(bool(body.classes), Code.OUT_OF_SCOPE, "classes")
        require(bool(body.purposes), Code.OUT_OF_SCOPE, "purposes")
    require(authorizes or context.holds(grantor, Right.HOLD), Code.NO_RIGHT, "signers[0]")
    for index, resource_id in enumerate(body.resources):
        where = f"resources[{index}]"
        resource = RESOURCES.require(context.state, resource_id, where)
        require(authorizes or resource.holder == grantor.id, Code.OUT_OF_SCOPE, where)
        require(resource.status is ResourceStatus.ACTIVE, Code.RESOURCE_NOT_ACTIVE, where)
        require(body.until_ms <= resource.valid_until_ms, Code.OUT_OF_SCOPE, "until_ms")
        context.require_not_frozen(resource_id, where)
    for index, purpose in enumerate(body.purposes):
        require_purpose(context.state, purpose, f"purposes[{index}]")
    if body.kind is Right.DELIVER:
        require(body.channel is not None, Code.CHANNEL_NOT_DESIGNATED, "channel")
    else:
        require(body.channel is None, Code.SCHEMA, "channel")
    if body.channel is not None:
        CHANNELS.require(context.state, body.channel, "channel")


def _require_terms(context: Context, body: GrantOffer) -> None:
    """Refuse (E514, E021) times that are over, in the wrong order or longer than allowed."""
    now_ms = context.now_ms
    require(now_ms < body.accept_until_ms, Code.DEADLINE_PASSED, "accept_until_ms")
    require(body.accept_until_ms <= body.until_ms, Code.OUT_OF_BOUNDS, "accept_until_ms")
    offer_term_ms = context.parameter(ParameterName.GRANT_OFFER_TERM_MS)
    require(body.accept_until_ms <= now_ms + offer_term_ms, Code.OUT_OF_BOUNDS, "accept_until_ms")
    grant_term_ms = context.parameter(ParameterName.GRANT_TERM_MAX_MS)
    require(body.until_ms <= now_ms + grant_term_ms, Code.OUT_OF_BOUNDS, "until_ms")
