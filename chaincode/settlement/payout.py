"""Settlement of accepted lines: what was in escrow becomes income and is shared at once."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, Identifier
from chaincode.parameters import ParameterName
from chaincode.settlement.closing import close_released_line
from chaincode.trading.lines import acceptance
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code, Refused, require

LINES_PER_SETTLEMENT = 32


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
    # Where silence accepted and no sweep has written it down, the settlement does.
    LINES.put(context.state, line_id, replace(line, accepted_ms=accepted))
    close_released_line(context, line_id, to_user=0)
