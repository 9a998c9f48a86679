"""One admitted machine without the rest of a node: it says to real nodes whatever a test wants."""

import random
from dataclasses import replace

from node.clock import SystemClock
from node.config import Address, NetworkSection
from node.home import Home
from node.identity import load_identity
from node.network.admission import Gatekeeper
from node.network.link import Link
from node.network.messages import PROTOCOL_VERSION, SESSION_SIZE, Hello, Role
from node.network.peers import Door, Peers
from tests.unit.node.network_support import OpenRegistry, Recorder
from tests.unit.node.node_support import Nodes, until

HOSTILE = 3
"""Which of the four homes the hostile machine took over."""


class Hostile:
    """The network side of the fourth node, without the rest of a node."""

    def __init__(
        self, nodes: Nodes, heard: Recorder, *, validator_key: bytes | None = None
    ) -> None:
        """Take over a home; `validator_key` is said in the hello instead of the right one."""
        clock = SystemClock()
        identity = load_identity(Home(nodes.homes[HOSTILE]), clock.wall_ms())
        assert identity.validator is not None
        hello = Hello(
            protocol_version=PROTOCOL_VERSION,
            genesis_hash=identity.genesis.hash(),
            node_id=identity.peer.node_id,
            session=bytes(SESSION_SIZE),
            role=Role.VALIDATOR,
            validator_key=validator_key or identity.validator.public_key,
        )
        gatekeeper = Gatekeeper(hello, identity.authorities, OpenRegistry(), clock)
        host, _, port = nodes.testnet.nodes[0].peers_address.rpartition(":")
        victim = Address(host, int(port))
        network = replace(NetworkSection(), listen=Address("127.0.0.1", 0), peers=(victim,))
        self.validator = identity.validator
        self.heard = heard
        self.node_id = identity.peer.node_id
        self.peers = Peers(network, Door(gatekeeper, identity.tls, random.Random(1)))

    async def connect(self) -> Link:
        """Connect to the first node and nobody else."""
        await self.peers.start(self.heard)
        await until(lambda: bool(self.peers.links()), "connected")
        return self.peers.links()[0]
