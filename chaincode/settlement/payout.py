"""Settlement of accepted lines: what was in escrow becomes income and is shared at once."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, Identifier
from chaincode.parameters import ParameterName
from chaincode.settlement.pools import leave_pool
from chaincode.trading.duties import discharge_line
from chaincode.trading.lines import acceptance
from chaincode.trading.records import LINES, ORDERS, LineState
from ledger.refusal import Code, Refused, require

LINES_PER_SETTLEMENT = 64


@transaction_type("line.settle", since=1, signed_by="any party")
@dataclass(frozen=True, slots=True)
class LineSettle:
    """Pay out lines that are accepted and past their dispute window; anyone may ask for it."""

    lines: Annotated[tuple[Identifier, ...], AtMost(LINES_PER_SETTLEMENT), "The order lines."]


def settle_lines(context: Context, body: LineSettle) -> None:
    """Settle each line under its own policy version. All of them or none."""
    context.require_signers(1)
    context.signer_party()
    require(bool(body.lines), Code.SCHEMA, "lines")
    for index, line_id in enumerate(body.lines):
        _settle(context, line_id, f"lines[{index}]")


def _settle(context: Context, line_id: bytes, where: str) -> None:
    line = LINES.require(context.state, line_id, where)
    accepted = acceptance(line, context.now_ms)
    if line.state is LineState.DISPUTED:
        raise Refused(Code.DISPUTE_OPEN, where)
    if accepted is None:
        raise Refused(Code.NOT_ACCEPTED, where)
    window_ms = context.parameter(ParameterName.DISPUTE_TERM_MS)
    require(context.now_ms >= accepted + window_ms, Code.DISPUTE_WINDOW, where)
    order = ORDERS.known(context.state, line.order)
    settled = replace(line, state=LineState.SETTLED, accepted_ms=accepted, ending=context.subject)
    LINES.put(context.state, line_id, settled)
    ORDERS.put(context.state, line.order, replace(order, escrow=order.escrow - line.price))
    context.emit("line.settled", line_id, line.order, line.product, amounts=(line.price,))
    leave_pool(context, (line.product, line.policy_version), line.price)
    discharge_line(context, line)
