"""Handlers of the methods about single values of the world state, and about peers."""

from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.proofs import certified_header
from node.rpc.services import Services
from quancheng.api import state as api
from quancheng.api.method import NoParameters


async def state_get(services: Services, request: api.StateRequest) -> api.StateResult:
    """Return values after the last block."""
    found = await services.backend.state_values(request.keys)
    return api.StateResult(found.height, found.values)


async def state_prove(services: Services, request: api.ProveRequest) -> api.ProveResult:
    """Return a value, or its absence, with its proof under a certified header."""
    height = request.height
    if height is None:
        height = (await services.backend.status()).height
    stored = await services.backend.header(height)
    proven = await services.backend.prove(request.key, height)
    return api.ProveResult(
        key=request.key,
        value=proven.value,
        proof=proven.proof,
        block=certified_header(stored),
    )


async def net_peers(services: Services, _: NoParameters) -> api.PeersResult:
    """Return the connected nodes."""
    peers = await services.backend.peers()
    names = await services.backend.organisation_names()
    return api.PeersResult(
        tuple(
            api.PeerView(
                node_id=item.node_id,
                organisation=item.organisation,
                name=names.get(item.organisation, ""),
                address=item.address,
                height=item.height,
                validator=item.validator,
                validator_key=item.validator_key,
                round_trip_ms=item.round_trip_ms,
                clock_offset_ms=item.clock_offset_ms,
                certificate_expired_ms=item.certificate_expired_ms,
                agrees=item.agrees,
            )
            for item in peers[: api.PEERS_MAX]
        )
    )


METHODS: tuple[AnyMethod, ...] = (
    BoundMethod(api.STATE_GET, state_get),
    BoundMethod(api.STATE_PROVE, state_prove),
    BoundMethod(api.NET_PEERS, net_peers),
)
