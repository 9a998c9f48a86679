"""Requests for consent: everything that is asked of a person, complete and without a wildcard."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.purposes import require_within
from chaincode.authorization.records import (
    CONSENTS,
    CONSENTS_OF_SUBJECT,
    MATTER_CONSENTS_MAX,
    MATTERS,
    Consent,
    ConsentKind,
    ConsentOfSubject,
    ConsentStatus,
    Matter,
)
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import (
    FieldSet,
    Identifier,
    KemKey,
    Milliseconds,
    PublicKey,
    Unsigned8,
    Unsigned32,
)
from chaincode.ids import key_id
from chaincode.membership.records import Party
from chaincode.membership.subject import dedicate_subject
from chaincode.parameters import ParameterName
from chaincode.registration.records import NOTICES, PRODUCTS, Product, ProductStatus, PurposeFields
from chaincode.rights import Right
from ledger.refusal import Code, Refused, require


@transaction_type("consent.request", since=1, signed_by="the user of the matter")
@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """The user asks a person for consent; what is granted later is exactly this."""

    matter: Annotated[Identifier, "The open matter it is for."]
    sid: Annotated[PublicKey, "The person's pseudonym key for this matter."]
    product: Annotated[Identifier, "The product."]
    product_version: Annotated[Unsigned32, "The version of the product."]
    purpose: Annotated[Unsigned32, "The purpose, with all below it."]
    fields: Annotated[FieldSet, "The fields that may be delivered."]
    kind: Annotated[ConsentKind, "For one matter or for one use."]
    max_uses: Annotated[Unsigned8, "How many deliveries it allows."]
    answer_until_ms: Annotated[Milliseconds, "When the request lapses unanswered."]
    until_ms: Annotated[Milliseconds, "When the permission ends."]
    retention_until_ms: Annotated[Milliseconds, "Until when the user may keep what it received."]
    notice: Annotated[Identifier, "The registered notice that the person will be shown."]
    receiving_key: Annotated[KemKey | None, "The user's envelope key, where the person names it."]


def request_consent(context: Context, body: ConsentRequest) -> None:
    """Record a request within an open matter; the binding serves this matter from now on."""
    context.require_signers(1)
    user = context.signer_party()
    context.require_right(user, Right.USE)
    matter = _require_matter(context, user, body)
    product = _require_product(context, matter, body)
    dedicate_subject(context, body.sid, matter=body.matter, user=user.id, where="sid")
    row = _require_purpose_and_fields(context, matter, product, body)
    _require_notice(context, user, row, body)
    _require_uses(matter, body)
    _require_times(context, matter, body)
    CONSENTS.put(context.state, context.tx_id, _consent(user, body))
    subject_id = key_id(body.sid)
    CONSENTS_OF_SUBJECT.put(context.state, (subject_id, context.tx_id), ConsentOfSubject())
    asked = replace(
        matter,
        consents=(*matter.consents, context.tx_id),
        requested_uses=matter.requested_uses + body.max_uses,
    )
    MATTERS.put(context.state, body.matter, asked)
    context.schedule(body.answer_until_ms, DueKind.CONSENT_LAPSES, context.tx_id)
    context.emit("consent.requested", context.tx_id, body.matter, user.id, body.product, subject_id)


def _require_matter(context: Context, user: Party, body: ConsentRequest) -> Matter:
    """Refuse a matter that is someone else's (E309), over (E312), or has asked too often (E012)."""
    matter = MATTERS.require(context.state, body.matter, "matter")
    require(matter.user == user.id, Code.WRONG_USER, "matter")
    require(matter.is_open(context.now_ms), Code.MATTER_CLOSED, "matter")
    context.require_not_frozen(user.id, "signers[0]")
    require(len(matter.consents) < MATTER_CONSENTS_MAX, Code.RATE_LIMIT, "matter")
    # Asking the same person again and again is pressure, whatever they answered.
    before = [CONSENTS.known(context.state, consent_id) for consent_id in matter.consents]
    asked = [item for item in before if (item.sid, item.product) == (body.sid, body.product)]
    limit = context.parameter(ParameterName.CONSENT_REQUESTS_MAX)
    require(len(asked) < limit, Code.RATE_LIMIT, "product")
    return matter


def _require_product(context: Context, matter: Matter, body: ConsentRequest) -> Product:
    """Refuse a product that is not on sale in this version, about nobody, or outside the matter."""
    product = PRODUCTS.require(context.state, body.product, "product")
    context.require_not_frozen(body.product, "product")
    require(product.status is ProductStatus.ACTIVE, Code.PRODUCT_NOT_ACTIVE, "product")
    require(product.version == body.product_version, Code.WRONG_PRODUCT, "product_version")
    require(body.product in matter.products, Code.WRONG_PRODUCT, "product")
    require(product.terms.product_class.is_individual, Code.WRONG_CLASS, "product")
    return product


def _require_purpose_and_fields(
    context: Context, matter: Matter, product: Product, body: ConsentRequest
) -> PurposeFields:
    """Refuse a purpose outside the matter (E308) and fields that it does not need (E311)."""
    require_within(context.state, body.purpose, matter.purpose, "purpose")
    row = product.terms.fields_for(body.purpose)
    if row is None:
        raise Refused(Code.WRONG_PURPOSE, "purpose")
    require(body.fields != 0, Code.BLANKET_CONSENT, "fields")
    require(body.fields & ~row.fields == 0, Code.WRONG_FIELDS, "fields")
    return row


def _require_notice(
    context: Context, user: Party, row: PurposeFields, body: ConsentRequest
) -> None:
    """Refuse (E207) a notice that is not the one registered for this purpose and kind of user."""
    require(row.notice == body.notice, Code.NOTICE_MISSING, "notice")
    notice = NOTICES.require(context.state, body.notice, "notice")
    require(notice.user_kind is user.kind, Code.NOTICE_MISSING, "notice")


def _require_uses(matter: Matter, body: ConsentRequest) -> None:
    """Refuse (E315) a count that is not one for one use, or more than the matter has left."""
    require(body.max_uses > 0, Code.BLANKET_CONSENT, "max_uses")
    once = body.kind is not ConsentKind.USE or body.max_uses == 1
    require(once, Code.BLANKET_CONSENT, "max_uses")
    left = matter.max_uses - matter.requested_uses
    require(body.max_uses <= left, Code.BLANKET_CONSENT, "max_uses")


def _require_times(context: Context, matter: Matter, body: ConsentRequest) -> None:
    """Refuse times that are over (E514) or reach too far (E314)."""
    now_ms = context.now_ms
    require(now_ms < body.answer_until_ms, Code.DEADLINE_PASSED, "answer_until_ms")
    answer_ms = now_ms + context.parameter(ParameterName.CONSENT_REQUEST_TERM_MS)
    latest_ms = min(answer_ms, body.until_ms)
    require(body.answer_until_ms <= latest_ms, Code.TERM_TOO_LONG, "answer_until_ms")
    term_ms = now_ms + context.parameter(ParameterName.CONSENT_TERM_MAX_MS)
    require(body.until_ms <= min(term_ms, matter.until_ms), Code.TERM_TOO_LONG, "until_ms")
    retention_ms = now_ms + context.parameter(ParameterName.RETENTION_TERM_MAX_MS)
    kept = body.until_ms <= body.retention_until_ms <= retention_ms
    require(kept, Code.TERM_TOO_LONG, "retention_until_ms")


def _consent(user: Party, body: ConsentRequest) -> Consent:
    return Consent(
        sid=body.sid,
        user=user.id,
        matter=body.matter,
        product=body.product,
        product_version=body.product_version,
        purpose=body.purpose,
        fields=body.fields,
        kind=body.kind,
        max_uses=body.max_uses,
        answer_until_ms=body.answer_until_ms,
        until_ms=body.until_ms,
        retention_until_ms=body.retention_until_ms,
        notice=body.notice,
        receiving_key=body.receiving_key,
        copy_key=None,
        status=ConsentStatus.REQUESTED,
        answer=None,
        custodial=False,
        reserved=(),
        used=(),
    )
