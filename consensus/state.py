"""The state of one height, and the few ways in which the rules touch the world.

Everything volatile about a height lives here. The modules of the rules (`normal_case`,
`view_change`, `resend`, `replay`) change it, one event at a time; a new height starts with a new
one, so that nothing of an old height can act on it (R14).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from consensus.codec import encode_record
from consensus.context import HeightContext
from consensus.effects import CancelTimer, Effect, Persist, SetTimer
from consensus.messages import (
    Decided,
    Justification,
    PreparedCertificate,
    PrePrepare,
    Proving,
    Record,
    SignedVote,
    ViewChange,
    Vote,
)
from consensus.signer_guard import SignerGuard
from consensus.tally import VoteTally
from consensus.timing import Timer, TimerKind, Timing
from consensus.verification import Verifier
from ledger.certificate import CommitCertificate
from ledger.vote import VoteKind

PAST_COMMIT_VIEWS = 8
"""For how many views below the current one commits are still counted."""
FUTURE_VIEWS = 1
"""For how many views above the current one prepares and commits are kept."""
PAYLOADS_MAX = 8
"""Payloads of one height that are kept besides those of proposal, lock and decision."""

HashPayload: TypeAlias = Callable[[bytes], bytes | None]
"""`hash_payload(payload)`: the block hash that binds all its bytes; None where malformed."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a replica is built on and what stays the same for all heights."""

    public_key: bytes | None
    """The validator key of this node (33 bytes); None for a node that never votes."""
    guard: SignerGuard
    timing: Timing
    hash_payload: HashPayload


@dataclass(frozen=True, slots=True)
class Building:
    """A block of this view is being built; the justification was fixed when building began."""

    justification: Justification | None


@dataclass(slots=True)
class HeightState:
    """Protocol state of one height.

    Invariants:

    - floor ≤ view; no prepare or commit is signed below the floor (R12).
    - `lock` is the certificate of the highest view in which this node committed.
    - `proposal` is the first valid pre-prepare of the current view; `accepted` once its block was
      checked.
    - an entry of `own_votes` or `own_view_change` is durable before it is sent.
    """

    surroundings: Surroundings
    context: HeightContext
    verifier: Verifier
    order: tuple[int, ...]
    own_index: int | None
    build_at_ms: int
    now_ms: int = 0
    may_sign: bool = False
    has_work: bool = False
    stirred: bool = False
    """A valid vote on a block of this height was seen, so there is something to decide."""

    view: int = 0
    floor: int = 0
    lock: PreparedCertificate | None = None
    proposal: PrePrepare | None = None
    accepted: bool = False
    building: Building | None = None
    certificate: CommitCertificate | None = None
    decided: Decided | None = None
    halted: bool = False

    own_votes: dict[tuple[VoteKind, int], Vote] = field(default_factory=dict)
    own_view_change: ViewChange | None = None
    own_key_elsewhere: bool = False
    pre_prepares: VoteTally = field(default_factory=VoteTally)
    prepares: VoteTally = field(default_factory=VoteTally)
    commits: VoteTally = field(default_factory=VoteTally)
    view_changes: dict[int, ViewChange] = field(default_factory=dict)
    equivocators: dict[int, None] = field(default_factory=dict)

    payloads: dict[bytes, bytes] = field(default_factory=dict)
    validity: dict[bytes, bool] = field(default_factory=dict)
    checks: dict[tuple[int, bytes], bool] = field(default_factory=dict)
    """Blocks being checked: (view, hash) to whether freshness was asked for."""
    asked: dict[bytes, None] = field(default_factory=dict)
    """Hashes whose missing payload was asked for."""

    timers: dict[TimerKind, Timer] = field(default_factory=dict)
    generation: int = 0
    effects: list[Effect] = field(default_factory=list)
    own_messages: deque[Proving] = field(default_factory=deque)
    """Own signed messages on their way to the same admission as foreign ones (R0)."""

    @property
    def height(self) -> int:
        """The height that is being decided."""
        return self.context.height

    @property
    def quorum(self) -> int:
        """More than two thirds of the validators."""
        return self.verifier.validators.quorum

    @property
    def size(self) -> int:
        """How many validators vote."""
        return self.verifier.validators.size

    def primary(self, view: int) -> int:
        """Return the index of the primary of a view."""
        return self.order[view % self.size]

    @property
    def is_primary(self) -> bool:
        """Say whether this node proposes in the current view."""
        return self.may_sign and self.primary(self.view) == self.own_index

    def emit(self, effect: Effect) -> None:
        """Ask the host for an effect, after all earlier ones."""
        self.effects.append(effect)

    def persist(self, record: Record) -> None:
        """Make a record durable before anything later is sent."""
        self.emit(Persist(self.height, encode_record(record)))

    def arm(self, kind: TimerKind, at_ms: int) -> None:
        """Arm the timer of a kind, in place of an armed one."""
        self.generation += 1
        timer = Timer(kind, self.height, self.view, self.generation)
        self.timers[kind] = timer
        self.emit(SetTimer(timer, at_ms))

    def disarm(self, kind: TimerKind) -> None:
        """Cancel the timer of a kind, if it is armed."""
        timer = self.timers.pop(kind, None)
        if timer is not None:
            self.emit(CancelTimer(timer))

    def note_payload(self, block_hash: bytes, payload: bytes) -> None:
        """Keep the payload of `block_hash`, dropping the oldest one that nothing needs."""
        self.payloads[block_hash] = payload
        proposed = None if self.proposal is None else self.proposal.vote
        needed = [item.block_hash for item in (proposed, self.lock, self.certificate) if item]
        spare = [item for item in self.payloads if item not in needed and item != block_hash]
        if len(spare) > PAYLOADS_MAX:
            del self.payloads[spare[0]]
            self.validity.pop(spare[0], None)

    def own_signed(self) -> tuple[SignedVote, ...]:
        """Return the votes of this node that are still remembered."""
        own = tuple(self.own_votes.values())
        return own if self.own_view_change is None else (*own, self.own_view_change.vote)
