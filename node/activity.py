"""What only the running node knows of itself, for status, health and the list of peers."""

from node.chain import Chain
from node.host import Host
from node.network.peers import Peers
from node.rpc.backend import PeerStatus, Waiting
from node.sync import BlockSync
from node.voting_past import VotingPast
from node.waiting import Circumstances


class Activity:
    """Implements `node.rpc.local_backend.NodeActivity`."""

    def __init__(
        self, chain: Chain, host: Host, peers: Peers, sync: BlockSync, past: VotingPast | None
    ) -> None:
        self._chain = chain
        self._host = host
        self._peers = peers
        self._sync = sync
        self._past = past

    def view(self) -> int:
        """Return the view in which the next block is being decided."""
        return self._host.view

    def is_validating(self) -> bool:
        """Say whether this node votes on the next block."""
        if self._past is None or not self._host.is_member:
            return False
        return self._past.silent_up_to < self._chain.facts.height

    def is_syncing(self) -> bool:
        """Say whether blocks are known to exist that this node has not got."""
        return self._sync.is_behind

    def silent_up_to(self) -> int | None:
        """Return the last height that this validator may not sign; None where it may sign all."""
        if self._past is None or self._past.silent_up_to < self._chain.facts.height:
            return None
        return self._past.silent_up_to

    def waiting(self) -> Waiting:
        """Return what the next block waits for."""
        return self._host.waiting.waiting(Circumstances(self.peers(), self.is_syncing()))

    def peers(self) -> tuple[PeerStatus, ...]:
        """Return the connected nodes."""
        validators = self._chain.facts.validators
        return tuple(
            PeerStatus(
                node_id=link.peer.node_id,
                organisation=link.peer.identity.organisation,
                address=str(link.peer.address),
                height=self._sync.claim(link.peer.node_id),
                validator=validators.index_of(link.peer.hello.validator_key),
                validator_key=link.peer.hello.validator_key or None,
            )
            for link in self._peers.links()
        )

    def ailments(self) -> tuple[str, ...]:
        """Return why the node cannot serve well, in English; nothing where it can."""
        found = []
        validators = self._chain.facts.validators
        reachable = sum(1 for peer in self.peers() if peer.validator is not None)
        reachable += 1 if self._host.is_member else 0
        if reachable < validators.quorum:
            found.append(
                f"{reachable} of {validators.size} validators are connected, and"
                f" {validators.quorum} are needed to decide"
            )
        if self.is_syncing():
            found.append("blocks are being fetched from peers")
        if self._past is not None and self._host.is_member and not self.is_validating():
            found.append("this validator is silent because its past votes are unknown")
        return tuple(found)
