"""How a released line ends: its price leaves escrow, some back to the user, the rest shared."""

from dataclasses import replace

from chaincode.context import Context
from chaincode.settlement.accounts import credit
from chaincode.settlement.pools import leave_pool
from chaincode.trading.duties import discharge_line
from chaincode.trading.records import LINES, ORDERS, LineState, RefundReason


def close_released_line(context: Context, line_id: bytes, *, to_user: int) -> None:
    """End a line: REFUNDED where the user gets all of a price, SETTLED otherwise."""
    line = LINES.known(context.state, line_id)
    order = ORDERS.known(context.state, line.order)
    to_payees = line.price - to_user
    refunded = to_user > 0 and to_payees == 0
    ended = replace(
        line,
        state=LineState.REFUNDED if refunded else LineState.SETTLED,
        refund_reason=RefundReason.RULING if refunded else None,
        ending=context.subject,
        income=to_payees,
    )
    LINES.put(context.state, line_id, ended)
    ORDERS.put(context.state, line.order, replace(order, escrow=order.escrow - line.price))
    credit(context, order.user, to_user)
    if refunded:
        amounts = (line.price, int(RefundReason.RULING))
        context.emit("line.refunded", line_id, line.order, order.user, amounts=amounts)
    else:
        context.emit("line.settled", line_id, line.order, line.product, amounts=(to_payees,))
    leave_pool(context, (line.product, line.policy_version), to_payees)
    discharge_line(context, line)
