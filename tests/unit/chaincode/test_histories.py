"""Random histories, lawful and unlawful: every invariant after every block.

I1 to I6, I8, I12, I16, I18, I20 and I24 hold whatever people try, and both oracles agree.
"""

import random
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.refusal import Code
from tests.unit.chaincode.play import ACTIONS, Play, Step, founded_play

HISTORIES = 30
STEPS = 80

# Lawful steps are more frequent than the rest, so that histories get somewhere.
NAMES = ["advance"] * 20 + ["place"] * 4 + ["wait", "release"] + list(ACTIONS)
NUMBERS = st.integers(0, 10_000)
steps = st.tuples(st.sampled_from(NAMES), NUMBERS, NUMBERS, NUMBERS)


def play_out(history: list[Step]) -> Play:
    """Play a history to its end, checking after each block."""
    play = founded_play()
    for step in history:
        play.do(step)
    play.end_block()
    return play


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(steps, min_size=STEPS, max_size=STEPS))
def test_every_history_keeps_every_invariant(history: list[Step]) -> None:
    """The checks are in `Play.end_block`; a failure prints the steps that reproduce it."""
    play_out(history)


def test_the_histories_reach_what_they_are_meant_to_test() -> None:
    """A fixed long history settles, refunds, revokes and is refused in many ways."""
    draw = random.Random(4)
    history = [
        (draw.choice(NAMES), draw.randrange(10_000), draw.randrange(10_000), draw.randrange(10_000))
        for _ in range(300)
    ]
    reached = Counter(play_out(history).outcomes)
    for name in ("envelope.release", "line.settle", "consent.revoke", "freeze.set", "policy.set"):
        assert reached[name, Code.OK], name
    assert len({code for _, code in reached}) >= 15
