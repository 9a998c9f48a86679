"""Why the next block is not there yet: the step that consensus waits in, from whom, since when.

Consensus knows what is missing (`consensus.waiting`); who is connected, how long it has lasted and
whether blocks are being fetched is known here. The cause is a word of a closed set, so that an
alarm can rest on it; people get a sentence with a remedy (`quancheng node why-stuck`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consensus.replica import Replica
from consensus.state import HeightState
from consensus.waiting import Step, missing_from, step_of
from node.clock import Clock
from node.rpc.backend import MissingVote, PeerStatus, Waiting
from quancheng.api.waiting import WaitingCause

PATIENCE_MS = 3_000
"""How long a height may be due before its delay counts as one: three views of a LAN."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside consensus."""

    peers: Sequence[PeerStatus]
    fetching: bool


class WaitingWatch:
    """Notes when each step began. The host calls `look` after every event."""

    def __init__(self, replica: Replica, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock
        self._present = (0, 0, Step.WORK)
        self._since_ms = clock.monotonic_ms()
        self._due_since_ms: int | None = None

    def look(self) -> None:
        """Take note of the present step."""
        state = self._replica.state
        if state is None:
            return
        step = step_of(state)
        present = (state.height, state.view, step)
        if present == self._present:
            return
        now_ms = self._clock.monotonic_ms()
        if step is Step.WORK:
            self._due_since_ms = None
        elif self._due_since_ms is None or state.height != self._present[0]:
            self._due_since_ms = now_ms
        self._present, self._since_ms = present, now_ms

    def waiting(self, circumstances: Circumstances) -> Waiting:
        """Return what is waited for, once the first height has begun. About 20 µs."""
        state = self._replica.state
        assert state is not None
        self.look()
        missing = self._missing(state, circumstances.peers)
        reachable = sum(1 for peer in circumstances.peers if peer.validator is not None)
        reachable += 1 if state.own_index is not None else 0
        cause = self._cause(state, circumstances, reachable, missing)
        return Waiting(
            cause=cause.value,
            step=self._present[2].value,
            height=state.height,
            view=state.view,
            since_ms=self._wall_ms(self._since_ms),
            due_since_ms=None if self._due_since_ms is None else self._wall_ms(self._due_since_ms),
            needed=state.quorum,
            reachable=reachable,
            own_validator=state.own_index,
            missing=missing,
        )

    def _missing(self, state: HeightState, peers: Sequence[PeerStatus]) -> tuple[MissingVote, ...]:
        if state.own_index is None:
            return ()  # votes travel among validators only, so none ever comes here
        connected = {peer.validator for peer in peers} | {state.own_index}
        members = state.context.validators.members
        return tuple(
            MissingVote(
                validator=index,
                public_key=members[index].public_key,
                organisation=members[index].organisation,
                connected=index in connected,
            )
            for index in missing_from(state, self._present[2])
        )

    def _cause(
        self,
        state: HeightState,
        circumstances: Circumstances,
        reachable: int,
        missing: Sequence[MissingVote],
    ) -> WaitingCause:
        step = self._present[2]
        if step is Step.NOTHING:
            return WaitingCause.HALTED
        if circumstances.fetching:
            return WaitingCause.FETCHING
        if state.own_index is None:
            return WaitingCause.FOLLOWING
        if reachable < state.quorum:
            return WaitingCause.UNREACHABLE
        if step is Step.WORK:
            return WaitingCause.IDLE
        if not self._is_late():
            return WaitingCause.DECIDING
        return _late_cause(step, state, missing)

    def _is_late(self) -> bool:
        if self._due_since_ms is None:
            return False
        return self._clock.monotonic_ms() - self._due_since_ms >= PATIENCE_MS

    def _wall_ms(self, monotonic_ms: int) -> int:
        return self._clock.wall_ms() - (self._clock.monotonic_ms() - monotonic_ms)


def _late_cause(step: Step, state: HeightState, missing: Sequence[MissingVote]) -> WaitingCause:
    if not state.may_sign and any(item.validator == state.own_index for item in missing):
        return WaitingCause.OWN_SILENCE
    if step is Step.PRE_PREPARE:
        return WaitingCause.PRIMARY_SILENT
    if step is Step.BLOCK:
        return WaitingCause.BLOCK_MISSING
    return WaitingCause.DISK if step is Step.DISK else WaitingCause.VOTES_MISSING
