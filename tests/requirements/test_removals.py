"""Every rule is needed: without it its test turns red. `python -m tests.requirements` shows it."""

import subprocess
import sys

import pytest

from tests.tidy.sources import ROOT

PARTS = 2
"""Several runs, so that several processes share them."""

JUDGEMENTS = """
from tests.requirements.removal import Removal, always
from tests.requirements.runner import run

TEST = "tests/unit/chaincode/test_rights.py::test_exclusion_holds_in_both_directions"
TARGET = "chaincode.rights:are_compatible"

def broken(_):
    def substitute(*_):
        raise TypeError("not a refusal")
    return substitute

cases = (
    Removal("nothing is removed", TARGET, lambda original: original, TEST),
    Removal("the rule is removed", TARGET, always(True), TEST),
    Removal("the substitute is broken", TARGET, broken, TEST),
)
print([result.verdict.name for result in run(cases)])
"""


@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_every_removed_rule_turns_its_test_red(part: int) -> None:
    words = [sys.executable, "-m", "tests.requirements", "--part", f"{part}/{PARTS}"]
    finished = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_a_survivor_and_a_broken_removal_are_no_proof() -> None:
    """A test that stays green, or that ends in an error of another kind, is told from a red one."""
    words = [sys.executable, "-c", JUDGEMENTS]
    finished = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.stdout.splitlines()[-1:] == ["['GREEN', 'RED', 'BROKEN']"], finished.stderr
