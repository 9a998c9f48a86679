"""Random histories, lawful and unlawful: every invariant after every block.

I1 to I6, I8, I9, I12, I16, I18, I20, I23, I24 and I27 hold whatever people try, and after a replay;
the oracles of releases, matches and balances agree. `python -m tests.campaigns.histories` plays
more of them.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.refusal import Code
from tests.unit.chaincode.play import Step
from tests.unit.chaincode.play_actions import NAMES, drawn_history, play_out

SHARDS = 10
"""Several tests, so that several processes share them."""
HISTORIES = 15
STEPS = 300
"""Most are transactions; with the other steps time passes or nothing is there to be done."""
TRANSACTIONS = 200

NUMBERS = st.integers(0, 9_999)
steps = st.tuples(st.sampled_from(NAMES), NUMBERS, NUMBERS, NUMBERS)

REACHED = (
    "asset.carry",
    "audit.share",
    "consent.revoke",
    "demand.list",
    "envelope.release",
    "freeze.set",
    "inspection.answer",
    "job.result",
    "line.settle",
    "listing.match",
    "policy.set",
    "rectification.verify",
    "statement.close",
)


@pytest.mark.parametrize("shard", range(SHARDS))
@settings(
    max_examples=HISTORIES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=st.lists(steps, min_size=STEPS, max_size=STEPS))
def test_every_history_keeps_every_invariant(shard: int, history: list[Step]) -> None:
    """The checks are in `Play.end_block`; a failure prints the steps that reproduce it."""
    assert shard in range(SHARDS)
    play_out(history, TRANSACTIONS)


def test_the_histories_reach_what_they_are_meant_to_test() -> None:
    """Fixed long histories do all kinds of things with success, and are refused in many ways."""
    reached: Counter[tuple[str, Code]] = Counter()
    for seed in range(10):
        reached.update(play_out(drawn_history(seed, 400)).outcomes)
    for name in REACHED:
        assert reached[name, Code.OK], name
    assert len({code for _, code in reached}) >= 40
