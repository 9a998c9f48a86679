"""What only the running node knows of itself, for status, health and the list of peers."""

from dataclasses import dataclass

from node.chain import Chain
from node.clock_watch import ClockWatch
from node.host import Host
from node.network.peers import Peers
from node.rpc.backend import PeerStatus, Waiting
from node.sync import BlockSync
from node.tip_exchange import TipExchange
from node.version_watch import VersionWatch
from node.voting_past import VotingPast
from node.waiting import Circumstances


@dataclass(frozen=True, slots=True)
class Observed:
    """The parts of a running node that know something of it."""

    host: Host
    peers: Peers
    sync: BlockSync
    tips: TipExchange
    clocks: ClockWatch
    versions: VersionWatch
    past: VotingPast | None


class Activity:
    """Implements `node.rpc.local_backend.NodeActivity`."""

    def __init__(self, chain: Chain, observed: Observed) -> None:
        self._chain = chain
        self._host = observed.host
        self._peers = observed.peers
        self._sync = observed.sync
        self._tips = observed.tips
        self._clocks = observed.clocks
        self._versions = observed.versions
        self._past = observed.past

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

    def clock_offset_ms(self) -> int | None:
        """Return how far the clocks of most peers are ahead of this machine's."""
        return self._clocks.offset_ms

    def stops_at_height(self) -> int | None:
        """Return the first height whose rules this software does not know."""
        return self._versions.stops_at_height

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
                round_trip_ms=link.round_trip_ms,
                clock_offset_ms=link.clock_offset_ms,
                certificate_expired_ms=link.peer.identity.expired_at_ms,
                agrees=self._tips.agrees(link.peer.node_id),
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
        if self._clocks.is_wrong:
            found.append(
                f"the clocks of most peers are {self._clocks.offset_ms} ms ahead of this machine's"
            )
        return tuple(found)
