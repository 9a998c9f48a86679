"""What must never happen, checked while it could.

Agreement alone notices little: most broken protocols only rarely fork in a short run. The rules
that make agreement hold are therefore watched at every message that a correct node signs.

    I1  one block per height over all correct nodes and all their lives
    I2  every decision has a certificate that a second, independent verifier accepts
    I3  once a quorum of commits for a block was sent, no correct validator prepares another in a
        later view
    I4  no correct validator signs two different votes for one slot, over all its lives
    I5  no correct validator signs a prepare or commit below a view-change that it signed
    I6  a view-change reports a lock at least as high as the sender's highest commit
    I7  a signed message is durable when it is sent, and so are the certificate and the payload
        under it
    I9  memory of a height stays within its formula
    I10 no evidence names a correct validator, and no correct peer is refused
    I12 nothing raises, and nobody halts
    I14 a timer that is not armed has no effect
    L1  no correct validator leaves a view above 0 before a quorum was there
    L2  no correct node stays below the views of f + 1 others that it knows of
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from consensus.codec import decode_record
from consensus.effects import (
    CancelTimer,
    Decide,
    Effect,
    EquivocationSeen,
    Halt,
    OwnKeyElsewhere,
    Rejected,
    SetTimer,
)
from consensus.events import Event, TimerExpired
from consensus.messages import (
    Message,
    PreparedCertificate,
    PrePrepare,
    SignedVote,
    ViewChange,
    Vote,
)
from consensus.state import FUTURE_VIEWS, PAST_COMMIT_VIEWS, PAYLOADS_MAX, HeightState
from consensus.timing import Timer, TimerKind
from ledger.certificate import CommitCertificate
from ledger.vote import VoteKind, block_vote_bytes
from tests.simulation.chain import GENESIS_HASH
from tests.simulation.node import Node
from tests.simulation.signatures import Keys


class Violation(Exception):
    """An invariant did not hold."""

    def __init__(self, oracle: str, text: str) -> None:
        super().__init__(f"{oracle}: {text}")
        self.oracle = oracle


def quorum_of(size: int) -> int:
    """Return the quorum by another formula than the product's: no mistake is made twice."""
    return size - (size - 1) // 3


@dataclass
class Oracles:
    """Watches one run. `byzantine` are the indices whose behaviour proves nothing."""

    keys: Keys
    byzantine: tuple[int, ...]
    switched_off: frozenset[str] = frozenset()
    decided: dict[int, bytes] = field(default_factory=dict)
    _slots: dict[tuple[int, int, int, VoteKind], SignedVote] = field(default_factory=dict)
    _floors: dict[tuple[int, int], int] = field(default_factory=dict)
    _view_changes: dict[int, dict[int, int]] = field(default_factory=dict)
    _commit_views: dict[tuple[int, int], int] = field(default_factory=dict)
    _senders: dict[tuple[VoteKind, int, int, bytes], dict[int, None]] = field(default_factory=dict)
    _committed: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    _armed: dict[tuple[bytes, int], dict[TimerKind, Timer]] = field(default_factory=dict)
    _prepared: dict[int, dict[tuple[int, bytes], None]] = field(default_factory=dict)

    def fail(self, oracle: str, text: str) -> None:
        """Report a violation, unless the oracle is switched off."""
        if oracle not in self.switched_off:
            raise Violation(oracle, text)

    def on_send(self, node: Node, message: Message) -> None:
        """Check a message that leaves a node."""
        vote = signed_part(message)
        if vote is None or vote.signer != node.index:
            return
        if isinstance(vote, Vote):
            self._watch_quorums(vote)
        else:
            latest = self._view_changes.setdefault(vote.height, {})
            latest[vote.signer] = max(vote.view, latest.get(vote.signer, 0))
        if node.index in self.byzantine:
            return
        kind = kind_of(vote)
        slot = (node.index, vote.height, vote.view, kind)
        known = self._slots.get(slot)
        if known is not None:
            if known != vote:
                self.fail("I4", f"node {node.index} signed {known} and {vote}")
            return
        self._slots[slot] = vote
        self._watch_floor(node, vote)
        self._watch_durability(node, message)

    def _watch_floor(self, node: Node, vote: SignedVote) -> None:
        place = (node.index, vote.height)
        if isinstance(vote, Vote):
            if vote.kind is not VoteKind.PRE_PREPARE and vote.view < self._floors.get(place, 0):
                self.fail("I5", f"node {node.index} signed {vote} below {self._floors[place]}")
            if vote.kind is VoteKind.COMMIT:
                self._commit_views[place] = max(vote.view, self._commit_views.get(place, -1))
            return
        self._floors[place] = max(vote.view, self._floors.get(place, 0))
        claimed = -1 if vote.prepared is None else vote.prepared.view
        if claimed < self._commit_views.get(place, -1):
            self.fail(
                "I6", f"node {node.index} committed in {self._commit_views[place]}, says {vote}"
            )
        latest = self._view_changes[vote.height].values()
        there = [view for view in latest if view >= vote.view - 1]
        if vote.view > 1 and len(there) < quorum_of(len(self.keys.public)):
            self.fail(
                "L1", f"node {node.index} sent {vote} when {len(there)} had left the view before"
            )

    def _watch_durability(self, node: Node, message: Message) -> None:
        vote = signed_part(message)
        if vote is not None and vote.height <= node.chain.height:
            return  # decided meanwhile by block sync: the store has forgotten the height
        records = [decode_record(data) for _, data in node.disk.durable]
        if message not in records:
            self.fail("I7", f"node {node.index} sent before it was durable: {message}")
        if not isinstance(message, Vote):
            return
        slot = (message.view, message.block_hash)
        if message.kind is VoteKind.COMMIT:
            locks = [item for item in records if isinstance(item, PreparedCertificate)]
            if slot not in [(item.view, item.block_hash) for item in locks]:
                self.fail(
                    "I7", f"node {node.index} sent a commit without a durable lock: {message}"
                )
        proposals = [item.vote for item in records if isinstance(item, PrePrepare)]
        if slot not in [(item.view, item.block_hash) for item in proposals]:
            self.fail("I7", f"node {node.index} voted without a durable payload: {message}")

    def _watch_quorums(self, vote: Vote) -> None:
        key = (vote.kind, vote.height, vote.view, vote.block_hash)
        senders = self._senders.setdefault(key, {})
        senders[vote.signer] = None
        if vote.kind is VoteKind.PREPARE and vote.signer not in self.byzantine:
            self._prepared.setdefault(vote.height, {})[vote.view, vote.block_hash] = None
        if vote.kind is VoteKind.COMMIT and len(senders) >= quorum_of(len(self.keys.public)):
            first = self._committed.get(vote.height)
            if first is None or vote.view < first[0]:
                self._committed[vote.height] = (vote.view, vote.block_hash)
        committed = self._committed.get(vote.height)
        if committed is None:
            return
        for view, block_hash in self._prepared.get(vote.height, ()):
            if view > committed[0] and block_hash != committed[1]:
                self.fail("I3", f"height {vote.height}: committed {committed}, prepared in {view}")

    def on_step(self, node: Node, event: Event, effects: tuple[Effect, ...]) -> None:
        """Check a step of a correct node against the timers that were armed before it (I14)."""
        armed = self._armed.setdefault((node.name, node.life), {})
        if isinstance(event, TimerExpired):
            if armed.get(event.timer.kind) == event.timer:
                del armed[event.timer.kind]
            elif effects:
                self.fail("I14", f"node {node.index} heeds {event.timer}")
        for effect in effects:
            if isinstance(effect, SetTimer):
                armed[effect.timer.kind] = effect.timer
            elif isinstance(effect, CancelTimer):
                armed.pop(effect.timer.kind, None)

    def on_effect(self, node: Node, effect: Effect, is_correct: Callable[[bytes], bool]) -> None:
        """Check an effect of a correct node."""
        match effect:
            case Decide(height, block_hash, _, certificate):
                self._watch_decision(node, height, block_hash, certificate)
            case EquivocationSeen(first, second):
                if first.signer not in self.byzantine:
                    self.fail("I10", f"evidence names a correct validator: {first} {second}")
            case Rejected(peer, refusal):
                if is_correct(peer):
                    self.fail("I10", f"node {node.index} refused the correct {peer!r}: {refusal}")
            case OwnKeyElsewhere(vote):
                self.fail("I10", f"node {node.index} does not know its own {vote}")
            case Halt(reason):
                self.fail("I12", f"node {node.index} halted: {reason}")
            case _:
                pass

    def _watch_decision(
        self, node: Node, height: int, block_hash: bytes, certificate: CommitCertificate
    ) -> None:
        if self.decided.setdefault(height, block_hash) != block_hash:
            self.fail("I1", f"node {node.index} decided another block at height {height}")
        if not self.is_proven(certificate, height, block_hash):
            self.fail("I2", f"node {node.index} decided height {height} without proof")

    def is_proven(self, certificate: CommitCertificate, height: int, block_hash: bytes) -> bool:
        """Say whether a certificate proves a block; written anew, not shared with the product."""
        if (certificate.height, certificate.block_hash) != (height, block_hash):
            return False
        view = certificate.view
        message = block_vote_bytes(VoteKind.COMMIT, GENESIS_HASH, height, view, block_hash)
        valid: dict[int, bool] = {}
        for index, signature in certificate.signatures:
            if index in valid or index >= len(self.keys.public):
                return False
            valid[index] = self.keys.verify(self.keys.public[index], message, signature)
        return all(valid.values()) and len(valid) >= quorum_of(len(self.keys.public))

    def on_state(self, node: Node, state: HeightState) -> None:
        """Check that the memory of a height is bounded (I9)."""
        size = len(self.keys.public)
        bounds = {
            "prepares": (len(state.prepares), 2 * size * (1 + FUTURE_VIEWS)),
            "commits": (len(state.commits), 2 * size * (PAST_COMMIT_VIEWS + 2 + FUTURE_VIEWS)),
            "pre_prepares": (len(state.pre_prepares), 2),
            "view_changes": (len(state.view_changes), size),
            "payloads": (len(state.payloads), PAYLOADS_MAX + 4),
            "checks": (len(state.checks), 3),
            "own_votes": (len(state.own_votes), 3 * (PAST_COMMIT_VIEWS + 2)),
        }
        latest = sorted((item.vote.view for item in state.view_changes.values()), reverse=True)
        enough = (size - 1) // 3
        behind = len(latest) > enough and latest[enough] > state.view
        if behind and state.certificate is None:
            self.fail("L2", f"node {node.index} stays in view {state.view} below {latest}")
        for name, (held, bound) in bounds.items():
            if held > bound:
                self.fail("I9", f"node {node.index} holds {held} {name}, bound {bound}")


def signed_part(message: Message) -> SignedVote | None:
    """Return the vote that a message is or carries as its own."""
    match message:
        case Vote():
            return message
        case PrePrepare(vote) | ViewChange(vote):
            return vote
        case _:
            return None


def kind_of(vote: SignedVote) -> VoteKind:
    """Return the kind of a vote."""
    return vote.kind if isinstance(vote, Vote) else VoteKind.VIEW_CHANGE
