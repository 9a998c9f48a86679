"""Refunds: an unreleased line ends, its price goes back, and the use it had reserved is free again.

`line.refund` lets anyone have a line refunded whose release has become impossible for good. Nobody
needs to: what ends the line also refunds it, at the latest its deadline.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.records import CONSENTS
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.job_ends import fail_job_of
from chaincode.delivery.records import ASSETS, AssetStatus
from chaincode.fields import Identifier
from chaincode.settlement.accounts import credit
from chaincode.settlement.pools import leave_pool
from chaincode.trading.duties import discharge_line
from chaincode.trading.records import (
    LINES,
    LISTINGS,
    MATCHES,
    OPEN_LINES,
    ORDERS,
    UNRELEASED,
    Line,
    LineState,
    RefundReason,
)
from chaincode.trading.standing import refund_reason
from ledger.refusal import Code, Refused, require


@transaction_type("line.refund", since=1, signed_by="any party")
@dataclass(frozen=True, slots=True)
class LineRefund:
    """Refund a line that can no longer be released."""

    line: Annotated[Identifier, "The order line."]


def refund(context: Context, body: LineRefund) -> None:
    """Refund a line on anyone's word, because the state itself says that it must be."""
    context.require_signers(1)
    context.signer_party()
    line = LINES.require(context.state, body.line, "line")
    require(line.state in UNRELEASED, Code.NOT_REFUNDABLE, "line")
    reason = refund_reason(context.state, line, context.now_ms)
    if reason is None:
        raise Refused(Code.NOT_REFUNDABLE, "line")
    refund_line(context, body.line, reason)


def refund_line(context: Context, line_id: bytes, reason: RefundReason) -> None:
    """End an unreleased line: escrow back, reservation released, envelope void, job failed."""
    line = LINES.known(context.state, line_id)
    assert line.state in UNRELEASED
    order = ORDERS.known(context.state, line.order)
    ended = replace(line, state=LineState.REFUNDED, refund_reason=reason, ending=context.subject)
    LINES.put(context.state, line_id, ended)
    ORDERS.put(context.state, line.order, replace(order, escrow=order.escrow - line.price))
    OPEN_LINES.delete(context.state, (line.listing, line_id))
    credit(context, order.user, line.price)
    leave_pool(context, (line.product, line.policy_version), 0)
    _release_reservation(context, line_id, line)
    _void_asset(context, line)
    fail_job_of(context, line.job)
    discharge_line(context, line)
    _restock(context, line)
    context.emit(
        "line.refunded", line_id, line.order, order.user, amounts=(line.price, int(reason))
    )


def _release_reservation(context: Context, line_id: bytes, line: Line) -> None:
    if line.consent is None:
        return
    consent = CONSENTS.known(context.state, line.consent)
    assert line_id in consent.reserved
    reserved = tuple(item for item in consent.reserved if item != line_id)
    CONSENTS.put(context.state, line.consent, replace(consent, reserved=reserved))


def _void_asset(context: Context, line: Line) -> None:
    if line.asset is None:
        return
    asset = ASSETS.known(context.state, line.asset)
    ASSETS.put(context.state, line.asset, replace(asset, status=AssetStatus.VOID))


def _restock(context: Context, line: Line) -> None:
    """Give the line back to the match it was ordered on, or after its end to the listing."""
    match = None if line.match is None else MATCHES.known(context.state, line.match)
    if line.match is not None and match is not None and match.is_open(context.now_ms):
        MATCHES.put(context.state, line.match, replace(match, remaining=match.remaining + 1))
        return
    listing = LISTINGS.known(context.state, line.listing)
    if listing.remaining is None:
        return
    LISTINGS.put(context.state, line.listing, replace(listing, remaining=listing.remaining + 1))
