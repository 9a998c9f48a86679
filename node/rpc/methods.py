"""All methods of the server, joined explicitly; `rpc.discover` describes them, itself included."""

from typing import Any

from node.rpc import (
    methods_access,
    methods_chain,
    methods_entities,
    methods_events,
    methods_state,
    methods_transactions,
)
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.openrpc import discovery
from node.rpc.services import Services
from quancheng.api.discovery import RPC_DISCOVER, Discovery
from quancheng.api.events import EVENTS_SUBSCRIBE, EVENTS_UNSUBSCRIBE
from quancheng.api.method import Method, NoParameters


async def rpc_discover(_services: Services, _: NoParameters) -> Discovery:
    """Return the OpenRPC document of this server."""
    return discovery(DECLARED)


METHODS: tuple[AnyMethod, ...] = (
    *methods_chain.METHODS,
    *methods_transactions.METHODS,
    *methods_state.METHODS,
    *methods_entities.METHODS,
    *methods_events.METHODS,
    *methods_access.METHODS,
    BoundMethod(RPC_DISCOVER, rpc_discover, open_to_strangers=True),
)
"""What every connection can call."""

DECLARED: tuple[Method[Any, Any], ...] = (
    *(item.method for item in METHODS),
    EVENTS_SUBSCRIBE,
    EVENTS_UNSUBSCRIBE,
)
"""What people read of; the last two are bound to a WebSocket."""
