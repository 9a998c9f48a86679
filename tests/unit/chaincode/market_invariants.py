"""What must hold of books and matches, read from the tables alone."""

from collections import Counter

from chaincode.state import StateReader
from chaincode.trading.records import (
    DEMAND_BOOK,
    DEMANDS,
    LINES,
    LISTINGS,
    MATCHES,
    SUPPLY_BOOK,
    DemandStatus,
    LineState,
    ListingStatus,
)


def check_market(state: StateReader) -> None:
    """Find in the books what is open, and no match that gives out more than was demanded."""
    supplies = {key for key, item in LISTINGS.scan(state) if item.status is ListingStatus.OPEN}
    demands = {key for key, item in DEMANDS.scan(state) if item.status is DemandStatus.OPEN}
    assert sorted(supplies) == sorted(place[-1] for place, _ in SUPPLY_BOOK.scan(state))
    assert sorted(demands) == sorted(place[-1] for place, _ in DEMAND_BOOK.scan(state))
    taken = Counter[bytes]()
    for _, line in LINES.scan(state):
        if line.match is not None:
            match = MATCHES.known(state, line.match)
            assert (line.listing, line.price) == (match.supply, match.price)
            taken[line.match] += line.state is not LineState.REFUNDED
    for match_id, match in MATCHES.scan(state):
        demand = DEMANDS.known(state, match.demand)
        assert demand.status is DemandStatus.MATCHED
        assert match.price <= demand.price
        given = match.remaining + taken[match_id]
        assert given <= demand.quantity
        assert match.ended or given == demand.quantity
