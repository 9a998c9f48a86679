"""What a replica says it waits for, at each step of a height."""

from consensus.events import Verdict
from consensus.timing import TimerKind
from consensus.waiting import Step, missing_from, step_of
from tests.unit.consensus.bench import BLOCK, Bench


def waits(bench: Bench) -> tuple[Step, tuple[int, ...]]:
    """Return what the replica waits for, and from whom."""
    step = step_of(bench.state)
    return step, missing_from(bench.state, step)


def begun() -> Bench:
    """Return a bench of replica 0 with work, whose primary is validator 1."""
    bench = Bench()
    bench.start()
    bench.work()
    return bench


def test_an_idle_height_waits_for_work_alone() -> None:
    bench = Bench()
    bench.start()
    assert waits(bench) == (Step.WORK, ())


def test_work_waits_for_the_primary() -> None:
    assert waits(begun()) == (Step.PRE_PREPARE, (1,))


def test_a_proposal_is_followed_through_its_steps() -> None:
    """Each message that comes is missed no longer; the own ones count like those of others."""
    bench = begun()
    bench.receive(bench.pre_prepare())
    assert waits(bench) == (Step.BLOCK, ())
    bench.check()
    assert waits(bench) == (Step.PREPARE, (1, 2, 3))
    bench.receive(bench.prepare(2))
    assert waits(bench) == (Step.PREPARE, (1, 3))
    bench.receive(bench.prepare(3))
    assert waits(bench) == (Step.COMMIT, (1, 2, 3))
    bench.receive(bench.commit(1))
    assert waits(bench) == (Step.COMMIT, (2, 3))
    bench.receive(bench.commit(3))
    assert waits(bench) == (Step.DISK, ())


def test_a_refused_proposal_leaves_the_primary_to_blame() -> None:
    bench = begun()
    bench.receive(bench.pre_prepare())
    bench.check(Verdict.INVALID)
    assert waits(bench) == (Step.PRE_PREPARE, (1,))


def test_a_view_that_was_entered_waits_for_a_quorum_to_enter_it() -> None:
    bench = begun()
    bench.expire(TimerKind.VIEW, 1_000)
    assert waits(bench) == (Step.VIEW_CHANGE, (1, 2, 3))
    bench.receive(bench.view_change(2))
    assert waits(bench) == (Step.VIEW_CHANGE, (1, 3))
    bench.receive(bench.view_change(3))
    assert waits(bench) == (Step.PRE_PREPARE, (2,))


def test_a_certificate_without_its_block_waits_for_the_block() -> None:
    bench = begun()
    bench.receive(*(bench.commit(signer) for signer in (1, 2, 3)))
    assert waits(bench) == (Step.BLOCK, ())


def test_a_halted_replica_waits_for_nothing() -> None:
    bench = begun()
    bench.receive(bench.decided(BLOCK))
    bench.check(Verdict.INVALID)
    assert waits(bench) == (Step.NOTHING, ())
