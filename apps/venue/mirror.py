"""A mirror: what a match depends on, read from a node, so that the validators' own rule can judge.

Tables are read with those that refer to others first: what a listing names was there before it.
"""

from typing import Any

from chaincode.authorization.records import GRANTS
from chaincode.context import BlockContext, Context
from chaincode.freezes import FREEZES
from chaincode.membership.records import PARTIES, PURPOSES, RIGHTS
from chaincode.registration.records import CHANNELS, PRODUCTS, RESOURCES
from chaincode.settlement.records import CURRENT_POLICIES, POLICIES
from chaincode.state import EmptyState, Overlay
from chaincode.tables import Table
from chaincode.trading.records import DEMANDS, LISTINGS, PRICE_CAPS
from quancheng.client import Client

TABLES: tuple[Table[Any, Any], ...] = (
    DEMANDS,
    LISTINGS,
    CURRENT_POLICIES,
    POLICIES,
    PRICE_CAPS,
    GRANTS,
    PRODUCTS,
    RESOURCES,
    CHANNELS,
    FREEZES,
    RIGHTS,
    PARTIES,
    PURPOSES,
)
"""Everything that decides whether a supply fits a demand."""

_NOBODY = bytes(32)


async def mirrored(client: Client) -> Context:
    """Return a context in which the rule judges as the next block would."""
    state = Overlay(EmptyState())
    for table in TABLES:
        async for key, record in client.records(table):
            table.put(state, key, record)
    status = await client.status()
    block = BlockContext(status.height + 1, status.now_ms, status.genesis_hash)
    return Context(state, block, _NOBODY)
