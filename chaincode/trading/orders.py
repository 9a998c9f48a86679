"""What becomes of an order before delivery: confirmed, rejected, cancelled or out of time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Identifier
from chaincode.settlement.refund import refund_line
from chaincode.trading.holds import is_held
from chaincode.trading.records import (
    CANCELLABLE,
    FINAL,
    LINES,
    ORDERS,
    UNRELEASED,
    Line,
    LineState,
    Order,
    RefundReason,
    line_ids,
)
from ledger.refusal import Code, require


@transaction_type("order.confirm", since=1, signed_by="the operator")
@dataclass(frozen=True, slots=True)
class OrderConfirm:
    """The operator confirms the lines of an order that wait for it."""

    order: Annotated[Identifier, "The order."]


@transaction_type("order.reject", since=1, signed_by="the operator")
@dataclass(frozen=True, slots=True)
class OrderReject:
    """The operator rejects the lines that wait for its confirmation; they are refunded."""

    order: Annotated[Identifier, "The order."]


@transaction_type("order.cancel", since=1, signed_by="the user")
@dataclass(frozen=True, slots=True)
class OrderCancel:
    """The user cancels an order or a line before an envelope is prepared, or while it is frozen."""

    order: Annotated[Identifier, "The order."]
    line: Annotated[Identifier | None, "The one line; none: every line that is not final."]


def confirm_order(context: Context, body: OrderConfirm) -> None:
    """Confirm every PLACED line in time."""
    order = _order_of_operator(context, body.order)
    require(context.now_ms < order.confirm_until_ms, Code.DEADLINE_PASSED, "order")
    context.require_not_frozen(body.order, "order")
    placed = [row for row in _lines(context, body.order, order) if row[1].state is LineState.PLACED]
    require(bool(placed), Code.BAD_STATE, "order")
    for line_id, line in placed:
        LINES.put(context.state, line_id, replace(line, state=LineState.CONFIRMED))
    context.emit("order.confirmed", body.order, order.user, order.operator)


def reject_order(context: Context, body: OrderReject) -> None:
    """Refund every PLACED line."""
    order = _order_of_operator(context, body.order)
    placed = [row for row in _lines(context, body.order, order) if row[1].state is LineState.PLACED]
    require(bool(placed), Code.BAD_STATE, "order")
    context.emit("order.rejected", body.order, order.user, order.operator)
    for line_id, _ in placed:
        refund_line(context, line_id, RefundReason.REJECTED)


def cancel_order(context: Context, body: OrderCancel) -> None:
    """Refund one line, or all that are not final; refuse (E011) once an envelope is prepared.

    While a freeze holds the release up, the user need not wait for its end.
    """
    context.require_signers(1)
    user = context.signer_party()
    order = ORDERS.require(context.state, body.order, "order")
    require(order.user == user.id, Code.NO_RIGHT, "signers[0]")
    rows = [row for row in _lines(context, body.order, order) if row[1].state not in FINAL]
    if body.line is not None:
        rows = [row for row in rows if row[0] == body.line]
    cancellable = bool(rows) and all(_is_cancellable(context, line) for _, line in rows)
    require(cancellable, Code.BAD_STATE, "order" if body.line is None else "line")
    context.emit("order.cancelled", body.order, order.user, order.operator)
    for line_id, _ in rows:
        refund_line(context, line_id, RefundReason.CANCELLED)


def _is_cancellable(context: Context, line: Line) -> bool:
    if line.state in CANCELLABLE:
        return True
    return line.state in UNRELEASED and is_held(context, line)


def end_confirmation(context: Context, order_id: bytes) -> None:
    """Refund what was not confirmed in time."""
    _refund_all_in(context, order_id, frozenset({LineState.PLACED}))


def end_delivery(context: Context, order_id: bytes) -> None:
    """Refund what was not released in time."""
    _refund_all_in(context, order_id, UNRELEASED)


def _refund_all_in(context: Context, order_id: bytes, states: frozenset[LineState]) -> None:
    order = ORDERS.known(context.state, order_id)
    for line_id, line in list(_lines(context, order_id, order)):
        if line.state in states:
            refund_line(context, line_id, RefundReason.DEADLINE)


def _order_of_operator(context: Context, order_id: bytes) -> Order:
    context.require_signers(1)
    operator = context.signer_party()
    order = ORDERS.require(context.state, order_id, "order")
    require(order.operator == operator.id, Code.NO_RIGHT, "signers[0]")
    return order


def _lines(context: Context, order_id: bytes, order: Order) -> Iterator[tuple[bytes, Line]]:
    for line_id in line_ids(order_id, order):
        line = LINES.known(context.state, line_id)
        yield line_id, line
