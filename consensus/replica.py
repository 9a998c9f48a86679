"""One PBFT replica: events in, effects out. It owns what outlives a height; the rules do the rest.

Reading order: `messages`, `events`, `effects`; `state`; the rules in `normal_case`,
`justification`, `view_change`, `views`; then `admission`, `resend`, `fetching`, `next_height`,
`replay`.
"""

from consensus import admission, fetching, normal_case, replay, resend, view_change, views
from consensus.effects import Effect, PeerAhead, PeerBehind, Rejected, Send
from consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    HeightStarted,
    MessageReceived,
    PeerConnected,
    SilenceSet,
    TimerExpired,
    Work,
    WorkChanged,
)
from consensus.messages import (
    Decided,
    Message,
    PayloadRequest,
    PayloadResponse,
    PrePrepare,
    Proving,
    Status,
    ViewChange,
    Vote,
)
from consensus.next_height import NextHeight
from consensus.primary import primary_order
from consensus.signer_guard import Sign, SignerGuard
from consensus.state import HashPayload, HeightState, Surroundings
from consensus.timing import TimerKind, Timing
from consensus.verification import Verifier, Verify
from ledger import suites
from ledger.refusal import Refusal

ANSWER_INTERVAL_MS = 100
"""A peer gets one answer of each kind within this time: asking must not be cheaper than that."""
ANSWERS_MAX = 4_096
"""How many last answers are remembered, one for each peer and kind; the oldest go first."""
SILENT_HEIGHTS = 2
"""How many heights above the current one stay unsigned once the own key was seen elsewhere."""


class Replica:
    """Owns all protocol state of one node; performs no I/O, keeps no clock, rolls no dice."""

    def __init__(
        self,
        identity: tuple[bytes, Sign] | None,
        timing: Timing,
        *,
        hash_payload: HashPayload,
        verify: Verify = suites.verify,
    ) -> None:
        """Begin without a height; the first event that matters is `HeightStarted`.

        `identity` is the validator's public key with its `sign`, None for a node that only follows.
        """
        public_key, sign = (None, _never_sign) if identity is None else identity
        self._surroundings = Surroundings(public_key, SignerGuard(sign), timing, hash_payload)
        self._verify = verify
        self._state: HeightState | None = None
        self._next: NextHeight | None = None
        self._last_decided: Decided | None = None
        self._work = Work.NONE
        self._silent_up_to = 0
        self._answered_ms: dict[tuple[bytes, type[Message | PeerAhead]], int] = {}

    @property
    def state(self) -> HeightState | None:
        """The current height, for metrics and for saying what is waited for; not to be changed."""
        return self._state

    def step(self, event: Event, now_ms: int) -> tuple[Effect, ...]:
        """Apply one event and return the effects in the order in which they must be carried out.

        `now_ms` never goes back. Never raises on what a peer sent; raises SignatureRefused or
        AssertionError where this code contradicts itself, and the process must stop then.
        """
        if isinstance(event, HeightStarted):
            return self._start_height(event, now_ms)
        if isinstance(event, WorkChanged):
            self._work = event.work
        if isinstance(event, SilenceSet):
            self._silent_up_to = event.up_to_height
        state = self._state
        if state is None or state.halted:
            return ()
        state.now_ms = now_ms
        self._apply(state, event)
        return self._settled(state, event)

    def _start_height(self, event: HeightStarted, now_ms: int) -> tuple[Effect, ...]:
        context = event.context
        old, following = self._state, self._next
        if old is not None and (old.halted or context.height <= old.height):
            return ()
        if following is None or following.height != context.height:
            verifier = Verifier(context.validators, context.genesis_hash, self._verify)
            following = NextHeight(context.height, verifier)
        assert following.verifier.validators == context.validators
        public_key = self._surroundings.public_key
        state = HeightState(
            surroundings=self._surroundings,
            context=context,
            verifier=following.verifier,
            order=primary_order(context.height, context.validators.size, context.embedded_views),
            own_index=None if public_key is None else context.validators.index_of(public_key),
            build_at_ms=event.build_at_ms,
            now_ms=now_ms,
            has_work=bool(self._work),
        )
        self._state = state
        self._next = NextHeight(
            context.height + 1,
            Verifier(context.next_validators, context.genesis_hash, self._verify),
        )
        self._allow_signing(state)
        if event.recovered is not None:
            replay.restore(state, event.recovered)
        views.start(state)
        normal_case.build(state)
        for peer, message in following.release():
            self._receive(state, peer, message)
            self._admit_own(state)
        return self._settled(state, event)

    def _apply(self, state: HeightState, event: Event) -> None:
        match event:
            case MessageReceived(peer, message):
                self._receive(state, peer, message)
            case TimerExpired(timer):  # R14: any other than the armed one is late
                if state.timers.get(timer.kind) == timer:
                    del state.timers[timer.kind]
                    self._on_timer(state, timer.kind)
            case BlockChecked():
                normal_case.on_block_checked(state, event)
            case BlockBuilt():
                normal_case.on_block_built(state, event)
            case WorkChanged(work):
                views.change_work(state, has_work=bool(work))
                normal_case.build(state)
            case PeerConnected(peer):
                resend.greet(state, peer)
            case SilenceSet():
                self._allow_signing(state)
                views.arm_view_timer(state)
                normal_case.build(state)
                normal_case.advance(state)

    def _on_timer(self, state: HeightState, kind: TimerKind) -> None:
        match kind:
            case TimerKind.VIEW:
                view_change.on_view_timeout(state)
            case TimerKind.RESEND:
                resend.on_resend_timer(state)
            case TimerKind.PACING:
                normal_case.build(state)

    def _settled(self, state: HeightState, event: Event) -> tuple[Effect, ...]:
        """Let own messages take effect, then hand over all effects of this step."""
        self._admit_own(state)
        fetching.ask(state, event.peer if isinstance(event, MessageReceived) else None)
        if state.own_key_elsewhere:
            self._silent_up_to = max(self._silent_up_to, state.height + SILENT_HEIGHTS)
        if state.decided is not None:
            self._last_decided = state.decided
        effects = tuple(state.effects)
        state.effects.clear()
        return effects

    def _admit_own(self, state: HeightState) -> None:
        """R0. Own messages pass the same admission as foreign ones; none may be refused."""
        while state.own_messages and not state.halted:
            refusal = self._admit(state, state.own_messages.popleft())
            assert refusal is None, refusal

    def _receive(self, state: HeightState, peer: bytes, message: Message) -> None:
        match message:
            case Status():
                self._on_status(state, peer, message)
                return
            case PayloadRequest():
                self._on_request(state, peer, message)
                return
            case PayloadResponse():
                mine = message.height == state.height
                refusal = fetching.on_response(state, message) if mine else None
            case Vote() | PrePrepare() | ViewChange() | Decided():
                refusal = self._on_proving(state, peer, message)
        if refusal is not None:
            state.emit(Rejected(peer, refusal))

    def _on_proving(self, state: HeightState, peer: bytes, message: Proving) -> Refusal | None:
        """Sort by height: this counts, the next is kept, higher are hints, lower old news."""
        height = _height_of(message)
        if height == state.height:
            return self._admit(state, message)
        if height == state.height + 1 and not isinstance(message, Decided):
            assert self._next is not None
            return self._next.keep(peer, message)
        if height > state.height:
            self._note_ahead(state, peer, height)
        return None

    def _admit(self, state: HeightState, message: Proving) -> Refusal | None:
        match message:
            case Vote():
                return admission.admit_vote(state, message)
            case PrePrepare():
                return admission.admit_pre_prepare(state, message)
            case ViewChange():
                return admission.admit_view_change(state, message)
            case Decided():
                return admission.admit_decided(state, message)

    def _on_status(self, state: HeightState, peer: bytes, theirs: Status) -> None:
        """Bring a peer that is behind forward, or find out how to get forward oneself."""
        if theirs.height > state.height + 1:
            self._note_ahead(state, peer, theirs.height)
        elif not self._may_answer(peer, Status, state.now_ms):
            return
        elif theirs.height == state.height:
            resend.answer(state, peer, theirs)
        elif theirs.height < state.height:
            self._send_decided(state, peer, theirs.height)
        else:
            state.emit(Send(peer, resend.status(state)))

    def _note_ahead(self, state: HeightState, peer: bytes, height: int) -> None:
        if self._may_answer(peer, PeerAhead, state.now_ms):
            state.emit(PeerAhead(peer, height))

    def _on_request(self, state: HeightState, peer: bytes, request: PayloadRequest) -> None:
        if not self._may_answer(peer, PayloadRequest, state.now_ms):
            return
        if request.height < state.height:
            self._send_decided(state, peer, request.height)
            return
        payload = state.payloads.get(request.block_hash)
        if request.height == state.height and payload is not None:
            state.emit(Send(peer, PayloadResponse(request.height, payload)))

    def _send_decided(self, state: HeightState, peer: bytes, height: int) -> None:
        last = self._last_decided
        if last is not None and last.certificate.height == height:
            state.emit(Send(peer, last))
        else:
            state.emit(PeerBehind(peer, height))

    def _may_answer(self, peer: bytes, kind: type[Message | PeerAhead], now_ms: int) -> bool:
        key = (peer, kind)
        answered = self._answered_ms.get(key)
        if answered is not None and now_ms - answered < ANSWER_INTERVAL_MS:
            return False
        self._answered_ms.pop(key, None)
        self._answered_ms[key] = now_ms
        if len(self._answered_ms) > ANSWERS_MAX:
            del self._answered_ms[next(iter(self._answered_ms))]
        return True

    def _allow_signing(self, state: HeightState) -> None:
        allowed = state.height > self._silent_up_to and not state.own_key_elsewhere
        state.may_sign = state.own_index is not None and allowed


def _height_of(message: Proving) -> int:
    match message:
        case Vote():
            return message.height
        case PrePrepare(vote) | ViewChange(vote):
            return vote.height
        case Decided(certificate):
            return certificate.height


def _never_sign(_: bytes) -> bytes:
    raise AssertionError("a node without a key signs nothing")
