"""Consents: a person permits one product version, one purpose, one matter, a number of uses.

    consent.request ─▶ REQUESTED ─ consent.grant ─▶ GRANTED ─ last use ─────▶ EXHAUSTED
                          ├ consent.deny ─▶ DENIED     ├ consent.revoke ────▶ REVOKED
                          ├ consent.revoke ▶ REVOKED   ├ time ──────────────▶ EXPIRED
                          ├ time ─────────▶ LAPSED     └ matter ends ───────▶ CLOSED
                          └ matter ends ──▶ CLOSED

The id of a consent is the id of its request, so the person's signature binds every word of it, on
this chain alone. Denying and revoking are protective: within a block they come first and win.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.ending import end_consent
from chaincode.authorization.records import CONSENTS, MATTERS, ConsentStatus
from chaincode.authorization.subjects import Actor, require_actor, require_protector
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.erasure import demand_erasure
from chaincode.due import DueKind
from chaincode.fields import Flag, Identifier, KemKey
from chaincode.ids import key_id
from chaincode.membership.subject import dedicate_subject
from chaincode.trading.records import RefundReason
from ledger.refusal import Code, require

OPEN_STATUSES = frozenset({ConsentStatus.REQUESTED, ConsentStatus.GRANTED})


@transaction_type("consent.grant", since=1, signed_by="the subject's pseudonym key")
@dataclass(frozen=True, slots=True)
class ConsentGrant:
    """The person agrees to exactly what was requested."""

    consent: Annotated[Identifier, "The request that is granted."]
    notice: Annotated[Identifier, "The registered notice that the person was shown."]
    copy_key: Annotated[KemKey | None, "The person's key for a copy of their own, if wanted."]


@transaction_type("consent.deny", since=1, signed_by="the subject's pseudonym key", protective=True)
@dataclass(frozen=True, slots=True)
class ConsentDeny:
    """The person refuses a request."""

    consent: Annotated[Identifier, "The request that is refused."]


@transaction_type(
    "consent.revoke", since=1, signed_by="the subject's pseudonym key", protective=True
)
@dataclass(frozen=True, slots=True)
class ConsentRevoke:
    """The person takes a consent back: what is not released never will be."""

    consent: Annotated[Identifier, "The consent."]
    erase: Annotated[Flag, "Whether what was already delivered must be erased now."]


def grant_consent(context: Context, body: ConsentGrant) -> None:
    """Grant a request in time, by the person or by whom the binding lets act for them."""
    consent = CONSENTS.require(context.state, body.consent, "consent")
    actor = require_actor(context, consent.sid, "consent")
    custodial = actor is Actor.CUSTODIAN
    if custodial:
        require(context.signer_party().id != consent.user, Code.BAD_DELEGATION, "signers[0]")
    require(consent.status is ConsentStatus.REQUESTED, Code.BAD_STATE, "consent")
    require(context.now_ms < consent.answer_until_ms, Code.CONSENT_EXPIRED, "consent")
    matter = MATTERS.known(context.state, consent.matter)
    require(matter.is_open(context.now_ms), Code.MATTER_CLOSED, "consent")
    require(body.notice == consent.notice, Code.CONSENT_ALTERED, "notice")
    if actor is Actor.GUARDIAN:
        # A guardian acts through a fresh pseudonym too: theirs serves this matter alone.
        guardian = context.signers[0]
        serves = {"matter": consent.matter, "user": consent.user}
        dedicate_subject(context, guardian, **serves, where="signers[0]")
    context.active_party(consent.user, "consent")
    granted = replace(
        consent,
        status=ConsentStatus.GRANTED,
        copy_key=body.copy_key,
        answer=context.tx_id,
        custodial=custodial,
    )
    CONSENTS.put(context.state, body.consent, granted)
    context.schedule(consent.until_ms, DueKind.CONSENT_EXPIRES, body.consent)
    context.emit("consent.granted", body.consent, consent.matter, consent.user, key_id(consent.sid))


def deny_consent(context: Context, body: ConsentDeny) -> None:
    """Deny a request; its uses go back to the matter."""
    consent = CONSENTS.require(context.state, body.consent, "consent")
    require_protector(context, consent.sid, "consent")
    require(consent.status is ConsentStatus.REQUESTED, Code.BAD_STATE, "consent")
    denied = replace(consent, status=ConsentStatus.DENIED, answer=context.tx_id)
    CONSENTS.put(context.state, body.consent, denied)
    matter = MATTERS.known(context.state, consent.matter)
    left = matter.requested_uses - consent.max_uses
    MATTERS.put(context.state, consent.matter, replace(matter, requested_uses=left))
    context.emit("consent.denied", body.consent, consent.matter, consent.user, key_id(consent.sid))


def revoke_consent(context: Context, body: ConsentRevoke) -> None:
    """Revoke a request or a consent; terminal, refunds what it had reserved."""
    consent = CONSENTS.require(context.state, body.consent, "consent")
    require_protector(context, consent.sid, "consent")
    require(consent.status in OPEN_STATUSES, Code.BAD_STATE, "consent")
    end_consent(context, body.consent, ConsentStatus.REVOKED, RefundReason.CONSENT_REVOKED)
    if body.erase:
        for line_id in consent.used:
            demand_erasure(context, line_id)


def lapse_request(context: Context, consent_id: bytes) -> None:
    """Write down that a request was not answered in time."""
    _end_if(context, consent_id, ConsentStatus.REQUESTED, ConsentStatus.LAPSED)


def expire_consent(context: Context, consent_id: bytes) -> None:
    """Write down that a consent's term is over, and refund what it had reserved."""
    _end_if(context, consent_id, ConsentStatus.GRANTED, ConsentStatus.EXPIRED)


def _end_if(
    context: Context, consent_id: bytes, current: ConsentStatus, final: ConsentStatus
) -> None:
    consent = CONSENTS.get(context.state, consent_id)
    if consent is not None and consent.status is current:
        end_consent(context, consent_id, final, RefundReason.CONSENT_EXPIRED)
