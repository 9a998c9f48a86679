"""The loan scenario from outside: it ends well, keeps its parties apart, leaves nothing behind."""

import os
import signal
import time
from pathlib import Path

import pytest

from apps.loan.cast import Role
from apps.loan.story import SCENARIO
from apps.stage.cast import Office
from node.home import Home
from tests.canaries.linking import values_in_common
from tests.e2e.scenarios import (
    INTERRUPTED,
    SCENARIO_SECONDS,
    opened_files,
    play,
    play_with_canaries,
    require_gone,
    require_keys_apart,
    require_no_canary,
    require_rows_at_home,
)

pytestmark = pytest.mark.e2e


def test_the_loan_ends_well_and_its_parties_stay_apart(tmp_path: Path) -> None:
    """The scenario succeeds; no process opens two parties' keys or the department's rows.

    Nothing of a row is on any node, however it is written (I10), and two matters of one person
    share no value on any (I22).
    """
    folder, watch = tmp_path / "network", tmp_path / "watch"
    process = play_with_canaries(SCENARIO, tmp_path)
    output, _ = process.communicate(timeout=SCENARIO_SECONDS)
    assert process.returncode == 0, output
    opened = opened_files(watch)
    require_keys_apart(SCENARIO, folder, opened)
    require_rows_at_home(SCENARIO, folder, opened, Role.DEPARTMENT)
    require_gone(folder)
    require_no_canary(tmp_path)
    bindings = folder / SCENARIO.cast.party_folder(Office.IDENTITY) / "bindings.json"
    for home in sorted(folder.glob("*/node")):
        assert values_in_common(Home(home), bindings) == [frozenset()]


def test_an_interrupt_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C while everybody works ends every process and frees every port."""
    folder, watch = tmp_path / "network", tmp_path / "watch"
    process = play(SCENARIO, folder, watch)
    log = folder / "logs" / "citizens.log"
    deadline = time.monotonic() + SCENARIO_SECONDS
    while not log.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, output
    require_gone(folder)
