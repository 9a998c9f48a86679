"""A long run that was interrupted goes on where it stood, and never with other rules."""

from pathlib import Path

import pytest

from tests.campaigns import histories
from tests.campaigns.histories import Outcome, begin, kept_outcomes
from tests.unit.chaincode import play

CODE, OTHER = "rules of today", "rules of tomorrow"
ROWS = {seed: Outcome(seed, 200, ("order.place",), ("OK", "E307")) for seed in (3, 5)}


def test_outcomes_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    begin(file, CODE, ROWS)
    assert kept_outcomes(file, CODE) == ROWS


def test_a_line_that_was_torn_is_played_again(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    begin(file, CODE, ROWS)
    file.write_text(file.read_text(encoding="utf-8") + '{"seed": 9, "trans', encoding="utf-8")
    assert kept_outcomes(file, CODE) == ROWS
    begin(file, CODE, ROWS)
    assert file.read_text(encoding="utf-8").endswith("\n")


def test_outcomes_under_other_rules_count_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    assert kept_outcomes(file, CODE) == {}
    begin(file, CODE, ROWS)
    assert kept_outcomes(file, OTHER) == {}


def test_a_history_tries_all_its_transactions() -> None:
    outcome = histories.played(7)
    assert outcome.failure == ""
    assert outcome.transactions >= histories.TRANSACTIONS


def test_a_broken_invariant_is_reported_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An assertion of a check ends one history, with its traceback, and not the campaign."""

    def breaks(*_: object) -> None:
        raise AssertionError("I1: money from nowhere")

    monkeypatch.setattr(play, "check_invariants", breaks)
    outcome = histories.played(7)
    assert outcome.seed == 7
    assert "I1: money from nowhere" in outcome.failure
