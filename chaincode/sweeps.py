"""Sweeps: at the start of a block, write down what time has decided since the last one.

Items run in order of their due time, ties by target, at most SWEEPS_MAX in a block. An item is
never overtaken by one that falls due later, and a new item is never due before the next block, so a
flood of items delays others but starves none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from chaincode import due, parameters
from chaincode.context import BlockContext, Context
from chaincode.due import DueItem, DueKind
from chaincode.parameters import ParameterName
from chaincode.state import Overlay
from ledger.receipt import Event, Receipt, sweep_id
from ledger.refusal import Code, Refused

SweepHandlers = Mapping[DueKind, Callable[[Context, bytes], None]]


@dataclass(frozen=True, slots=True)
class Swept:
    """What one due item did."""

    receipt: Receipt
    target: bytes


def run_sweeps(state: Overlay, block: BlockContext, handlers: SweepHandlers) -> list[Swept]:
    """Run what is due and remove it; return a receipt for each item that had something to say."""
    limit = parameters.value_at(state, ParameterName.SWEEPS_MAX, block.height)
    swept: list[Swept] = []
    for item in list(islice(due.due_items(state, block.time_ms), limit)):
        due.remove_due(state, item)
        subject = sweep_id(block.height, len(swept))
        code, events = _run(Context(state, block, subject), item, handlers)
        if events or code is not Code.OK:
            swept.append(Swept(Receipt(subject, code, events), item.target))
    return swept


def _run(
    context: Context, item: DueItem, handlers: SweepHandlers
) -> tuple[Code, tuple[Event, ...]]:
    savepoint = context.state.savepoint()
    try:
        handlers[item.kind](context, item.target)
    except Refused as refused:
        # A due item meets whatever the state has become; its refusal is recorded like that of a
        # transaction.
        context.state.rollback(savepoint)
        return refused.refusal.code, ()
    return Code.OK, tuple(context.events)
