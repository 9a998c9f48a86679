"""Rates: how many lines about persons one user orders, and one product gives, within a window.

Each line has its own consent, and yet many of them rebuild a register. The last line that a window
permits raises a flag; the next one is refused (E012).
"""

from chaincode.context import Context
from chaincode.flags import FlagKind, raise_flag
from chaincode.parameters import ParameterName
from chaincode.trading.records import RATES, Line, Rate
from ledger.refusal import Code, require


def count_individual_line(context: Context, line: Line, user: bytes, where: str) -> None:
    """Count a line about a person against its user and its product."""
    if not line.product_class.is_individual:
        return
    limits = (
        (user, ParameterName.LINES_OF_USER_MAX),
        (line.product, ParameterName.LINES_OF_PRODUCT_MAX),
    )
    for target, name in limits:
        _count(context, user, target, context.parameter(name), where)


def _count(context: Context, user: bytes, target: bytes, limit: int, where: str) -> None:
    window = context.now_ms // context.parameter(ParameterName.RATE_WINDOW_MS)
    rate = RATES.get(context.state, target)
    before = rate.count if rate is not None and rate.window == window else 0
    require(before < limit, Code.RATE_LIMIT, where)
    RATES.put(context.state, target, Rate(window, before + 1))
    if before + 1 == limit:
        raise_flag(context, user, FlagKind.RATE_REACHED, target)
