"""The cause that a node names for a block that is not there."""

import pytest

from consensus.events import SilenceSet, Verdict
from consensus.timing import TimerKind
from node.rpc.backend import PeerStatus, Waiting
from node.waiting import PATIENCE_MS, Circumstances, WaitingWatch
from quancheng.api.waiting import WaitingCause
from tests.unit.consensus.bench import BLOCK, Bench
from tests.unit.node.small_node import START_MS, StandingClock

OTHERS = (1, 2, 3)


class Watched:
    """A replica on its bench, and what its node would say of it."""

    def __init__(self, index: int | None = 0) -> None:
        self.bench = Bench(index)
        self.clock = StandingClock()
        self.watch = WaitingWatch(self.bench.replica, self.clock)
        self.bench.start()
        self.watch.look()

    def after(self, passed_ms: int) -> None:
        """Let what has happened be seen, and then time pass."""
        self.watch.look()
        self.clock.now_ms += passed_ms

    def said(self, *connected: int, fetching: bool = False) -> Waiting:
        """Return what the node says while these validators are connected."""
        peers = [PeerStatus(bytes(32), bytes(32), "", 0, index, None) for index in connected]
        return self.watch.waiting(Circumstances(peers, fetching))

    def cause(self, *connected: int, fetching: bool = False) -> str:
        """Return the cause alone."""
        return self.said(*(connected or OTHERS), fetching=fetching).cause


def test_patience_decides_between_work_and_trouble() -> None:
    """A due height is no trouble for a while; an idle one never is."""
    watched = Watched()
    watched.after(10 * PATIENCE_MS)
    assert watched.cause() == WaitingCause.IDLE
    watched.bench.work()
    watched.after(PATIENCE_MS - 1)
    assert watched.cause() == WaitingCause.DECIDING
    watched.after(1)
    assert watched.cause() == WaitingCause.PRIMARY_SILENT


def test_the_time_of_the_step_and_of_the_height_are_kept_apart() -> None:
    """A change of view begins a step anew, and the height stays due since its work came."""
    watched = Watched()
    watched.bench.work()
    watched.after(1_000)
    watched.bench.expire(TimerKind.VIEW)
    watched.after(500)
    said = watched.said(*OTHERS)
    assert (said.step, said.view) == ("view_change", 1)
    assert said.due_since_ms == START_MS
    assert said.since_ms == START_MS + 1_000


def test_the_next_height_is_due_anew() -> None:
    watched = Watched()
    watched.bench.work()
    watched.after(10_000)
    watched.bench.height = 2
    watched.bench.start()
    watched.after(0)
    assert watched.said(*OTHERS).due_since_ms == START_MS + 10_000


def test_too_few_connected_is_said_at_once() -> None:
    """Of four, three decide: this node and two others."""
    watched = Watched()
    assert watched.cause(2) == WaitingCause.UNREACHABLE
    assert watched.cause(2, 3) == WaitingCause.IDLE


def test_missing_votes_name_who_is_connected_and_who_is_not() -> None:
    watched = Watched()
    watched.bench.receive(watched.bench.pre_prepare())
    watched.bench.check()
    watched.after(PATIENCE_MS)
    said = watched.said(1, 2)
    assert said.cause == WaitingCause.VOTES_MISSING
    assert [(item.validator, item.connected) for item in said.missing] == [
        (1, True),
        (2, True),
        (3, False),
    ]
    members = watched.bench.validators.members
    assert [item.public_key for item in said.missing] == [item.public_key for item in members[1:]]


def test_a_block_that_is_not_complete_is_named() -> None:
    watched = Watched()
    watched.bench.receive(watched.bench.pre_prepare())
    watched.after(PATIENCE_MS)
    assert watched.cause() == WaitingCause.BLOCK_MISSING


def test_a_decided_block_waits_for_the_disk() -> None:
    watched = Watched()
    watched.bench.receive(watched.bench.decided(BLOCK))
    watched.bench.check()
    watched.after(PATIENCE_MS)
    assert watched.cause() == WaitingCause.DISK


def test_own_silence_is_the_cause_where_the_own_vote_is_missing() -> None:
    watched = Watched()
    watched.bench.step(SilenceSet(9))
    watched.bench.receive(watched.bench.pre_prepare())
    watched.bench.check()
    watched.after(PATIENCE_MS)
    assert watched.cause() == WaitingCause.OWN_SILENCE


def test_a_halt_outweighs_everything() -> None:
    watched = Watched()
    watched.bench.receive(watched.bench.decided(BLOCK))
    watched.bench.check(Verdict.INVALID)
    assert watched.cause(1, fetching=True) == WaitingCause.HALTED


@pytest.mark.parametrize("connected", [(), (1, 2, 3)])
def test_an_observer_misses_no_votes(connected: tuple[int, ...]) -> None:
    """Votes do not travel to it, so that it could only accuse the innocent."""
    watched = Watched(None)
    watched.bench.work()
    watched.after(PATIENCE_MS)
    said = watched.said(*connected)
    assert (said.cause, said.missing) == (WaitingCause.FOLLOWING, ())


def test_a_node_that_fetches_says_so() -> None:
    watched = Watched()
    assert watched.cause(1, fetching=True) == WaitingCause.FETCHING
