"""Disputes: while user and deliverer disagree about a released line, its price stays in escrow.

    RELEASED | ACCEPTED ─ dispute.open, in its window ─▶ DISPUTED
    DISPUTED ─ dispute.rule ─▶ SETTLED | REFUNDED     or by time ─▶ REFUNDED

Only a supervisor rules, and only over what is in escrow: price = to the user + to the payees.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.consignment import Consignment, consignment
from chaincode.due import DueKind
from chaincode.fields import Commitment, Fen, Identifier
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.settlement.closing import close_released_line
from chaincode.settlement.records import DISPUTES, Dispute, DisputeCode, DisputeStatus
from chaincode.trading.conditions import holder_ids
from chaincode.trading.lines import acceptance
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code, require

DISPUTABLE = frozenset({LineState.RELEASED, LineState.ACCEPTED})


@transaction_type("dispute.open", since=1, signed_by="the user or the deliverer of the line")
@dataclass(frozen=True, slots=True)
class DisputeOpen:
    """User or deliverer disputes a released line before its price is shared."""

    line: Annotated[Identifier, "The order line."]
    code: Annotated[DisputeCode, "What it is about."]
    evidence: Annotated[Commitment, "Commitment to the evidence."]


@transaction_type(
    "dispute.evidence", since=1, signed_by="user, deliverer or a holder of the sources"
)
@dataclass(frozen=True, slots=True)
class DisputeEvidence:
    """A side of an open dispute, or a holder, adds evidence."""

    dispute: Annotated[Identifier, "The open dispute."]
    evidence: Annotated[Commitment, "Commitment to the evidence."]


@transaction_type("dispute.rule", since=1, signed_by="a supervisor")
@dataclass(frozen=True, slots=True)
class DisputeRule:
    """A supervisor divides the price of a disputed line between the user and the payees."""

    dispute: Annotated[Identifier, "The open dispute."]
    to_user: Annotated[Fen, "What goes back to the user."]
    to_payees: Annotated[Fen, "What the payees share."]


def open_dispute(context: Context, body: DisputeOpen) -> None:
    """Hold the price of a released line; refuse (E604) once its window is over."""
    context.require_signers(1)
    opener = context.signer_party()
    goods = consignment(context.state, body.line, "line")
    sides = (goods.order.user, goods.listing.deliverer)
    require(opener.id in sides, Code.NO_RIGHT, "signers[0]")
    require(goods.line.state is not LineState.DISPUTED, Code.DISPUTE_OPEN, "line")
    require(goods.line.state in DISPUTABLE, Code.BAD_STATE, "line")
    accepted = acceptance(goods.line, context.now_ms)
    window_ms = context.parameter(ParameterName.DISPUTE_TERM_MS)
    in_time = accepted is None or context.now_ms < accepted + window_ms
    require(in_time, Code.DISPUTE_WINDOW, "line")
    rule_until_ms = context.now_ms + context.parameter(ParameterName.DISPUTE_RULING_TERM_MS)
    dispute = Dispute(
        line=body.line,
        opener=opener.id,
        code=body.code,
        evidence=body.evidence,
        rule_until_ms=rule_until_ms,
        status=DisputeStatus.OPEN,
        to_user=0,
        to_payees=0,
    )
    DISPUTES.put(context.state, context.tx_id, dispute)
    disputed = replace(goods.line, state=LineState.DISPUTED, dispute=context.tx_id)
    LINES.put(context.state, body.line, disputed)
    context.schedule(rule_until_ms, DueKind.DISPUTE_ENDS, context.tx_id)
    context.emit("dispute.opened", context.tx_id, body.line, *sides, amounts=(body.code,))


def add_evidence(context: Context, body: DisputeEvidence) -> None:
    """Record evidence of a side or a holder; its commitment stands in the event."""
    context.require_signers(1)
    party = context.signer_party()
    dispute = _require_open(context, body.dispute)
    goods = consignment(context.state, dispute.line, "dispute")
    require(party.id in _heard(context, goods), Code.NO_RIGHT, "signers[0]")
    context.emit("dispute.evidenced", body.dispute, dispute.line, party.id, body.evidence)


def rule_dispute(context: Context, body: DisputeRule) -> None:
    """Divide the price; refuse (E607) a division of anything else, and (E014) one's own cause."""
    context.require_signers(1)
    supervisor = context.signer_party()
    context.require_right(supervisor, Right.WATCH)
    dispute = _require_open(context, body.dispute)
    goods = consignment(context.state, dispute.line, "dispute")
    concerned = supervisor.id in _heard(context, goods)
    require(not concerned, Code.ROLE_CONFLICT, "signers[0]")
    require(body.to_user + body.to_payees == goods.line.price, Code.SPLIT_SUM, "to_user")
    ruled = replace(
        dispute,
        status=DisputeStatus.RULED,
        to_user=body.to_user,
        to_payees=body.to_payees,
    )
    DISPUTES.put(context.state, body.dispute, ruled)
    amounts = (body.to_user, body.to_payees)
    context.emit("dispute.ruled", body.dispute, dispute.line, supervisor.id, amounts=amounts)
    close_released_line(context, dispute.line, to_user=body.to_user)


def lapse_dispute(context: Context, dispute_id: bytes) -> None:
    """Give the price back to the user where nobody ruled in time."""
    dispute = DISPUTES.known(context.state, dispute_id)
    if dispute.status is not DisputeStatus.OPEN:
        return
    goods = consignment(context.state, dispute.line, "dispute")
    lapsed = replace(dispute, status=DisputeStatus.LAPSED, to_user=goods.line.price)
    DISPUTES.put(context.state, dispute_id, lapsed)
    context.emit("dispute.lapsed", dispute_id, dispute.line)
    close_released_line(context, dispute.line, to_user=goods.line.price)


def _require_open(context: Context, dispute_id: bytes) -> Dispute:
    """Return a dispute that waits for its ruling, swept or not."""
    dispute = DISPUTES.require(context.state, dispute_id, "dispute")
    require(dispute.status is DisputeStatus.OPEN, Code.BAD_STATE, "dispute")
    require(context.now_ms < dispute.rule_until_ms, Code.DEADLINE_PASSED, "dispute")
    return dispute


def _heard(context: Context, goods: Consignment) -> tuple[bytes, ...]:
    holders = holder_ids(context.state, goods.product)
    return (goods.order.user, goods.listing.deliverer, *holders)
