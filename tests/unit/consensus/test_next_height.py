"""Messages of the next height wait in bounded places and take effect when it starts."""

from dataclasses import replace

from consensus.effects import CheckBlock, PeerAhead, Rejected
from consensus.events import HeightStarted
from consensus.next_height import NextHeight
from tests.unit.consensus.bench import PEER, Bench, only


def ahead() -> Bench:
    """Return what the others say at height 2."""
    return Bench(height=2)


def waiting_room() -> NextHeight:
    """Return an empty room for height 2."""
    return NextHeight(2, ahead().verifier())


def test_early_messages_count_when_the_height_starts() -> None:
    """A slow node misses nothing of the fast ones."""
    bench, others = Bench(), ahead()
    bench.start()
    assert bench.receive(others.pre_prepare(), others.prepare(1), others.commit(3)) == ()
    effects = bench.step(HeightStarted(bench.context(2), 0))
    assert only(effects, CheckBlock)
    assert (len(bench.state.prepares), len(bench.state.commits)) == (1, 1)


def test_each_validator_has_its_own_places() -> None:
    """Four votes and a view-change each, f + 1 pre-prepares: nobody evicts anybody."""
    room, others = waiting_room(), ahead()
    for signer in range(4):
        for view in range(5):
            for value in (bytes(32), bytes([1]) * 32):
                room.keep(PEER, others.prepare(signer, view, value))
                room.keep(PEER, others.commit(signer, view, value))
            room.keep(PEER, others.view_change(signer, view + 1))
            room.keep(PEER, others.pre_prepare(view))
    assert len(room) == 4 * 4 + 4 + 1


def test_the_latest_view_change_is_kept() -> None:
    """It says everything that the earlier ones said."""
    room, others = waiting_room(), ahead()
    for view in (2, 5, 3):
        room.keep(PEER, others.view_change(1, view))
    assert room.release() == ((PEER, others.view_change(1, 5)),)


def test_only_valid_signatures_take_a_place() -> None:
    """A forged vote cannot keep out the real one."""
    room, others = waiting_room(), ahead()
    refusal = room.keep(PEER, replace(others.prepare(1), signature=bytes(65)))
    assert refusal is not None
    assert room.keep(PEER, others.prepare(1)) is None
    assert room.release() == ((PEER, others.prepare(1)),)


def test_a_refused_signature_is_reported_to_the_host() -> None:
    """The peer's budget pays for it."""
    bench = Bench()
    bench.start()
    assert only(bench.receive(replace(ahead().commit(2), signature=bytes(65))), Rejected)


def test_higher_heights_are_hints_only() -> None:
    """Nothing of them is stored."""
    bench = Bench()
    bench.start()
    assert bench.receive(Bench(height=3).prepare(1)) == (PeerAhead(PEER, 3),)
    bench.step(HeightStarted(bench.context(3), 0))
    assert len(bench.state.prepares) == 0
