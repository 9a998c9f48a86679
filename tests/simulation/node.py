"""A simulated node: the real replica under a host that carries out its effects.

Effects run in their order; a `Persist` holds back everything behind it until a virtual fsync is
over, and a crash forgets all that is not durable.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from consensus.codec import encode_message
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
    TimerExpired,
    Verdict,
    Work,
    WorkChanged,
)
from consensus.messages import Decided, Message
from consensus.recovery import recover
from consensus.replica import Replica
from consensus.timing import Timing
from tests.simulation.chain import Committed, ToyChain, decode_block, hash_payload
from tests.simulation.configuration import Configuration
from tests.simulation.disk import Disk
from tests.simulation.signatures import Keys, validator_set_of

SYNC_BLOCKS_MAX = 16
"""How many blocks one answer of block sync carries."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Asks a peer for committed blocks from a height on."""

    height: int


@dataclass(frozen=True, slots=True)
class SyncResponse:
    """Committed blocks in ascending order of height."""

    blocks: tuple[Committed, ...]


class Surface(Protocol):
    """What a node sees of the world around it."""

    now_ms: int
    configuration: Configuration
    keys: Keys

    def at(self, node: "Node", delay_ms: int, action: Callable[[], None]) -> None:
        """Run an action of the node's current life later."""

    def send(self, node: "Node", target: bytes, message: Message, data: bytes) -> None:
        """Hand a message to the network."""

    def broadcast(self, node: "Node", message: Message, data: bytes) -> None:
        """Hand a message for every peer to the network."""

    def sync(self, node: "Node", target: bytes, message: SyncRequest | SyncResponse) -> None:
        """Hand a message of block sync to the network."""

    def on_step(self, node: "Node", event: Event, effects: tuple[Effect, ...]) -> None:
        """Let the oracles see a step before its effects are carried out."""

    def on_effect(self, node: "Node", effect: Effect) -> None:
        """Let oracles and triggers see an effect when it is carried out."""


class Node:
    """One machine. `disk` and `chain` survive crashes; everything else belongs to one life."""

    def __init__(self, world: Surface, index: int, instance: int, random: Random) -> None:
        """`instance` tells twins apart that share one validator key."""
        self.world = world
        self.index = index
        self.instance = instance
        self.name = b"%d%c" % (index, b"ab"[instance])
        self.random = random
        self.disk = Disk()
        self.chain = ToyChain(validator_set_of(world.keys))
        self.life = 0
        self.replica: Replica | None = None
        self.work = Work.TRANSACTIONS
        self._queue: deque[Effect] = deque()
        self._syncing = False

    @property
    def is_up(self) -> bool:
        """Whether the node runs."""
        return self.replica is not None

    def start(self) -> None:
        """Begin a life from what is durable."""
        keys = self.world.keys
        self.replica = Replica(
            (keys.public[self.index], keys.sign[self.index]),
            Timing(),
            hash_payload=hash_payload,
            verify=keys.verify,
        )
        self.disk.forget_below(self.chain.height + 1)
        self.step(WorkChanged(self.work))
        records = self.disk.records(self.chain.height + 1)
        self._start_height(records)

    def crash(self) -> None:
        """End a life."""
        self.life += 1
        self.replica = None
        self.disk.crash(self.random)
        self._queue.clear()
        self._syncing = False

    def step(self, event: Event) -> None:
        """Give the replica an event and carry out what it asks for."""
        if self.replica is None:
            return
        effects = self.replica.step(event, self.world.now_ms)
        self.world.on_step(self, event, effects)
        self._queue.extend(effects)
        self._pump()

    def _start_height(self, records: tuple[bytes, ...] = ()) -> None:
        height = self.chain.height + 1
        recovered = recover(height, records) if records else None
        build_at = self.world.now_ms + self.world.configuration.interval_ms
        self.step(HeightStarted(self.chain.context(), build_at, recovered))

    def _pump(self) -> None:
        """Carry out queued effects up to the next fsync."""
        while self._queue and not self._syncing and self.replica is not None:
            if self.disk.dirty and not isinstance(self._queue[0], Persist):
                self._begin_sync()
                return
            effect = self._queue.popleft()
            self.world.on_effect(self, effect)
            if self.replica is not None:
                self._carry_out(effect)
        if self.disk.dirty and not self._syncing and self.replica is not None:
            self._begin_sync()

    def _begin_sync(self) -> None:
        self._syncing = True
        delay = self.random.randint(0, self.world.configuration.fsync_max_ms)
        self.world.at(self, delay, self._end_sync)

    def _end_sync(self) -> None:
        self._syncing = False
        self.disk.sync()
        self._pump()

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Persist(height, record):
                self.disk.write(height, record)
            case Broadcast(message):
                self.world.broadcast(self, message, encode_message(message))
            case Send(peer, message):
                self.world.send(self, peer, message, encode_message(message))
            case SetTimer(timer, at_ms):
                delay = max(0, at_ms - self.world.now_ms)
                self.world.at(self, delay, lambda: self.step(TimerExpired(timer)))
            case BuildBlock(height, view):
                self._work_then(lambda: self._build(height, view))
            case CheckBlock():
                self._work_then(lambda: self._check(effect))
            case Decide():
                committed = Committed(effect.block_hash, effect.payload, effect.certificate)
                self._work_then(lambda: self.commit(committed))
            case PeerAhead(peer, _):
                self.world.sync(self, peer, SyncRequest(self.chain.height + 1))
            case PeerBehind(peer, height):
                self._send_decided(peer, height)
            case CancelTimer() | Rejected() | EquivocationSeen() | OwnKeyElsewhere() | Halt():
                pass  # a cancelled timer fires all the same; oracles see the rest

    def _work_then(self, action: Callable[[], None]) -> None:
        delay = self.random.randint(0, self.world.configuration.work_max_ms)
        self.world.at(self, delay, action)

    def _build(self, height: int, view: int) -> None:
        if height != self.chain.height + 1:
            return
        block = self.chain.build(self.index, self.random.getrandbits(32))
        payload = block.payload()
        block_hash = hash_payload(payload)
        assert block_hash is not None
        self.step(BlockBuilt(height, view, block_hash, payload))

    def _check(self, check: CheckBlock) -> None:
        if check.height != self.chain.height + 1:
            return
        block = decode_block(check.payload)
        verdict = Verdict.VALID if self.chain.is_valid(check.payload) else Verdict.INVALID
        if check.fresh and block is not None and block.proposer != check.proposer:
            verdict = Verdict.STALE
        self.step(BlockChecked(check.height, check.view, check.block_hash, verdict))

    def commit(self, committed: Committed) -> None:
        """Append a final block in one synced batch and start the next height."""
        if committed.certificate.height != self.chain.height + 1:
            return
        self.chain.append(committed)
        self.disk.forget_below(self.chain.height + 1)
        self._start_height()

    def on_sync(self, peer: bytes, message: SyncRequest | SyncResponse) -> None:
        """Serve blocks, or apply those that were asked for."""
        if isinstance(message, SyncRequest):
            first = message.height - 1
            blocks = tuple(self.chain.blocks[first : first + SYNC_BLOCKS_MAX])
            if blocks:
                self.world.sync(self, peer, SyncResponse(blocks))
            return
        for committed in message.blocks:
            self.commit(committed)

    def _send_decided(self, peer: bytes, height: int) -> None:
        if 1 <= height <= self.chain.height:
            block = self.chain.blocks[height - 1]
            message = Decided(block.certificate, block.payload)
            self.world.send(self, peer, message, encode_message(message))
