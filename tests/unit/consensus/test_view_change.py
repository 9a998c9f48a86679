"""R7–R9 and R12, and when timers run."""

from consensus.codec import encode_record
from consensus.effects import Broadcast, BuildBlock, CheckBlock, Persist, Send, SetTimer
from consensus.events import TimerExpired, Work
from consensus.messages import (
    PayloadRequest,
    PayloadResponse,
    PrePrepare,
    ViewChange,
    Vote,
)
from consensus.state import PAYLOADS_MAX
from consensus.timing import Timer, TimerKind
from ledger.vote import Prepared
from tests.unit.consensus.bench import BLOCK, HASH, OTHER, OTHER_HASH, PEER, TIMING, Bench, only


def sent(effects: tuple[object, ...], kind: type) -> list[object]:
    """Return the broadcast messages of one type."""
    messages = [effect.message for effect in effects if isinstance(effect, Broadcast)]
    return [message for message in messages if isinstance(message, kind)]


def view_timer(effects: tuple[object, ...]) -> list[tuple[int, int]]:
    """Return (view, time) of the view timers that are armed."""
    armed = [effect for effect in effects if isinstance(effect, SetTimer)]
    return [(item.timer.view, item.at_ms) for item in armed if item.timer.kind is TimerKind.VIEW]


def prepared_bench() -> Bench:
    """Return a bench whose replica is locked on block one in view 0."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(bench.prepare(1), bench.prepare(2))
    assert bench.state.lock is not None
    return bench


def test_an_idle_chain_arms_no_view_timer() -> None:
    """Pacing: nothing to decide, nothing to time out."""
    bench = Bench()
    assert view_timer(bench.start()) == []
    assert TimerKind.VIEW not in bench.state.timers


def test_work_arms_the_timer_from_the_end_of_the_interval() -> None:
    """Pacing: every node reacts to its own mempool, not the primary alone."""
    bench = Bench()
    bench.start(build_at_ms=400)
    assert view_timer(bench.work()) == [(0, 400 + TIMING.view_ms)]


def test_work_that_vanishes_disarms_it() -> None:
    """Pacing: transactions that expired leave no reason to change views."""
    bench = Bench()
    bench.start()
    bench.work()
    bench.work(Work.NONE)
    assert TimerKind.VIEW not in bench.state.timers


def test_a_vote_of_somebody_arms_the_timer() -> None:
    """Pacing: who sees a valid vote knows that there is something to decide."""
    bench = Bench()
    bench.start()
    assert view_timer(bench.receive(bench.prepare(1))) == [(0, TIMING.view_ms)]


def test_one_view_change_alone_moves_nothing() -> None:
    """One faulty node cannot keep an idle chain spinning."""
    bench = Bench()
    bench.start()
    assert bench.receive(bench.view_change(2, view=2**32 - 1)) == ()
    assert bench.state.view == 0


def test_a_timeout_enters_the_next_view_and_says_so() -> None:
    """R7: the view-change is durable before it is sent; the next timer waits for a quorum."""
    bench = Bench()
    bench.start()
    bench.work()
    effects = bench.expire(TimerKind.VIEW, after_ms=TIMING.view_ms)
    own = bench.view_change(0, 1)
    at = effects.index(Persist(1, encode_record(own)))
    assert effects[at + 1] == Broadcast(own)
    assert (bench.state.view, bench.state.floor) == (1, 1)
    assert view_timer(effects) == []


def test_the_timer_of_a_higher_view_waits_for_a_quorum() -> None:
    """Gating: views do not run away while no quorum is reachable."""
    bench = Bench()
    bench.start()
    bench.work()
    bench.expire(TimerKind.VIEW, after_ms=TIMING.view_ms)
    assert view_timer(bench.receive(bench.view_change(1))) == []
    armed = view_timer(bench.receive(bench.view_change(2)))
    assert armed == [(1, TIMING.view_ms + TIMING.view_timeout(1))]


def test_the_lock_is_reported_with_its_certificate() -> None:
    """R7: a view-change says honestly what its sender prepared."""
    bench = prepared_bench()
    (message,) = sent(bench.expire(TimerKind.VIEW, after_ms=TIMING.view_ms), ViewChange)
    assert isinstance(message, ViewChange)
    assert message.vote.prepared == Prepared(0, HASH)
    assert message.certificate == bench.prepared(signers=(0, 1, 2))


def test_nothing_is_signed_below_the_floor() -> None:
    """R12: after the view-change, prepares of the left view bring no commit."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.expire(TimerKind.VIEW, after_ms=TIMING.view_ms)
    effects = bench.receive(bench.pre_prepare(), *(bench.prepare(signer) for signer in (1, 2, 3)))
    assert sent(effects, Vote) == []


def test_f_plus_one_view_changes_are_joined() -> None:
    """R8: the lowest of the f + 1 highest, so one correct validator is at least there."""
    bench = Bench()
    bench.start()
    bench.receive(bench.view_change(1, 7))
    (message,) = sent(bench.receive(bench.view_change(2, 4)), ViewChange)
    assert message == bench.view_change(0, 4)
    assert (bench.state.view, bench.state.floor) == (4, 4)


def test_f_validators_drag_nobody_along() -> None:
    """R8: with n = 7, two high view-changes are not enough; the third's view counts."""
    bench = Bench(size=7)
    bench.start()
    bench.receive(bench.view_change(1, 9), bench.view_change(2, 8))
    assert bench.state.view == 0
    bench.receive(bench.view_change(3, 2))
    assert bench.state.view == 2


def test_a_new_primary_builds_without_locks() -> None:
    """R9.4: a quorum without locks leaves the block free."""
    bench = Bench(index=2)
    bench.start()
    effects = bench.receive(bench.view_change(0), bench.view_change(3))
    assert only(effects, BuildBlock) == [BuildBlock(1, 1)]
    (proposal,) = sent(bench.build(OTHER), PrePrepare)
    assert isinstance(proposal, PrePrepare)
    assert proposal.vote.block_hash == OTHER_HASH
    assert proposal.justification is not None
    assert [claim.signer for claim in proposal.justification.view_changes] == [0, 2, 3]


def test_a_new_primary_needs_a_quorum_for_exactly_its_view() -> None:
    """R9.2: a view-change for a higher view does not count for this one."""
    bench = Bench(index=2)
    bench.start()
    assert not only(bench.receive(bench.view_change(0, 1), bench.view_change(3, 2)), BuildBlock)


def test_a_new_primary_proposes_the_highest_lock() -> None:
    """R9.3: of two locks the one of the higher view, with its certificate."""
    bench = Bench(index=3)
    bench.start()
    low, high = bench.prepared(view=0), bench.prepared(view=1, value=OTHER_HASH)
    effects = bench.receive(bench.view_change(0, 2, low), bench.view_change(1, 2, high))
    assert not only(effects, BuildBlock)
    assert only(effects, Send) == [Send(PEER, PayloadRequest(1, OTHER_HASH))]
    effects = bench.receive(PayloadResponse(1, OTHER))
    (proposal,) = sent(effects, PrePrepare)
    assert isinstance(proposal, PrePrepare)
    assert proposal.justification is not None
    assert proposal.justification.certificate == high
    assert only(effects, CheckBlock)[0].fresh is False


def test_a_new_primary_never_replaces_a_lock_that_it_cannot_fetch() -> None:
    """R9.3: rather no proposal than another block."""
    bench = Bench(index=2)
    bench.start()
    bench.receive(bench.view_change(0, 1, bench.prepared()), bench.view_change(3, 1))
    effects = bench.expire(TimerKind.RESEND, after_ms=TIMING.resend_ms)
    assert not only(effects, BuildBlock)
    assert sent(effects, PrePrepare) == []
    assert Broadcast(PayloadRequest(1, HASH)) in effects


def test_its_own_lock_is_proposed_from_its_own_memory() -> None:
    """R9.3: who is locked holds the payload."""
    bench = prepared_bench()
    for view in (1, 2, 3):
        bench.receive(bench.view_change(1, view), bench.view_change(2, view))
    (proposal,) = sent(tuple(bench.effects), PrePrepare)
    assert isinstance(proposal, PrePrepare)
    assert (proposal.vote.view, proposal.payload) == (3, BLOCK)


def test_stale_timers_are_dropped() -> None:
    """R14: another generation, view or height is not the armed timer."""
    bench = Bench()
    bench.start()
    bench.work()
    armed = bench.state.timers[TimerKind.VIEW]
    for wrong in (
        Timer(TimerKind.VIEW, 1, 0, armed.generation - 1),
        Timer(TimerKind.VIEW, 1, 1, armed.generation),
        Timer(TimerKind.VIEW, 2, 0, armed.generation),
    ):
        assert bench.step(TimerExpired(wrong)) == ()
    bench.step(TimerExpired(armed))
    assert bench.step(TimerExpired(armed)) == ()
    assert bench.state.view == 1


def test_a_certified_height_changes_no_view() -> None:
    """R7.1: once a certificate is held only the payload is waited for."""
    bench = Bench()
    bench.start()
    bench.work()
    bench.receive(*(bench.commit(signer) for signer in (1, 2, 3)))
    timer = bench.state.timers.get(TimerKind.VIEW)
    if timer is not None:
        bench.step(TimerExpired(timer), TIMING.view_ms)
    assert bench.state.view == 0


def test_a_new_primary_proposes_once() -> None:
    """R9.1: more view-changes for its view bring no second proposal."""
    bench = Bench(index=2)
    bench.start()
    bench.receive(bench.view_change(0), bench.view_change(3))
    bench.build()
    effects = bench.receive(bench.view_change(1))
    assert not only(effects, BuildBlock)
    assert sent(effects, PrePrepare) == []


def test_payloads_of_left_views_are_bounded() -> None:
    """Twenty views with a block each: the newest payloads and that of the lock are kept."""
    bench = prepared_bench()
    for view in (view for view in range(1, 20) if bench.primary(view) != bench.index):
        lock = bench.prepared(view=0)
        bench.receive(bench.pre_prepare(view, BLOCK, bench.justification(view, lock)))
    fresh = Bench()
    fresh.start()
    for view in (view for view in range(20) if fresh.primary(view) != fresh.index):
        fresh.receive(fresh.pre_prepare(view, b"block of view %d" % view))
        fresh.check()
    assert list(bench.state.payloads) == [HASH]
    assert len(fresh.state.payloads) == PAYLOADS_MAX + 1
    assert len(fresh.state.validity) <= PAYLOADS_MAX + 1
