"""The release check: the whole rule of the one commit point, in one fixed order.

Before a release nothing is readable; after it nothing is undone. The order of the rules is part of
the protocol: the same attempt on the same state is refused with the same code everywhere.
"""

from dataclasses import dataclass

from chaincode.authorization.permission import require_granted
from chaincode.authorization.purposes import require_within
from chaincode.context import Context
from chaincode.delivery.consignment import Consignment
from chaincode.delivery.envelopes import require_sealer
from chaincode.delivery.job_results import require_computed
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.trading.conditions import (
    delivery_of,
    fields_row,
    frozen_targets,
    require_all_active,
    require_channel,
    require_grants,
    require_none_frozen,
    require_sources,
    require_venue,
    require_version,
)
from chaincode.trading.records import LineState, RefundReason
from ledger.refusal import Code, Refused, require

_REFUSAL_OF_REFUND = {
    RefundReason.CANCELLED: Code.BAD_STATE,
    RefundReason.REJECTED: Code.BAD_STATE,
    RefundReason.DEADLINE: Code.DEADLINE_PASSED,
    RefundReason.CONSENT_REVOKED: Code.CONSENT_REVOKED,
    RefundReason.CONSENT_EXPIRED: Code.CONSENT_EXPIRED,
    RefundReason.MATTER_CLOSED: Code.MATTER_CLOSED,
    RefundReason.GRANT_ENDED: Code.GRANT_ENDED,
    RefundReason.PRODUCT_ENDED: Code.PRODUCT_NOT_ACTIVE,
    RefundReason.SOURCE_ENDED: Code.RESOURCE_NOT_ACTIVE,
    RefundReason.RULING: Code.ALREADY_RELEASED,
}
"""A refunded line is refused with what ended it, so that a deliverer learns why."""


_EPHEMERAL_KEY_SIZE = 32
_NO_KEY = bytes(_EPHEMERAL_KEY_SIZE)


@dataclass(frozen=True, slots=True)
class ReleasedKey:
    """What the deliverer hands over: the content key sealed for the user under this header."""

    header_hash: bytes
    wrap: bytes


def require_release(context: Context, goods: Consignment, key: ReleasedKey) -> None:
    """Refuse a release unless every rule holds now.

     1 the line is acknowledged and not released (E502, E503, or what refunded it)
     2 none of user, operator, deliverer, holders, product, resources, grants, order, consent is
       frozen (E009)
     3 all parties are ACTIVE; the signer is the line's deliverer with the right, or in
       carry mode acts for the person (E008, E007, E313)
     4 every source is registered now, as the product was confirmed (E202, E203)
     5 operator and deliverer have their rights and grants over sources, class and purpose (E007,
       E301 to E303)
     6 the product version is ACTIVE and of the line's class (E206, E512)
     7 about a person: the consent is granted and a use is reserved for this line (E304 to E307,
       E312)
     8 the consent names this user, product version, matter and person (E309, E310, E313)
     9 the order's purpose lies within the consent's (E308)
    10 delivered fields ⊆ consented fields ⊆ the product's fields for the purpose (E311)
    11 the wrap is well-formed and binds the acknowledged header, and the supervisors have theirs
       where a parameter demands it (E505 to E507)
    12 of a computed product: its job is done; about a group: with groups large enough and budgets
       not overdrawn under the limits in force now (E011, E509, E510)
    13 channel and venue are designated, the channel by the delivery grants too (E501, E408)
    14 the deadline has not passed (E514)
    """
    _require_acknowledged(goods)
    _require_nothing_frozen(context, goods)
    _require_parties(context, goods)
    require_sources(context, goods.product, "line")
    require_grants(context, goods.listing, goods.product, goods.line.purpose, "line")
    _require_product(goods)
    _require_consent(context, goods)
    _require_same_terms(goods)
    _require_purpose(context, goods)
    _require_fields(context, goods)
    _require_envelope(context, goods, key)
    require_computed(context, goods, carried=goods.asset.source is not None)
    _require_channel_and_venue(context, goods)
    require(context.now_ms < goods.order.deliver_until_ms, Code.DEADLINE_PASSED, "line")


def _require_acknowledged(goods: Consignment) -> None:
    state = goods.line.state
    if state is LineState.ACKNOWLEDGED:
        return
    if state is LineState.REFUNDED:
        assert goods.line.refund_reason is not None
        raise Refused(_REFUSAL_OF_REFUND[goods.line.refund_reason], "line")
    early = (LineState.PLACED, LineState.CONFIRMED, LineState.PREPARED)
    raise Refused(Code.NOT_ACKNOWLEDGED if state in early else Code.ALREADY_RELEASED, "line")


def _require_nothing_frozen(context: Context, goods: Consignment) -> None:
    targets = frozen_targets(context.state, goods.listing, goods.product)
    require_none_frozen(context, (goods.order.user, *targets, goods.line.order), "line")
    if goods.line.consent is not None:
        context.require_not_frozen(goods.line.consent, "line")


def _require_parties(context: Context, goods: Consignment) -> None:
    context.require_signers(1)
    context.active_party(goods.order.user, "line")
    require_all_active(context, goods.listing, goods.product, "line")
    require_sealer(context, goods, carried=goods.asset.source is not None)


def _require_product(goods: Consignment) -> None:
    require_version(goods.product, goods.line.product_version, "line")
    same = goods.product.terms.product_class is goods.line.product_class
    require(same, Code.WRONG_CLASS, "line")


def _require_consent(context: Context, goods: Consignment) -> None:
    if not goods.line.product_class.is_individual:
        require(goods.consent is None, Code.WRONG_CLASS, "line")
        return
    if goods.consent is None:
        raise Refused(Code.CONSENT_NOT_GRANTED, "line")
    require_granted(context, goods.consent, "line")
    reserved = goods.line_id in goods.consent.reserved
    require(reserved, Code.CONSENT_EXHAUSTED, "line")


def _require_same_terms(goods: Consignment) -> None:
    line, consent = goods.line, goods.consent
    if consent is None:
        return
    require(consent.user == goods.order.user, Code.WRONG_USER, "line")
    named = (consent.product, consent.product_version)
    require(named == (line.product, line.product_version), Code.WRONG_PRODUCT, "line")
    same_person = (consent.matter, consent.sid) == (line.matter, line.sid)
    require(same_person, Code.WRONG_SUBJECT, "line")


def _require_purpose(context: Context, goods: Consignment) -> None:
    if goods.consent is not None:
        require_within(context.state, goods.line.purpose, goods.consent.purpose, "line")


def _require_fields(context: Context, goods: Consignment) -> None:
    asset = goods.asset
    row = fields_row(context.state, goods.product, goods.line.purpose)
    if row is None:
        raise Refused(Code.WRONG_FIELDS, "line")
    permitted = row.fields if goods.consent is None else goods.consent.fields
    require(asset.fields & ~permitted == 0, Code.WRONG_FIELDS, "line")
    require(permitted & ~row.fields == 0, Code.WRONG_FIELDS, "line")


def _require_envelope(context: Context, goods: Consignment, key: ReleasedKey) -> None:
    asset = goods.asset
    require(key.header_hash == asset.header_hash, Code.ENVELOPE_MISMATCH, "header_hash")
    require(key.wrap[:_EPHEMERAL_KEY_SIZE] != _NO_KEY, Code.BAD_WRAP, "wrap")
    if context.parameter(ParameterName.SUPERVISOR_WRAP) == 1:
        watched = any(wrap.right is Right.WATCH for wrap in asset.wraps)
        require(watched, Code.SUPERVISOR_WRAP_MISSING, "line")


def _require_channel_and_venue(context: Context, goods: Consignment) -> None:
    delivery = delivery_of(goods.listing, goods.product, goods.line.purpose)
    require_channel(context, goods.listing, delivery, goods.asset.channel, "line")
    require_venue(context, goods.order.venue, "line")
