"""The current view: entering it, its timer, and when it starts (R1, R7, R12, R14).

The timer of a view above 0 starts only when a quorum is known to be there. Free-running timers send
a minority that cannot reach a quorum ever further ahead, and a healed network then waits for the
slowest of them; gated ones freeze at most one view above the last in which a quorum was heard.
"""

from consensus.state import PAST_COMMIT_VIEWS, HeightState
from consensus.timing import TimerKind


def start(state: HeightState) -> None:
    """R1. Begin a height whose parent is durable: arm what has to be armed."""
    arm_resend(state)
    arm_view_timer(state)
    arm_pacing(state)


def stir(state: HeightState) -> None:
    """Note that somebody voted on a block of this height, so that a decision is due."""
    if not state.stirred:
        state.stirred = True
        arm_resend(state)
    arm_view_timer(state)


def change_work(state: HeightState, *, has_work: bool) -> None:
    """Note whether there is a reason to make a block; an idle view 0 has no timer."""
    if has_work == state.has_work:
        return
    state.has_work = has_work
    if not has_work and state.view == 0 and not state.stirred:
        state.disarm(TimerKind.VIEW)
    if state.decided is None and not state.halted:
        arm_resend(state)
        arm_view_timer(state)
        arm_pacing(state)


def enter_view(state: HeightState, view: int) -> None:
    """Go to a higher view, leaving behind all of the lower one but locks and commits."""
    assert view > state.view
    state.view = view
    state.proposal = None
    state.accepted = False
    state.building = None
    state.disarm(TimerKind.VIEW)
    forget_old_votes(state)
    certified = state.certificate and state.certificate.block_hash
    for key in list(state.checks):
        if key[1] != certified:
            del state.checks[key]
    arm_view_timer(state)


def forget_old_votes(state: HeightState) -> None:
    """Drop the votes that no rule of the current view or a later one reads."""
    lock_view = None if state.lock is None else state.lock.view
    oldest = state.view - PAST_COMMIT_VIEWS
    state.pre_prepares.forget_below(state.view, kept=None)
    state.prepares.forget_below(state.view, kept=None)
    state.commits.forget_below(oldest, kept=lock_view)
    for kind, signed in list(state.own_votes):
        if signed < oldest and signed != lock_view:
            del state.own_votes[kind, signed]


def arm_view_timer(state: HeightState) -> None:
    """Start the timer of the current view, once.

    1. This node votes here, nothing is certified yet, and the timer does not run.
    2. In view 0: there is a reason to make a block, or somebody voted on one; the time counts from
       the end of the minimum block interval.
    3. In a higher view: a quorum is known to be in this view or a higher one, or a proposal of this
       view was taken (its justification proves the same).
    """
    if not state.may_sign or state.certificate is not None or TimerKind.VIEW in state.timers:  # 1
        return
    begin_ms = state.now_ms
    if state.view == 0:  # 2
        if not (state.has_work or state.stirred):
            return
        begin_ms = max(begin_ms, state.build_at_ms)
    elif state.proposal is None:  # 3
        here = [item for item in state.view_changes.values() if item.vote.view >= state.view]
        if len(here) < state.quorum:
            return
    state.arm(TimerKind.VIEW, begin_ms + state.surroundings.timing.view_timeout(state.view))


def arm_pacing(state: HeightState) -> None:
    """Wake the primary of view 0 when the minimum block interval is over."""
    waiting = state.view == 0 and state.is_primary and state.has_work
    if waiting and state.now_ms < state.build_at_ms and TimerKind.PACING not in state.timers:
        state.arm(TimerKind.PACING, state.build_at_ms)


def is_idle(state: HeightState) -> bool:
    """Say whether nothing is to be decided now."""
    return state.view == 0 and not state.has_work and not state.stirred


def cancel_timers(state: HeightState) -> None:
    """Cancel everything that is armed."""
    for kind in TimerKind:
        state.disarm(kind)


def arm_resend(state: HeightState) -> None:
    """Arm the next repetition: soon while something is to be decided, rarely while idle."""
    timing = state.surroundings.timing
    interval = timing.idle_resend_ms if is_idle(state) else timing.resend_ms
    state.arm(TimerKind.RESEND, state.now_ms + interval)
