"""One simulated run: events in virtual time, the network, the faults and their end."""

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from consensus.codec import decode_message
from consensus.effects import Broadcast, Decide, Effect, Persist, Send
from consensus.errors import SignatureRefused
from consensus.events import Event, MessageReceived, PeerConnected, Work, WorkChanged
from consensus.messages import Message, PrePrepare, ViewChange, Vote
from ledger.refusal import Refused
from ledger.vote import VoteKind
from tests.simulation.byzantine import TwinLinks
from tests.simulation.configuration import Configuration, Crash, Trigger, TriggerKind
from tests.simulation.node import Node, SyncRequest, SyncResponse
from tests.simulation.oracles import Oracles, Violation, signed_part
from tests.simulation.randomness import stream
from tests.simulation.signatures import make_keys

HEIGHTS_AFTER_HEALING = 3
"""Every correct node that is left must decide so many new heights."""
HEALING_MAX_MS = 45_000
"""… within this time: two faulty primaries at the longest view timeout, and slack."""
WORK_CHANGE_MS = 700
"""How often a node's mempool may fill or drain while faults last."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run was like. `recovery_ms`: from healing to a new height at every node left."""

    seed: int
    heights: int
    views_max: int
    events: int
    recovery_ms: int
    trace: str
    violation: str | None = None
    oracle: str | None = None
    met: dict[str, int] = field(default_factory=dict)
    """How often each class of fault and each notable step occurred."""


class World:
    """Runs one configuration to its end. All it decides comes from the configuration's seed."""

    def __init__(
        self, configuration: Configuration, *, switched_off: frozenset[str] = frozenset()
    ) -> None:
        self.configuration = configuration
        self.now_ms = 0
        self.keys = make_keys(configuration.size, real=configuration.real_signatures)
        self.oracles = Oracles(self.keys, configuration.byzantine, switched_off)
        self.met: dict[str, int] = {}
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = 0
        self._events = 0
        self._views_max = 0
        self._trace = hashlib.blake2b(digest_size=16)
        self._decoded: dict[bytes, Message] = {}
        self._network = stream(configuration.seed, "world/network")
        self._triggers = list(configuration.triggers)
        self._isolated: int | None = None
        self._healed = False
        self._target = 0
        self.heights_at_healing: tuple[int, ...] = ()
        self._first_new_ms: dict[int, int] = {}
        self.nodes = self._make_nodes()
        self._by_name = {node.name: node for node in self.nodes}
        self._twins = TwinLinks(configuration, self.keys)

    def _make_nodes(self) -> list[Node]:
        nodes = []
        for index in range(self.configuration.size):
            for instance in range(2 if index in self.configuration.byzantine else 1):
                random = stream(self.configuration.seed, "node", index, instance)
                nodes.append(Node(self, index, instance, random))
        return nodes

    def run(self) -> Outcome:
        """Run to the end; the outcome names the first violation, if any."""
        try:
            self._run()
        except Violation as violation:
            return self._outcome(str(violation), violation.oracle)
        except (AssertionError, SignatureRefused, Refused) as error:
            return self._outcome(f"I12: {type(error).__name__}: {error}", "I12")
        return self._outcome(None, None)

    def _outcome(self, violation: str | None, oracle: str | None) -> Outcome:
        recovery = max(self._first_new_ms.values(), default=0)
        return Outcome(
            seed=self.configuration.seed,
            heights=max(node.chain.height for node in self.nodes),
            views_max=self._views_max,
            events=self._events,
            recovery_ms=recovery,
            trace=self._trace.hexdigest(),
            violation=violation,
            oracle=oracle,
            met=self.met,
        )

    def _run(self) -> None:
        for node in self.nodes:
            self._start(node)
            self._schedule_work(node)
        for crash in self.configuration.crashes:
            self._push(crash.at_ms, partial(self._crash_planned, crash))
        for partition in self.configuration.partitions:
            self.meet("partition")
            self._push(partition.end_ms, partial(self._reconnect, partition.side))
        self._push(self.configuration.heal_ms, self._heal)
        while self._heap:
            self.now_ms, _, action = heapq.heappop(self._heap)
            self._events += 1
            action()
            if self._healed and self._has_recovered():
                return

    def meet(self, name: str) -> None:
        """Count that something notable happened."""
        self.met[name] = self.met.get(name, 0) + 1

    def _push(self, at_ms: int, action: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (at_ms, self._sequence, action))

    def at(self, node: Node, delay_ms: int, action: Callable[[], None]) -> None:
        """Run an action later, unless the node's current life is over by then."""
        life = node.life
        self._push(self.now_ms + delay_ms, lambda: action() if node.life == life else None)

    def is_correct(self, name: bytes) -> bool:
        """Say whether a peer is a node that follows the protocol."""
        return self._by_name[name].index not in self.configuration.byzantine

    # The network.

    def send(self, node: Node, target: bytes, message: Message, data: bytes) -> None:
        """Send to one node."""
        self.oracles.on_send(node, message)
        self._transmit(node, self._by_name[target], message, data)

    def broadcast(self, node: Node, message: Message, data: bytes) -> None:
        """Send to all other nodes; a twin does not meet its twin."""
        self.oracles.on_send(node, message)
        for target in self.nodes:
            if target.index != node.index and node.is_up:
                self._transmit(node, target, message, data)
                self._strike_while_sending(node, message)

    def _transmit(self, node: Node, target: Node, message: Message, data: bytes) -> None:
        if not self._twins.linked(node, target, self.now_ms):
            return
        changed = self._twins.distorted(node, target, message, data)
        if changed is None or self._is_lost(node, target) or self._is_filtered(target, message):
            return
        copies = 1
        if self._network.randrange(100) < self.configuration.duplicate_percent and not self._healed:
            self.meet("duplicate")
            copies = 2
        for _ in range(copies):
            self._push(
                self.now_ms + self._delay(), lambda: self._deliver(node.name, target, changed)
            )

    def sync(self, node: Node, target: bytes, message: SyncRequest | SyncResponse) -> None:
        """Send a message of block sync."""
        peer = self._by_name[target]
        if not self._is_lost(node, peer):
            at_ms = self.now_ms + self._delay()
            self._push(at_ms, lambda: peer.on_sync(node.name, message) if peer.is_up else None)

    def _delay(self) -> int:
        low, mean = self.configuration.delay_min_ms, self.configuration.delay_mean_ms
        if self._healed:
            low, mean = 1, 5
        return low + int(self._network.expovariate(1) * mean)

    def _is_lost(self, node: Node, target: Node) -> bool:
        if self._healed:
            return False
        if self._network.randrange(100) < self.configuration.loss_percent:
            self.meet("loss")
            return True
        pair = (node.index, target.index)
        if self._isolated in pair or pair in self.configuration.dead_links:
            return True
        return any(part.cuts(*pair, self.now_ms) for part in self.configuration.partitions)

    def _is_filtered(self, target: Node, message: Message) -> bool:
        if self._healed or not isinstance(message, Vote):
            return False
        for item in self.configuration.filters:
            slot = (message.kind, message.height, message.view)
            if (item.kind, item.height, item.view) == slot and target.index != item.spared:
                self.meet("filtered vote")
                return True
        return False

    def _deliver(self, source: bytes, target: Node, data: bytes) -> None:
        if not target.is_up:
            return
        message = self._decoded.get(data)
        if message is None:
            message = self._decoded[data] = decode_message(data)
        if self._twins.hides(target, signed_part(message)):
            return
        target.step(MessageReceived(source, message))

    # What the oracles and triggers see.

    def on_step(self, node: Node, event: Event, effects: tuple[Effect, ...]) -> None:
        """Record a step in the trace and check the state after it."""
        self._trace.update(
            f"{self.now_ms} {node.name!r} {type(event).__name__} {len(effects)}\n".encode()
        )
        state = None if node.replica is None else node.replica.state
        if state is None:
            return
        self._views_max = max(self._views_max, state.view)
        if node.index not in self.configuration.byzantine:
            self.oracles.on_step(node, event, effects)
            self.oracles.on_state(node, state)
            for effect in effects:
                self.oracles.on_effect(node, effect, self.is_correct)
                if isinstance(effect, Decide):
                    self.meet(
                        "decision" if effect.certificate.view == 0 else "decision above view 0"
                    )

    def on_effect(self, node: Node, effect: Effect) -> None:
        """Let a trigger strike before an effect is carried out."""
        if isinstance(effect, Decide) and node.index not in self.configuration.byzantine:
            self._strike_at_decision(node, effect.height)
        if isinstance(effect, Broadcast | Send):
            vote = signed_part(effect.message)
            if vote is None or vote.signer != node.index:
                return
            if isinstance(effect.message, ViewChange):
                self.meet("view change")
                self._after(node, vote.height, TriggerKind.CRASH_AFTER_VIEW_CHANGE)
            elif getattr(vote, "kind", None) is VoteKind.COMMIT:
                trigger = self._take_trigger(TriggerKind.CRASH_BEFORE_SEND, vote.height)
                if trigger is not None:
                    self._crash(node, trigger.down_ms)
        elif isinstance(effect, Persist):
            self.meet("record")

    def _after(self, node: Node, height: int, kind: TriggerKind) -> None:
        trigger = self._take_trigger(kind, height)
        if trigger is not None:
            self.at(node, 0, lambda: self._crash(node, trigger.down_ms))

    def _take_trigger(self, kind: TriggerKind, height: int) -> Trigger | None:
        if self._healed:
            return None
        for trigger in self._triggers:
            if trigger.kind is kind and height >= trigger.height:
                self._triggers.remove(trigger)
                self.meet(kind.name.lower())
                return trigger
        return None

    def _strike_at_decision(self, node: Node, height: int) -> None:
        if height <= max(other.chain.height for other in self.nodes):
            return
        trigger = self._take_trigger(TriggerKind.ISOLATE_DECIDER, height)
        if trigger is not None:
            self._isolated = node.index
            for other in self.nodes:
                if other.index != node.index:
                    self._crash(other, trigger.down_ms)
        trigger = self._take_trigger(TriggerKind.CRASH_ALL_AT_DECISION, height)
        if trigger is not None:
            for other in self.nodes:
                self._crash(other, trigger.down_ms)

    def _strike_while_sending(self, node: Node, message: Message) -> None:
        if isinstance(message, PrePrepare) and self._network.random() < 0.5:
            trigger = self._take_trigger(TriggerKind.CRASH_WHILE_SENDING, message.vote.height)
            if trigger is not None:
                self._crash(node, trigger.down_ms)

    # Faults and their end.

    def _start(self, node: Node) -> None:
        node.start()
        for other in self.nodes:
            if other.index != node.index and other.is_up:
                self._connect(node, other)

    def _connect(self, node: Node, other: Node) -> None:
        if self._twins.linked(node, other, self.now_ms):
            self.at(other, 1, lambda: other.step(PeerConnected(node.name)))
            self.at(node, 1, lambda: node.step(PeerConnected(other.name)))

    def _crash_planned(self, crash: Crash) -> None:
        for node in self.nodes:
            if node.index == crash.node:
                self._crash(node, crash.down_ms)

    def _crash(self, node: Node, down_ms: int) -> None:
        if not node.is_up or self._healed:
            return
        self.meet("crash")
        node.crash()
        life = node.life
        self._push(self.now_ms + down_ms, lambda: self._restart(node, life))

    def _restart(self, node: Node, life: int) -> None:
        gone = self._healed and node.index in self.configuration.dead
        if not node.is_up and node.life == life and not gone:
            self._start(node)

    def _reconnect(self, side: tuple[int, ...]) -> None:
        for node in self.nodes:
            for other in self.nodes:
                noticed = self._network.randrange(100) < self.configuration.connect_percent
                if node.index in side and other.index not in side and noticed:
                    self._connect(node, other)

    def _schedule_work(self, node: Node) -> None:
        random = stream(self.configuration.seed, "work", node.index, node.instance)

        def change() -> None:
            if self._healed:
                return
            idle = random.randrange(100) < self.configuration.idle_percent
            node.work = Work.NONE if idle else Work.TRANSACTIONS
            node.step(WorkChanged(node.work))
            self._push(self.now_ms + random.randint(1, WORK_CHANGE_MS), change)

        change()

    def _heal(self) -> None:
        """End all faults; a core of at least a quorum of correct nodes must now make progress."""
        self._healed = True
        self._isolated = None
        self.heights_at_healing = tuple(node.chain.height for node in self.nodes)
        configuration = self.configuration
        for node in self.nodes:
            if node.index in configuration.dead:
                if node.is_up:
                    node.crash()
                continue
            node.work = Work.TRANSACTIONS
            if node.is_up:
                node.step(WorkChanged(node.work))
            else:
                self._start(node)
        for node in self.nodes:
            for other in self.nodes:
                if node.index < other.index and node.is_up and other.is_up:
                    self._connect(node, other)
        self._target = max(node.chain.height for node in self._core())
        self._push(self.now_ms + HEALING_MAX_MS, self._give_up)

    def _core(self) -> list[Node]:
        away = (*self.configuration.byzantine, *self.configuration.dead)
        return [node for node in self.nodes if node.index not in away]

    def _has_recovered(self) -> bool:
        core = self._core()
        for node in core:
            if node.chain.height > self._target:
                self._first_new_ms.setdefault(node.index, self.now_ms - self.configuration.heal_ms)
        return all(node.chain.height >= self._target + HEIGHTS_AFTER_HEALING for node in core)

    def _give_up(self) -> None:
        states = []
        for node in self._core():
            state = None if node.replica is None else node.replica.state
            view = None if state is None else state.view
            states.append(f"node {node.index} tip {node.chain.height} view {view}")
        self.oracles.fail(
            "liveness", f"no {HEIGHTS_AFTER_HEALING} new heights: {'; '.join(states)}"
        )


def simulate(
    configuration: Configuration, *, switched_off: frozenset[str] = frozenset()
) -> Outcome:
    """Run one configuration."""
    return World(configuration, switched_off=switched_off).run()
