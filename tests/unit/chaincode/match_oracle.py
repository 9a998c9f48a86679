"""A second opinion on matches: what a replayer computes from the state, over all that is listed.

The priority comes from sorting the records, not from the books and not from their head alone.
"""

from chaincode.context import BlockContext, Context
from chaincode.state import Overlay, StateReader
from chaincode.trading.fitting import objection
from chaincode.trading.records import DEMANDS, LISTINGS
from tests.unit.chaincode.world import salted

Pair = tuple[bytes, bytes]


def right_matches(state: StateReader, block: BlockContext, venue: bytes) -> set[Pair]:
    """Return every pair of supply and demand that may be matched next in a block."""
    context = Context(Overlay(state), block, salted("oracle"))
    supplies = {key: item for key, item in LISTINGS.scan(state) if item.venue == venue}
    demands = {key: item for key, item in DEMANDS.scan(state) if item.venue == venue}
    fitting = [
        (supply_id, demand_id)
        for supply_id, supply in supplies.items()
        for demand_id, demand in demands.items()
        if objection(context, supply, demand) is None
    ]
    right = set()
    for supply_id, demand_id in fitting:
        rivals = [one for one, other in fitting if other == demand_id]
        first = min(rivals, key=lambda key: (supplies[key].price, supplies[key].listed_ms, key))
        askers = [other for one, other in fitting if one == supply_id]
        best = min(askers, key=lambda key: (-demands[key].price, demands[key].listed_ms, key))
        if (first, best) == (supply_id, demand_id):
            right.add((supply_id, demand_id))
    return right
