"""The host of consensus: gives the replica events, one at a time, and carries out its effects.

    records, messages, decisions    through the outbox: disk before wire
    timers                          the event loop
    blocks                          built and checked on the chain's thread, completed from peers
    decisions                       the committer, like every other block

Nothing here decides anything about agreement. A task that fails stops the node.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass

from consensus.codec import decode_message, encode_message
from consensus.effects import (
    Broadcast,
    BuildBlock,
    CancelTimer,
    CheckBlock,
    Decide,
    Effect,
    EquivocationSeen,
    Halt,
    OwnKeyElsewhere,
    PeerAhead,
    PeerBehind,
    Persist,
    Rejected,
    Send,
    SetTimer,
)
from consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    HeightStarted,
    MessageReceived,
    PeerConnected,
    SilenceSet,
    TimerExpired,
    Verdict,
    Work,
    WorkChanged,
)
from consensus.recovery import Recovered
from consensus.replica import Replica
from consensus.timing import build_time
from ledger.block import Block
from ledger.refusal import Code, Refused
from node.chain import Chain, Committed, Freshness
from node.clock import Clock
from node.commit import Committer
from node.errors import ConsensusHalted
from node.evidence_pool import EvidencePool
from node.executor import ChainExecutor
from node.gossip import Gossip
from node.mempool import Mempool
from node.metrics import Metrics, Stage
from node.network.lanes import Lane
from node.network.link import Link
from node.network.messages import ConsensusMessage
from node.network.messages import encode_message as encode_frame_of
from node.network.peers import Peers
from node.outbox import Outbox
from node.payload import compact_block
from node.proposals import Proposals
from node.registry import ChainRegistry
from node.supervision import Supervisor
from node.sync import BlockSync
from node.timers import Timers
from node.tip_exchange import status_of
from node.vote_store import VoteStore
from node.waiting import WaitingWatch

DROP_VOTES_EVERY = 16
"""Heights between two clearings of the vote store."""
DUE_NAP_MS = 1_000
EVENTS_MAX = 10_000
"""Events that may wait while one is applied: answers and timers of a few heights at most."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the host stands on: the chain, what surrounds it, and the services of the process."""

    chain: Chain
    executor: ChainExecutor
    committer: Committer
    mempool: Mempool
    clock: Clock
    supervisor: Supervisor
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The peers and what travels between them and this node."""

    peers: Peers
    registry: ChainRegistry
    gossip: Gossip
    evidence: EvidencePool
    proposals: Proposals
    sync: BlockSync


class Host:
    """Drives one replica."""

    def __init__(
        self,
        replica: Replica,
        store: VoteStore,
        ground: Ground,
        surroundings: Surroundings,
    ) -> None:
        self._replica = replica
        self._chain = ground.chain
        self._ground = ground
        self._peers = surroundings.peers
        self._registry = surroundings.registry
        self._gossip = surroundings.gossip
        self._evidence = surroundings.evidence
        self._proposals = surroundings.proposals
        self._sync = surroundings.sync
        self._supervisor = supervisor = ground.supervisor
        self._metrics = ground.metrics
        self.waiting = WaitingWatch(replica, ground.clock)
        self._outbox = Outbox(store, self._release)
        self._timers = Timers(ground.clock, lambda timer: self.post(TimerExpired(timer)))
        self._events: deque[Event] = deque()
        self._is_stepping = False
        self._work = Work.NONE
        self._tasks = supervisor.group()
        self._build = supervisor.group()
        self._due = supervisor.group()
        ground.committer.listen(self.committed)

    async def run(self) -> None:
        """Make votes durable and send them, until cancelled; raises VotesNotWritten."""
        await self._outbox.run()

    async def close(self) -> None:
        """Stop: nothing more is signed, sent or written."""
        self._timers.cancel_all()
        for group in (self._tasks, self._build, self._due):
            await group.close()
        self._outbox.close()

    @property
    def view(self) -> int:
        """The view of the height that is being decided."""
        state = self._replica.state
        return 0 if state is None else state.view

    @property
    def is_member(self) -> bool:
        """True where this node's key votes on the height that is being decided."""
        state = self._replica.state
        return state is not None and state.own_index is not None

    def begin(self, recovered: Recovered | None) -> None:
        """Begin with the height above the tip and what was signed there before a restart."""
        self._start_height(recovered)

    def committed(self, block: Block, _committed: Committed) -> None:
        """Go on with the next height; from whichever source the block came."""
        self._tasks.cancel()
        self._build.cancel()
        self._proposals.start_height(block)
        height = self._chain.tip.height
        if height % DROP_VOTES_EVERY == 0:
            self._supervisor.spawn(self._outbox.drop_up_to(height))
        self._start_height(None)

    def set_silence(self, up_to_height: int) -> None:
        """Sign nothing up to a height; a lower one lifts the silence."""
        self.post(SilenceSet(up_to_height))

    def greet(self, link: Link) -> None:
        """Tell the replica that a peer is connected."""
        self.post(PeerConnected(link.peer.node_id))

    def receive(self, link: Link, message: ConsensusMessage) -> None:
        """Give the replica a message of a peer."""
        if not self._registry.votes(link.peer.hello.validator_key):
            # Not counted against it: who was removed hears of it only with the block.
            self._metrics.chain.count_refusal(Code.NO_RIGHT)
            return
        try:
            decoded = decode_message(message.data)
        except Refused as refused:
            link.count_invalid(f"consensus: {refused}")
            return
        self.post(MessageReceived(link.peer.node_id, decoded))

    def refresh_work(self) -> None:
        """Tell the replica when the reasons to make a block have changed."""
        work = self._present_work()
        if work != self._work:
            self._work = work
            self.post(WorkChanged(work))

    def post(self, event: Event) -> None:
        """Apply an event, after those that are being applied."""
        self._events.append(event)
        if self._is_stepping or self._supervisor.has_failed:
            return
        self._is_stepping = True
        with self._supervisor.guarding():
            assert len(self._events) <= EVENTS_MAX
            while self._events:
                now_ms = self._ground.clock.monotonic_ms()
                for effect in self._replica.step(self._events.popleft(), now_ms):
                    self._carry_out(effect)
        self._is_stepping = False
        self.waiting.look()
        self._metrics.chain.note_view(self.view)

    def _start_height(self, recovered: Recovered | None) -> None:
        clock, facts = self._ground.clock, self._chain.facts
        build_at_ms = build_time(
            now_ms=clock.monotonic_ms(),
            wall_ms=clock.wall_ms(),
            parent_time_ms=facts.parent.time_ms,
            interval_ms=facts.interval_ms,
        )
        self._metrics.chain.validators.set(facts.validators.size)
        self.refresh_work()
        self.post(HeightStarted(self._chain.height_context(), build_at_ms, recovered))
        self._due.cancel()
        if facts.next_due_ms is not None and not self._work & Work.DUE:
            self._due.spawn(self._wait_for_due(facts.next_due_ms))

    def _present_work(self) -> Work:
        work = Work.NONE
        if len(self._ground.mempool):
            work |= Work.TRANSACTIONS
        if self._chain.tip.has_result:
            work |= Work.PROOF
        if self._evidence.is_ready:
            work |= Work.EVIDENCE
        due_ms = self._chain.facts.next_due_ms
        if due_ms is not None and due_ms <= self._ground.clock.wall_ms():
            work |= Work.DUE
        return work

    async def _wait_for_due(self, due_ms: int) -> None:
        left_ms = due_ms - self._ground.clock.wall_ms()
        # In short naps, because the wall clock may be set meanwhile.
        await asyncio.sleep(max(0, min(left_ms, DUE_NAP_MS)) / 1_000)
        self.refresh_work()
        if not self._work & Work.DUE:
            self._due.spawn(self._wait_for_due(due_ms))

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Persist() | Send() | Broadcast() | Decide():
                self._outbox.put(effect)
            case SetTimer(timer, at_ms):
                self._timers.arm(timer, at_ms)
            case CancelTimer(timer):
                self._timers.cancel(timer)
            case BuildBlock():
                self._build.cancel()
                self._build.spawn(self._build_block(effect))
            case CheckBlock():
                received_ms = self._ground.clock.wall_ms()
                self._tasks.spawn(self._check_block(effect, received_ms))
            case _:
                self._take_note(effect)

    def _take_note(self, effect: Effect) -> None:
        """Carry out an effect that reports something."""
        match effect:
            case Rejected(peer, refusal):
                self._metrics.chain.count_refusal(refusal.code)
                link = self._peers.link(peer)
                if link is not None:
                    link.count_invalid(f"consensus: {refusal.code.label} {refusal.field}")
            case PeerAhead(peer, height):
                self._sync.hint(peer, max(height - 1, self._sync.claim(peer)))
            case PeerBehind(peer, _):
                self._peers.send(peer, status_of(self._chain), Lane.URGENT)
            case EquivocationSeen(first, second):
                self._metrics.chain.equivocations.inc()
                self._evidence.note(first, second)
            case OwnKeyElsewhere(vote):
                _log.critical(
                    "this validator's key signs somewhere else, or its vote store is not its"
                    " latest; it is silent now. Find the other copy and stop it",
                    extra={"vote": vote},
                )
            case Halt(reason):
                self._supervisor.fail(ConsensusHalted(reason))

    def _release(self, effect: Effect) -> None:
        """Carry out an effect that leaves the node; everything before it is durable."""
        match effect:
            case Send(peer, message):
                to = self._peers.link(peer)
                if to is not None and self._registry.votes(to.peer.hello.validator_key):
                    to.send(ConsensusMessage(encode_message(message)), Lane.URGENT)
            case Broadcast(message):
                encoded = encode_frame_of(ConsensusMessage(encode_message(message)))
                for link in self._peers.links():
                    if self._registry.votes(link.peer.hello.validator_key):
                        link.send_frame(encoded, Lane.URGENT)
            case Decide():
                self._tasks.spawn(self._decide(effect))

    async def _build_block(self, effect: BuildBlock) -> None:
        # What the proposal names should be on its way before the proposal.
        self._gossip.flush()
        state = self._replica.state
        assert state is not None
        assert state.own_index is not None
        offered = self._ground.mempool.take(self._chain.facts.limits)
        with self._metrics.chain.timed(Stage.BUILD):
            built = await self._ground.executor.build(
                offered,
                time_ms=self._ground.clock.wall_ms(),
                proposer=state.own_index,
                evidence=self._evidence.take(),
            )
        if built.block.header.height != effect.height:
            return  # a block was committed meanwhile
        self._ground.mempool.remove(built.hopeless)
        block_hash = built.block.header.hash()
        payload = compact_block(built.block).encoded()
        self._proposals.note(block_hash, built.block)
        self.post(BlockBuilt(effect.height, effect.view, block_hash, payload))

    async def _check_block(self, effect: CheckBlock, received_ms: int) -> None:
        proposer = self._node_of_validator(effect.proposer)
        block = await self._proposals.complete(effect.payload, proposer)
        verdict = Verdict.INVALID
        if block is not None:
            fresh = Freshness(effect.proposer, received_ms) if effect.fresh else None
            with self._metrics.chain.timed(Stage.CHECK):
                checked = await self._ground.executor.check(block, fresh, self._ground.mempool.get)
            if self._chain.facts.height != effect.height:
                return  # a block was committed meanwhile, and this one was judged above it
            verdict = checked.verdict
            if checked.refusal is not None:
                fields = {"height": effect.height, "view": effect.view, "why": checked.refusal}
                _log.warning("a proposed block is refused", extra=fields)
        self.post(BlockChecked(effect.height, effect.view, effect.block_hash, verdict))

    async def _decide(self, effect: Decide) -> None:
        block = await self._proposals.complete(effect.payload, None)
        assert block is not None
        await self._ground.committer.commit(block, effect.certificate)

    def _node_of_validator(self, index: int) -> bytes | None:
        members = self._chain.facts.validators.members
        key = members[index].public_key if index < len(members) else None
        for link in self._peers.links():
            if link.peer.hello.validator_key == key:
                return link.peer.node_id
        return None
