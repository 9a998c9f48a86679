"""Whether the network is ready for a change of validators, which the chain itself cannot see.

The node that is asked sees its peers: who is connected, how far they are, and which key each says
it votes with. A node of another chain is no peer, so a joiner that is one has the right genesis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.quorum import quorum
from quancheng.api.chain import ValidatorView
from quancheng.api.state import PeerView
from quancheng.client import Client

LAG_MAX = 10
"""How many blocks a joiner may be behind: a moment's work for block sync."""


@dataclass(frozen=True, slots=True)
class Network:
    """What one node sees: its height, the present validators, its peers, whether it votes."""

    height: int
    validators: tuple[ValidatorView, ...]
    peers: tuple[PeerView, ...]
    validating: bool

    def peer_of(self, key: bytes) -> PeerView | None:
        """Return the connected node that says it votes with a key."""
        for peer in self.peers:
            if peer.validator_key == key:
                return peer
        return None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a change should wait; `name` and `facts` find and fill its text."""

    name: str
    facts: Mapping[str, object]


async def network_of(client: Client) -> Network:
    """Ask a node for all that it sees."""
    status = await client.status()
    return Network(
        height=status.height,
        validators=(await client.validators()).validators,
        peers=(await client.peers()).peers,
        validating=status.validating,
    )


def obstacles(network: Network, added: bytes | None, removed: bytes | None) -> Sequence[Obstacle]:
    """Return what speaks against a change now.

    1. The joiner is connected.
    2. It has caught up.
    3. Of the new set so many are connected, the node asked among them where it votes, that they can
       decide.
    """
    found = []
    reachable = _reachable(network, removed)
    size = len(network.validators) - (removed is not None) + (added is not None)
    if added is not None:
        peer = network.peer_of(added)
        if peer is None:  # 1
            found.append(Obstacle("absent", {"key": added.hex()}))
        elif peer.height < network.height - LAG_MAX:  # 2
            found.append(Obstacle("behind", {"height": peer.height, "tip": network.height}))
        else:
            reachable += 1
    if reachable < quorum(size):  # 3
        facts = {"reachable": reachable, "size": size, "quorum": quorum(size)}
        found.append(Obstacle("quorum", facts))
    return found


def _reachable(network: Network, removed: bytes | None) -> int:
    """Return how many validators that stay are connected, with the node asked itself.

    That one does not say which key is its own, so a removal of any unconnected key may be its.
    """
    connected = [peer.validator_key for peer in network.peers if peer.validator is not None]
    staying = sum(key != removed for key in connected)
    own_leaves = removed is not None and removed not in connected
    return staying + int(network.validating and not own_leaves)
