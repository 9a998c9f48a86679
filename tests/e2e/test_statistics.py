"""The statistics scenario from outside: figures leave the holder's process, and no row does."""

from pathlib import Path

import pytest

from apps.stage.data import credit_rows
from apps.statistics.cast import Role
from apps.statistics.story import SCENARIO, SCHEMA
from tests.e2e.scenarios import (
    SCENARIO_SECONDS,
    opened_files,
    play_with_canaries,
    require_gone,
    require_keys_apart,
    require_no_canary,
    require_rows_at_home,
)

pytestmark = pytest.mark.e2e


def test_figures_are_sold_and_the_attacks_are_refused(tmp_path: Path) -> None:
    """The scenario succeeds: attacks with their codes, budgets, matches replayed, money, evidence.

    No process but the holder's opens its rows, and no row stands in a file of anybody else.
    """
    folder, watch = tmp_path / "network", tmp_path / "watch"
    process = play_with_canaries(SCENARIO, tmp_path)
    output, _ = process.communicate(timeout=SCENARIO_SECONDS)
    assert process.returncode == 0, output
    opened = opened_files(watch)
    require_keys_apart(SCENARIO, folder, opened)
    require_rows_at_home(SCENARIO, folder, opened, Role.HOLDER)
    require_gone(folder)
    require_no_canary(tmp_path)
    home = folder / SCENARIO.cast.party_folder(Role.HOLDER)
    row = ",".join(credit_rows()[0][field.name] for field in SCHEMA.fields).encode()
    holding = [path for path in folder.rglob("*") if path.is_file() and row in path.read_bytes()]
    assert holding == [home / "records.csv"]
