"""Parameters: moved by governance, within their bounds, from a height known beforehand."""

from dataclasses import dataclass
from typing import Annotated

from chaincode.codec import alternative
from chaincode.context import Context
from chaincode.fields import Unsigned64
from chaincode.parameters import PARAMETERS, ParameterName, set_value
from ledger.refusal import Code, require


@alternative(8, "parameter.set")
@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Set a parameter from a height on."""

    parameter: Annotated[ParameterName, "The parameter."]
    value: Annotated[Unsigned64, "Its new value."]
    from_height: Annotated[Unsigned64, "First block under it, at the earliest the next."]


def set_parameter(context: Context, action: ParameterSet) -> None:
    """Decide a value; the protocol version never goes back."""
    record = PARAMETERS.require(context.state, action.parameter, "parameter")
    within = record.minimum <= action.value <= record.maximum
    require(within, Code.OUT_OF_BOUNDS, "value")
    if action.parameter is ParameterName.PROTOCOL_VERSION:
        require(action.value >= record.next_value, Code.OUT_OF_BOUNDS, "value")
    height = context.block.height
    from_height = max(action.from_height, height + 1)
    set_value(context.state, action.parameter, action.value, height, from_height)
    amounts = (action.parameter, action.value, from_height)
    context.emit("parameter.set", context.tx_id, amounts=amounts)
