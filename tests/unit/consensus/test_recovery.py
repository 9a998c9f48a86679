"""After a crash a node says what it said before, byte for byte, and nothing that contradicts it."""

from dataclasses import replace

import pytest

from consensus.codec import encode_record
from consensus.effects import Broadcast, BuildBlock, CheckBlock, Decide, Effect, Persist, Send
from consensus.errors import RecordDamaged, SignatureRefused
from consensus.events import PeerConnected, Verdict
from consensus.messages import PrePrepare, Status, ViewChange, Vote
from consensus.recovery import recover
from consensus.signer_guard import Slot
from consensus.timing import TimerKind
from ledger.vote import VoteKind
from tests.unit.consensus.bench import BLOCK, HASH, OTHER, PEER, TIMING, Bench, only


def crash(bench: Bench, *, keep: int | None = None) -> tuple[Effect, ...]:
    """Restart the replica with the first `keep` of its durable records, all of them by default."""
    records = [item.record for item in only(bench.effects, Persist)][:keep]
    bench.effects.clear()
    bench.replica = bench.new_replica()
    return bench.start(recovered=recover(bench.height, records))


def signed_messages(effects: list[Effect] | tuple[Effect, ...]) -> list[object]:
    """Return the signed messages that are broadcast."""
    messages = [item.message for item in only(effects, Broadcast)]
    return [item for item in messages if isinstance(item, Vote | ViewChange | PrePrepare)]


def committed_bench() -> Bench:
    """Return a bench whose replica has prepared and committed block one in view 0."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(bench.prepare(1), bench.prepare(2))
    return bench


def test_own_votes_are_repeated_verbatim() -> None:
    """Scenario: crash between fsync and send; the same bytes go out after the restart."""
    bench = committed_bench()
    before = signed_messages(bench.effects)
    effects = crash(bench)
    assert signed_messages(effects) == before == [bench.prepare(0), bench.commit(0)]
    assert not only(effects, Persist)


def test_view_floor_and_lock_come_back() -> None:
    """R7, R12: the highest view-change is the view and the floor; the certificate is the lock."""
    bench = committed_bench()
    bench.expire(TimerKind.VIEW, after_ms=TIMING.view_ms)
    lock = bench.state.lock
    crash(bench)
    assert (bench.state.view, bench.state.floor, bench.state.lock) == (1, 1, lock)
    assert bench.state.own_view_change == bench.view_change(0, 1, lock)
    assert bench.receive(bench.pre_prepare(0)) == ()


def test_a_recovered_node_votes_on_in_its_view() -> None:
    """A prepare before the crash, the commit after it: the tallies hold the own vote again."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    effects = crash(bench)
    assert [item.fresh for item in only(effects, CheckBlock)] == [False]
    bench.check(Verdict.STALE)
    effects = bench.receive(bench.prepare(1), bench.prepare(2))
    assert signed_messages(effects) == [bench.commit(0)]
    assert only(bench.receive(bench.commit(1), bench.commit(2)), Decide)


def test_a_prepare_that_was_signed_is_not_decided_again() -> None:
    """Never re-derive: after the crash the block may look stale, the vote stands all the same."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    crash(bench)
    effects = bench.check(Verdict.STALE)
    assert signed_messages(effects) == []
    assert bench.state.accepted


def test_a_primary_proposes_its_recorded_block_again() -> None:
    """The proposal is durable with its payload, and no other block is ever built for the view."""
    bench = Bench(index=1)
    bench.start()
    bench.work()
    bench.build()
    effects = crash(bench)
    assert signed_messages(effects) == [bench.pre_prepare()]
    assert not only((*effects, *bench.work()), BuildBlock)


def test_a_block_that_was_only_built_is_forgotten() -> None:
    """Nothing was signed, so the primary may build another one."""
    bench = Bench(index=1)
    bench.start()
    bench.work()
    crash(bench)
    assert only(bench.work(), BuildBlock)


@pytest.mark.parametrize("keep", range(5))
def test_every_prefix_of_the_records_is_a_sound_start(keep: int) -> None:
    """Whatever the last fsync covered, the votes after the restart contradict none before it."""
    bench = committed_bench()
    bench.expire(TimerKind.VIEW, after_ms=TIMING.view_ms)
    before = {item.view: item for item in signed_messages(bench.effects) if isinstance(item, Vote)}
    crash(bench, keep=keep)
    bench.receive(bench.pre_prepare())
    if only(bench.effects, CheckBlock):
        bench.check()
    bench.receive(bench.prepare(1), bench.prepare(2))
    for vote in signed_messages(bench.effects):
        if isinstance(vote, Vote):
            assert vote.block_hash == before[vote.view].block_hash


def test_a_lock_without_its_commit_completes_it() -> None:
    """The certificate was durable, the commit not: its prepares count and the commit follows."""
    bench = committed_bench()
    records = [item.record for item in only(bench.effects, Persist)]
    assert len(records) == 4
    crash(bench, keep=3)
    assert signed_messages(bench.check()) == [bench.commit(0)]


def test_the_guard_knows_the_earlier_life() -> None:
    """Even code that forgot everything else cannot get a second signature for an old slot."""
    bench = committed_bench()
    crash(bench)
    guard = bench.state.surroundings.guard
    with pytest.raises(SignatureRefused):
        guard.sign(Slot(1, 0, VoteKind.PREPARE), b"another prepare")
    with pytest.raises(SignatureRefused):
        guard.sign(Slot(1, 0, VoteKind.COMMIT), b"another commit")


def test_a_payload_is_served_after_a_crash() -> None:
    """A re-proposal needs the block of the lock from somebody; who voted for it still has it."""
    bench = committed_bench()
    crash(bench)
    assert bench.state.payloads[HASH] == BLOCK


def test_a_reconnecting_peer_hears_the_recovered_votes() -> None:
    """The first broadcast found nobody connected."""
    bench = committed_bench()
    crash(bench)
    messages = [item.message for item in only(bench.step(PeerConnected(PEER)), Send)]
    assert messages[:2] == [bench.prepare(0), bench.commit(0)]
    assert isinstance(messages[-1], Status)


def test_a_proposal_that_was_not_voted_on_is_an_ordinary_one() -> None:
    """The crash came between proposal and prepare: it is checked as fresh, and may be refused."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    effects = crash(bench, keep=1)
    assert [item.fresh for item in only(effects, CheckBlock)] == [True]
    assert signed_messages(bench.check(Verdict.STALE)) == []


@pytest.mark.parametrize("data", [b"", b"\x91\x01", bytes(40)])
def test_unreadable_records_stop_the_start(data: bytes) -> None:
    """A damaged store is not a reason to vote with what is left of it."""
    bench = Bench()
    good = encode_record(bench.prepare(0))
    with pytest.raises(RecordDamaged) as damaged:
        recover(1, [good, data])
    assert damaged.value.position == 1


def test_records_of_another_height_or_key_stop_the_start() -> None:
    """They belong to another chain, another node, or a mistake."""
    bench = Bench()
    with pytest.raises(RecordDamaged):
        recover(2, [encode_record(bench.prepare(0))])
    for foreign in (bench.prepare(1), bench.view_change(2)):
        with pytest.raises(RecordDamaged):
            Bench().start(recovered=recover(1, [encode_record(foreign)]))


def test_an_observer_with_votes_does_not_start() -> None:
    """Votes of this height without a key to match them are a wrong store."""
    observer = Bench(index=None)
    with pytest.raises(RecordDamaged):
        observer.start(recovered=recover(1, [encode_record(observer.prepare(1))]))


def test_old_proposals_do_not_pile_up() -> None:
    """Many views before a crash leave one proposal and a bounded number of payloads."""
    bench = Bench()
    bench.start()
    for view in (view for view in range(12) if bench.primary(view) != bench.index):
        bench.receive(bench.pre_prepare(view, b"%s of view %d" % (OTHER, view)))
        bench.check()
    crash(bench)
    assert bench.state.view == 10
    assert len(bench.state.pre_prepares) == 1
    assert len(bench.state.payloads) <= 10


def test_a_record_survives_its_encoding() -> None:
    """What is persisted is the message itself."""
    bench = committed_bench()
    records = recover(1, [item.record for item in only(bench.effects, Persist)]).records
    assert records[0] == bench.pre_prepare()
    assert records[1] == bench.prepare(0)
    assert records[3] == replace(
        bench.prepare(0), kind=VoteKind.COMMIT, signature=bench.commit(0).signature
    )
