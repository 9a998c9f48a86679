"""A bench for one replica: it plays all the other validators and keeps every effect in order."""

from typing import TypeVar

from consensus.context import HeightContext
from consensus.effects import BuildBlock, CheckBlock, Effect
from consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    HeightStarted,
    MessageReceived,
    TimerExpired,
    Verdict,
    Work,
    WorkChanged,
)
from consensus.messages import (
    Decided,
    Justification,
    Message,
    PreparedCertificate,
    PrePrepare,
    ViewChange,
    ViewChangeVote,
    Vote,
)
from consensus.recovery import Recovered
from consensus.replica import Replica
from consensus.state import HeightState
from consensus.timing import TimerKind, Timing
from consensus.verification import Verifier
from ledger.certificate import CommitCertificate
from ledger.suites import tagged_hash
from ledger.vote import Prepared, VoteKind
from tests.simulation.signatures import make_keys, validator_set_of

GENESIS_HASH = tagged_hash(b"bench/genesis")
TIMING = Timing(view_ms=1_000, view_max_ms=10_000, resend_ms=500, idle_resend_ms=5_000)
PEER = b"peer"

E = TypeVar("E")


def hash_payload(payload: bytes) -> bytes | None:
    """Return the hash of a block; only bytes that start with "block" are one."""
    return tagged_hash(b"bench/block", payload) if payload.startswith(b"block") else None


def block_hash(payload: bytes) -> bytes:
    """Return the hash of a well-formed block."""
    found = hash_payload(payload)
    assert found is not None
    return found


BLOCK = b"block one"
OTHER = b"block two"
HASH = block_hash(BLOCK)
OTHER_HASH = block_hash(OTHER)


class Bench:
    """Four validators unless said otherwise; the replica under test is number `index`.

    At height 1 the primaries of views 0, 1, 2, 3 are validators 1, 2, 3, 0.
    """

    def __init__(self, index: int | None = 0, size: int = 4, height: int = 1) -> None:
        self.keys = make_keys(size, real=False)
        self.validators = validator_set_of(self.keys)
        self.height = height
        self.index = index
        self.now_ms = 0
        self.effects: list[Effect] = []
        self.replica = self.new_replica()

    def new_replica(self) -> Replica:
        """Return a replica without memory, as after a restart."""
        own = self.index
        identity = None if own is None else (self.keys.public[own], self.keys.sign[own])
        return Replica(identity, TIMING, hash_payload=hash_payload, verify=self.keys.verify)

    def verifier(self) -> Verifier:
        """Return a verifier of this height's set without memory."""
        return Verifier(self.validators, GENESIS_HASH, self.keys.verify)

    @property
    def state(self) -> HeightState:
        """The state of the current height."""
        assert self.replica.state is not None
        return self.replica.state

    def context(self, height: int | None = None, views: tuple[int, ...] = ()) -> HeightContext:
        """Return the context of a height."""
        return HeightContext(
            height=height or self.height,
            genesis_hash=GENESIS_HASH,
            validators=self.validators,
            next_validators=self.validators,
            parent_time_ms=0,
            embedded_views=views,
        )

    def step(self, event: Event, after_ms: int = 0) -> tuple[Effect, ...]:
        """Give the replica an event and return what it asks for."""
        self.now_ms += after_ms
        effects = self.replica.step(event, self.now_ms)
        self.effects += effects
        return effects

    def start(
        self, *, build_at_ms: int = 0, recovered: Recovered | None = None
    ) -> tuple[Effect, ...]:
        """Start the height."""
        return self.step(HeightStarted(self.context(), build_at_ms, recovered))

    def receive(self, *messages: Message, peer: bytes = PEER) -> tuple[Effect, ...]:
        """Deliver messages one by one and return all effects."""
        found: list[Effect] = []
        for message in messages:
            found += self.step(MessageReceived(peer, message))
        return tuple(found)

    def work(self, work: Work = Work.TRANSACTIONS) -> tuple[Effect, ...]:
        """Say that there is something to put into a block."""
        return self.step(WorkChanged(work))

    def expire(self, kind: TimerKind, after_ms: int = 0) -> tuple[Effect, ...]:
        """Let the armed timer of a kind expire."""
        return self.step(TimerExpired(self.state.timers[kind]), after_ms)

    def check(self, verdict: Verdict = Verdict.VALID) -> tuple[Effect, ...]:
        """Answer the last check."""
        asked = only(self.effects, CheckBlock)[-1]
        return self.step(BlockChecked(asked.height, asked.view, asked.block_hash, verdict))

    def build(self, payload: bytes = BLOCK) -> tuple[Effect, ...]:
        """Answer the last request for a block."""
        asked = only(self.effects, BuildBlock)[-1]
        return self.step(BlockBuilt(asked.height, asked.view, block_hash(payload), payload))

    # What the other validators say.

    def vote(self, kind: VoteKind, signer: int, view: int = 0, value: bytes = HASH) -> Vote:
        """Return a signed block vote."""
        unsigned = Vote(kind, self.height, view, value, signer, b"")
        signature = self.keys.sign[signer](unsigned.signed_bytes(GENESIS_HASH))
        return Vote(kind, self.height, view, value, signer, signature)

    def prepare(self, signer: int, view: int = 0, value: bytes = HASH) -> Vote:
        """Return a prepare."""
        return self.vote(VoteKind.PREPARE, signer, view, value)

    def commit(self, signer: int, view: int = 0, value: bytes = HASH) -> Vote:
        """Return a commit."""
        return self.vote(VoteKind.COMMIT, signer, view, value)

    def prepared(
        self, view: int = 0, value: bytes = HASH, signers: tuple[int, ...] = (1, 2, 3)
    ) -> PreparedCertificate:
        """Return a certificate of prepares."""
        rows = tuple((signer, self.prepare(signer, view, value).signature) for signer in signers)
        return PreparedCertificate(self.height, view, value, rows)

    def certificate(
        self, view: int = 0, value: bytes = HASH, signers: tuple[int, ...] = (1, 2, 3)
    ) -> CommitCertificate:
        """Return a commit certificate."""
        rows = tuple((signer, self.commit(signer, view, value).signature) for signer in signers)
        return CommitCertificate(self.height, view, value, rows)

    def decided(self, payload: bytes = BLOCK) -> Decided:
        """Return the decision for a block."""
        return Decided(self.certificate(value=block_hash(payload)), payload)

    def claim(
        self, signer: int, view: int = 1, lock: PreparedCertificate | None = None
    ) -> ViewChangeVote:
        """Return the signed part of a view-change."""
        prepared = None if lock is None else Prepared(lock.view, lock.block_hash)
        unsigned = ViewChangeVote(self.height, view, prepared, signer, b"")
        signature = self.keys.sign[signer](unsigned.signed_bytes(GENESIS_HASH))
        return ViewChangeVote(self.height, view, prepared, signer, signature)

    def view_change(
        self, signer: int, view: int = 1, lock: PreparedCertificate | None = None
    ) -> ViewChange:
        """Return a view-change with the certificate of its lock."""
        return ViewChange(self.claim(signer, view, lock), lock)

    def primary(self, view: int) -> int:
        """Return the primary of a view while nobody is skipped."""
        return (self.height + view) % self.validators.size

    def pre_prepare(
        self, view: int = 0, payload: bytes = BLOCK, justification: Justification | None = None
    ) -> PrePrepare:
        """Return a proposal by the primary of the view."""
        if view and justification is None:
            justification = self.justification(view)
        vote = self.vote(VoteKind.PRE_PREPARE, self.primary(view), view, block_hash(payload))
        return PrePrepare(vote, payload, justification)

    def justification(
        self,
        view: int,
        lock: PreparedCertificate | None = None,
        signers: tuple[int, ...] = (1, 2, 3),
    ) -> Justification:
        """Return a quorum of view-changes, the first of which reports the lock."""
        claims = (self.claim(signers[0], view, lock), *(self.claim(i, view) for i in signers[1:]))
        return Justification(claims, lock)


def only(effects: list[Effect] | tuple[Effect, ...], kind: type[E]) -> list[E]:
    """Return the effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]
