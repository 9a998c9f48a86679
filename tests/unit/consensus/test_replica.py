"""The replica as a whole: it starts, follows its host, and survives whatever peers send."""

from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.effects import Broadcast, Decide, Halt, Rejected
from consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    HeightStarted,
    MessageReceived,
    PeerConnected,
    TimerExpired,
    Verdict,
    Work,
    WorkChanged,
)
from consensus.messages import Message
from consensus.timing import Timer, TimerKind
from tests.unit.consensus.bench import BLOCK, HASH, OTHER, OTHER_HASH, PEER, Bench, only
from tests.unit.consensus.test_codec import MESSAGES

SIGNED = Bench()


def signed_messages() -> st.SearchStrategy[Message]:
    """Messages with valid signatures, so that they get past the first check."""
    signers, views = st.integers(0, 3), st.integers(0, 3)
    hashes = st.sampled_from([HASH, OTHER_HASH])
    locks = st.none() | st.builds(SIGNED.prepared, views, hashes)
    return st.one_of(
        st.builds(SIGNED.prepare, signers, views, hashes),
        st.builds(SIGNED.commit, signers, views, hashes),
        st.builds(SIGNED.view_change, signers, views, locks),
        st.builds(SIGNED.pre_prepare, views, st.sampled_from([BLOCK, OTHER])),
        st.builds(SIGNED.decided, st.sampled_from([BLOCK, OTHER])),
    )


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(MessageReceived, st.just(PEER), signed_messages() | MESSAGES),
    st.builds(PeerConnected, st.just(PEER)),
    st.builds(WorkChanged, st.sampled_from([Work.NONE, Work.TRANSACTIONS])),
    st.builds(BlockChecked, st.just(1), st.integers(0, 3), st.just(HASH), st.just(Verdict.VALID)),
    st.builds(BlockBuilt, st.just(1), st.integers(0, 3), st.just(HASH), st.just(BLOCK)),
    st.builds(
        TimerExpired,
        st.builds(
            Timer, st.sampled_from(TimerKind), st.just(1), st.integers(0, 3), st.integers(1, 9)
        ),
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, max_size=25), st.integers(0, 3))
def test_nothing_that_peers_send_raises(events: list[Event], index: int) -> None:
    """Any mix of random and signed messages, answers and timers gives effects, no error."""
    bench = Bench(index=index)
    bench.start()
    for event in events:
        bench.step(event, after_ms=50)


@given(st.lists(st.builds(MessageReceived, st.just(PEER), MESSAGES), max_size=10))
def test_a_replica_without_a_height_waits(events: list[Event]) -> None:
    """Before the first HeightStarted everything is dropped."""
    bench = Bench()
    for event in events:
        assert bench.step(event) == ()


def test_starts_of_the_same_or_a_lower_height_are_ignored() -> None:
    """A height is started once, whichever source committed the one below."""
    bench = Bench(height=5)
    bench.start()
    bench.receive(bench.pre_prepare())
    state = bench.state
    assert bench.step(HeightStarted(bench.context(5), 0)) == ()
    assert bench.step(HeightStarted(bench.context(4), 0)) == ()
    assert bench.state is state


def test_block_sync_may_overtake_a_height() -> None:
    """A start of a higher height drops the work on the lower one."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.step(HeightStarted(bench.context(4), 0))
    assert (bench.state.height, bench.state.proposal) == (4, None)
    asked = BlockChecked(1, 0, HASH, Verdict.VALID)
    assert bench.step(asked) == ()


def test_work_holds_across_heights() -> None:
    """The host says only what has changed."""
    bench = Bench(index=2)
    bench.work()
    bench.start()
    bench.step(HeightStarted(bench.context(2), 0))
    assert bench.state.has_work
    assert bench.state.building is not None


def test_a_decided_height_is_quiet() -> None:
    """After the decision votes bring nothing, and no timer is left armed."""
    bench = Bench()
    bench.start()
    bench.work()
    bench.receive(bench.decided())
    assert only(bench.check(), Decide)
    assert bench.state.timers == {}
    assert bench.receive(bench.commit(1), bench.prepare(2), bench.pre_prepare()) == ()


def test_a_halted_replica_does_nothing_more() -> None:
    """Not even start another height: a person has to look."""
    bench = Bench()
    bench.start()
    bench.receive(bench.decided())
    assert only(bench.check(Verdict.INVALID), Halt)
    assert bench.step(HeightStarted(bench.context(2), 0)) == ()
    assert bench.step(PeerConnected(PEER)) == ()


def test_votes_of_another_chain_do_not_count() -> None:
    """The genesis hash under every signature keeps chains apart."""
    bench = Bench()
    foreign = Bench()
    vote = foreign.prepare(1)
    message = vote.signed_bytes(bytes(32))
    stray = type(vote)(vote.kind, 1, 0, HASH, 1, foreign.keys.sign[1](message))
    bench.start()
    assert only(bench.receive(stray), Rejected)


def test_seven_validators_decide_with_two_silent() -> None:
    """Five of seven are a quorum."""
    bench = Bench(size=7)
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(*(bench.prepare(signer) for signer in (1, 2, 3)))
    effects = bench.receive(bench.prepare(4))
    assert bench.commit(0) in [item.message for item in only(effects, Broadcast)]
    bench.receive(*(bench.commit(signer) for signer in (1, 2, 3)))
    assert only(bench.receive(bench.commit(4)), Decide)
