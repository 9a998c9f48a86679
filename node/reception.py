"""Where everything that peers send is handed to the part that it is for."""

from dataclasses import dataclass

from node.evidence_pool import EvidencePool
from node.gossip import Gossip
from node.host import Host
from node.mempool import Mempool
from node.network.link import Link
from node.network.messages import (
    ConsensusMessage,
    Evidence,
    GetBlocks,
    GetPiece,
    GetSnapshot,
    GetTransactions,
    Message,
    Status,
    Transactions,
)
from node.network.peers import Peers
from node.serving import Server
from node.supervision import Supervisor
from node.sync import BlockSync
from node.tip_exchange import TipExchange


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that hear from peers."""

    host: Host
    gossip: Gossip
    evidence: EvidencePool
    tips: TipExchange
    sync: BlockSync
    server: Server


class Reception:
    """Implements `node.network.peers.PeersHandler`."""

    def __init__(
        self, parts: Parts, peers: Peers, mempool: Mempool, supervisor: Supervisor
    ) -> None:
        self._parts = parts
        self._peers = peers
        self._mempool = mempool
        self._supervisor = supervisor

    def connected(self, link: Link) -> None:
        """Introduce a new peer. Its status goes first: what follows may depend on it."""
        with self._supervisor.guarding():
            self._parts.tips.greet(link)
            self._parts.host.greet(link)
            found = (self._mempool.get(tx_hash) for tx_hash in self._mempool.hashes())
            self._parts.evidence.greet(link)
            self._parts.gossip.greet(link, (item.data for item in found if item is not None))

    def disconnected(self, link: Link) -> None:
        """Forget a peer, unless a newer link to it exists."""
        with self._supervisor.guarding():
            if self._peers.link(link.peer.node_id) is None:
                self._parts.sync.forget(link.peer.node_id)
                self._parts.tips.forget(link.peer.node_id)

    def received(self, link: Link, message: Message) -> None:
        """Hand a message on."""
        with self._supervisor.guarding():
            match message:
                case ConsensusMessage():
                    self._parts.host.receive(link, message)
                case Transactions(items):
                    self._parts.gossip.receive(link.peer.node_id, items)
                case Evidence():
                    self._parts.evidence.receive(link, message)
                case Status():
                    self._parts.tips.receive(link, message)
                case GetBlocks() | GetTransactions() | GetSnapshot() | GetPiece():
                    self._parts.server.receive(link, message)
                case _:
                    link.count_invalid(f"unexpected {type(message).__name__}")
