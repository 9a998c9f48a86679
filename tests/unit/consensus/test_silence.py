"""A node that may not know what it has signed signs nothing, but follows."""

import pytest

from consensus.effects import (
    Broadcast,
    BuildBlock,
    Decide,
    Effect,
    OwnKeyElsewhere,
    Persist,
    SetTimer,
)
from consensus.events import HeightStarted, SilenceSet
from consensus.messages import Message, PrePrepare, ViewChange, Vote
from consensus.timing import TimerKind
from tests.unit.consensus.bench import Bench, only


def signed(effects: list[Effect]) -> list[object]:
    """Return what was signed and sent."""
    messages = [item.message for item in only(effects, Broadcast)]
    return [item for item in messages if isinstance(item, Vote | ViewChange | PrePrepare)]


def play(bench: Bench) -> None:
    """Let the others propose, vote, change views and decide."""
    bench.start()
    bench.work()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(bench.prepare(1), bench.prepare(2), bench.prepare(3))
    bench.receive(bench.view_change(1), bench.view_change(2), bench.view_change(3))
    bench.receive(*(bench.commit(signer) for signer in (1, 2, 3)))


@pytest.mark.parametrize("silent", [True, False])
def test_an_observer_follows_without_a_word(silent: bool) -> None:
    """Silent validator or node without a key: it decides with the others and signs nothing."""
    bench = Bench(index=0 if silent else None)
    if silent:
        bench.step(SilenceSet(5))
    play(bench)
    assert signed(bench.effects) == []
    assert not only(bench.effects, Persist)
    assert only(bench.effects, Decide)
    armed = [item.timer.kind for item in only(bench.effects, SetTimer)]
    assert TimerKind.VIEW not in armed


def test_silence_covers_its_heights_and_no_more() -> None:
    """Up to and including the named height."""
    bench = Bench(height=3)
    bench.step(SilenceSet(3))
    bench.start()
    assert not bench.state.may_sign
    bench.step(HeightStarted(bench.context(4), 0))
    assert bench.state.may_sign


def test_a_lifted_silence_takes_effect_at_once() -> None:
    """The host learned that nothing was signed here: the waiting proposal gets its vote."""
    bench = Bench()
    bench.step(SilenceSet(2**64 - 1))
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    assert signed(bench.effects) == []
    bench.step(SilenceSet(0))
    assert signed(bench.effects) == [bench.prepare(0)]


def test_a_silent_primary_builds_nothing() -> None:
    """A proposal is a signature too."""
    bench = Bench(index=1)
    bench.step(SilenceSet(1))
    bench.start()
    assert not only(bench.work(), BuildBlock)


@pytest.mark.parametrize("kind", ["prepare", "commit", "view_change", "pre_prepare"])
def test_a_vote_of_the_own_key_that_is_not_known_silences(kind: str) -> None:
    """The store was lost, or the key runs twice: alarm, and no signature here or two heights on."""
    bench = Bench(index=1 if kind == "pre_prepare" else 0)
    bench.start()
    offered: dict[str, Message] = {
        "prepare": bench.prepare(0),
        "commit": bench.commit(0),
        "view_change": bench.view_change(0, 3),
        "pre_prepare": bench.pre_prepare(),
    }
    (alarm,) = only(bench.receive(offered[kind]), OwnKeyElsewhere)
    assert alarm.vote.signer == bench.index
    bench.receive(bench.pre_prepare())
    assert signed(bench.effects) == []
    for height, may_sign in ((2, False), (3, False), (4, True)):
        bench.step(HeightStarted(bench.context(height), 0))
        assert bench.state.may_sign is may_sign


def test_own_votes_that_come_back_are_known() -> None:
    """A relay of what this node signed is no alarm."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    assert not only(bench.receive(bench.prepare(0)), OwnKeyElsewhere)
