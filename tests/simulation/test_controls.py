"""Each removed rule is noticed within 200 seeds: the tests can fail."""

import pytest

from tests.simulation.campaign import run_control
from tests.simulation.controls import CONTROLS, Control

SEEDS_MAX = 200


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_removed_rule_is_noticed(control: Control) -> None:
    """Without the rule, some seed violates an invariant."""
    runs, outcome = run_control(control, range(SEEDS_MAX))
    assert outcome is not None, f"{control.name} survived {runs} seeds"
