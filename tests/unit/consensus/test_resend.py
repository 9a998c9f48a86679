"""What is repeated, what is relayed, and how a peer that is behind comes forward."""

import pytest

from consensus.effects import Broadcast, PeerAhead, PeerBehind, Send, SetTimer
from consensus.events import HeightStarted, PeerConnected
from consensus.messages import Message, PayloadRequest, PayloadResponse, Status, ViewStatus, Vote
from consensus.replica import ANSWER_INTERVAL_MS, ANSWERS_MAX
from consensus.timing import TimerKind
from ledger.vote import VoteKind
from tests.unit.consensus.bench import BLOCK, HASH, OTHER_HASH, PEER, TIMING, Bench, only

NOTHING = bytes(1)


def started() -> Bench:
    """Return a bench with its height started."""
    bench = Bench()
    bench.start()
    return bench


def sent_to(bench: Bench, message: Message, peer: bytes = PEER) -> list[Message]:
    """Deliver a message and return what its sender gets back."""
    bench.now_ms += ANSWER_INTERVAL_MS
    effects = bench.receive(message, peer=peer)
    return [item.message for item in only(effects, Send) if item.peer == peer]


def status(height: int = 1, view: int = 0, *rows: ViewStatus) -> Status:
    """Return the status of a peer that holds nothing but what its rows say."""
    return Status(height, view, rows, (0,) * 4)


def test_own_votes_are_repeated_every_interval() -> None:
    """Message loss costs one resend interval, and the timer goes on."""
    bench = started()
    bench.receive(bench.pre_prepare())
    bench.check()
    for _ in range(3):
        effects = bench.expire(TimerKind.RESEND, TIMING.resend_ms)
        messages = [item.message for item in only(effects, Broadcast)]
        assert bench.prepare(0) in messages
        assert isinstance(messages[-1], Status)
        kinds = [item.timer.kind for item in only(effects, SetTimer)]
        assert kinds == [TimerKind.RESEND]


def test_the_commit_of_the_lock_is_repeated_in_later_views() -> None:
    """Somebody may need just this commit to see the quorum of an old view."""
    bench = started()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(bench.prepare(1), bench.prepare(2))
    bench.receive(bench.view_change(1, 12), bench.view_change(2, 12))
    effects = bench.expire(TimerKind.RESEND, TIMING.resend_ms)
    messages = [item.message for item in only(effects, Broadcast)]
    assert bench.commit(0) in messages
    assert bench.state.own_view_change in messages


def test_an_idle_chain_repeats_rarely() -> None:
    """Nothing to decide: a status now and then, for those who missed the last decision."""
    bench = Bench()
    effects = bench.start()
    assert [item.at_ms for item in only(effects, SetTimer)] == [TIMING.idle_resend_ms]
    assert only(bench.work(), SetTimer)[0].at_ms == TIMING.resend_ms


def test_a_peer_gets_the_votes_that_it_lacks() -> None:
    """Foreign votes too: a link that is dead in one direction stops nobody."""
    bench = started()
    bench.receive(bench.prepare(1), bench.prepare(2), bench.commit(3))
    row = ViewStatus(0, None, bytes([1 << 1]), NOTHING)
    assert sent_to(bench, status(1, 0, row)) == [bench.prepare(2), bench.commit(3)]
    assert sent_to(bench, bench_status(bench)) == []


def bench_status(bench: Bench) -> Status:
    """Return the status that the replica itself sends."""
    effects = bench.step(PeerConnected(b"new"))
    found = [item.message for item in only(effects, Send) if isinstance(item.message, Status)]
    return found[-1]


def test_a_peer_gets_view_changes_that_it_lacks() -> None:
    """With their certificates, so that it can join, gate its timer or propose."""
    bench = started()
    change = bench.view_change(2, 1, bench.prepared())
    bench.receive(change)
    assert change in sent_to(bench, status())
    informed = Status(1, 0, (), (0, 0, 1, 0))
    assert change not in sent_to(bench, informed)


@pytest.mark.parametrize(("index", "relays"), [(1, True), (2, True), (3, True), (0, False)])
def test_a_proposal_is_relayed_by_those_after_the_primary(index: int, relays: bool) -> None:
    """The primary and f + 1 after it: one of them is correct, without n copies of it."""
    bench = Bench(index=index)
    bench.start()
    bench.receive(bench.pre_prepare())
    assert (bench.pre_prepare() in sent_to(bench, status())) is relays
    holder = status(1, 0, ViewStatus(0, HASH, NOTHING, NOTHING))
    assert bench.pre_prepare() not in sent_to(bench, holder)


def test_a_proposal_leads_a_peer_into_its_view() -> None:
    """A peer in a lower view gets the justified proposal, which is enough to follow."""
    bench = Bench(index=3)
    bench.start()
    bench.receive(bench.pre_prepare(1))
    assert bench.pre_prepare(1) in sent_to(bench, status(1, 0))


def test_a_peer_one_height_behind_gets_the_decision() -> None:
    """From the moment of the decision on, and after the next height has started."""
    bench = started()
    bench.receive(bench.decided())
    bench.check()
    decided = bench.state.decided
    assert decided is not None
    assert sent_to(bench, status()) == [decided]
    bench.step(HeightStarted(bench.context(2), 0))
    assert sent_to(bench, status(1)) == [decided]
    assert sent_to(bench, PayloadRequest(1, HASH)) == [decided]


def test_a_peer_further_behind_is_left_to_the_host() -> None:
    """The replica holds the last decision only."""
    bench = Bench(height=9)
    bench.start()
    assert bench.receive(status(5)) == (PeerBehind(PEER, 5),)


def test_a_node_one_height_behind_asks_for_the_decision() -> None:
    """Its status makes the peer send it."""
    (answer,) = sent_to(started(), status(2))
    assert isinstance(answer, Status)
    assert answer.height == 1


def test_a_node_further_behind_tells_its_host() -> None:
    """Claims of peers are hints for block sync and nothing else."""
    bench = started()
    assert bench.receive(status(7)) == (PeerAhead(PEER, 7),)
    assert bench.receive(Bench(height=9).prepare(1), peer=b"other") == (PeerAhead(b"other", 9),)


def test_answers_are_rationed_for_each_peer() -> None:
    """Asking in a loop brings one answer per interval; other peers are not affected."""
    bench = started()
    bench.receive(bench.prepare(1))
    assert sent_to(bench, status())
    assert not only(bench.receive(status()), Send)
    assert only(bench.receive(status(), peer=b"other"), Send)


def test_a_payload_is_served_by_its_hash() -> None:
    """Whoever accepted a proposal serves it."""
    bench = started()
    bench.receive(bench.pre_prepare())
    assert sent_to(bench, PayloadRequest(1, HASH)) == [PayloadResponse(1, BLOCK)]
    assert sent_to(bench, PayloadRequest(1, bytes(32))) == []


def test_a_reconnected_peer_hears_everything_at_once() -> None:
    """No repetition is waited for: votes, view-change and status go out with the connection."""
    bench = started()
    bench.receive(bench.pre_prepare())
    bench.check()
    messages = [item.message for item in only(bench.step(PeerConnected(PEER)), Send)]
    assert [type(item) for item in messages] == [Vote, Status]


def test_an_equivocators_other_vote_is_not_taken_for_the_missing_one() -> None:
    """A status counts votes for its own block, so a peer with the same block fills the gap."""
    bench = started()
    bench.receive(bench.pre_prepare(), bench.vote(VoteKind.PREPARE, 3, value=bytes(32)))
    found = bench_status(bench)
    assert found.views[0].prepares == NOTHING


def test_the_memory_of_answers_is_bounded() -> None:
    """Thousands of peer names cost no more than the bound."""
    bench = started()
    for number in range(ANSWERS_MAX + 10):
        bench.receive(status(), peer=b"%d" % number)
    assert len(bench.replica._answered_ms) == ANSWERS_MAX


def test_a_peer_that_took_another_proposal_gets_this_one() -> None:
    """So it sees that the primary signed both, and can prove it."""
    bench = Bench(index=2)
    bench.start()
    bench.receive(bench.pre_prepare())
    other = status(1, 0, ViewStatus(0, OTHER_HASH, NOTHING, NOTHING))
    assert bench.pre_prepare() in sent_to(bench, other)
