"""Whether a freeze holds up a line: what could not be released now, for as long as it lasts."""

from chaincode.context import Context
from chaincode.freezes import is_frozen
from chaincode.registration.records import PRODUCTS
from chaincode.trading.conditions import frozen_targets
from chaincode.trading.records import LISTINGS, ORDERS, Line


def is_held(context: Context, line: Line) -> bool:
    """Say whether anything that the release of a line touches is frozen now."""
    state = context.state
    listing = LISTINGS.known(state, line.listing)
    product = PRODUCTS.known(state, line.product)
    targets = [context.block.genesis_hash, ORDERS.known(state, line.order).user, line.order]
    targets += frozen_targets(state, listing, product)
    if line.consent is not None:
        targets.append(line.consent)
    return any(is_frozen(state, target, context.now_ms) for target in targets)
