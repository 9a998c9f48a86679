"""Each removed rule is noticed within 200 seeds: the tests can fail."""

from dataclasses import replace

import pytest

from tests.simulation.campaign import run_control
from tests.simulation.configuration import expand
from tests.simulation.controls import CONTROLS, Control
from tests.simulation.world import simulate

SEEDS_MAX = 200


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_removed_rule_is_noticed(control: Control) -> None:
    """Without the rule, some seed violates an invariant."""
    runs, outcome = run_control(control, range(SEEDS_MAX))
    assert outcome is not None, f"{control.name} survived {runs} seeds"


def test_one_traitor_too_many_forks() -> None:
    """Two twins of four validators break agreement, and the simulation sees it."""
    for seed in range(SEEDS_MAX):
        configuration = replace(expand(seed, (4,)), byzantine=(0, 1), dead=())
        outcome = simulate(configuration, switched_off=frozenset({"liveness"}))
        if outcome.oracle in {"I1", "I3"}:
            return
    pytest.fail("agreement held although it could not")
