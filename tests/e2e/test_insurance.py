"""The insurance scenario from outside: three holders are asked, and nobody's identity travels."""

from pathlib import Path

import pytest

from apps.insurance.cast import Role
from apps.insurance.story import EVERYBODY, GUARDIAN, SCENARIO
from apps.stage.archive import RECORDS_FILE
from apps.stage.cast import Office
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

HOLDERS = (Role.MEDICAL, Role.HEALTH, Role.TAX)


def test_claims_are_paid_and_a_dispute_is_decided_by_opening(tmp_path: Path) -> None:
    """The scenario succeeds, in Chinese: carried data, a guardian, an opening, money, evidence.

    No process opens two parties' keys or another holder's rows; identity numbers stand in the files
    of the holders and of the identity authority alone, in no store or log of any node.
    """
    folder, watch = tmp_path / "network", tmp_path / "watch"
    process = play_with_canaries(SCENARIO, tmp_path, "zh_CN.UTF-8")
    output, _ = process.communicate(timeout=SCENARIO_SECONDS)
    assert process.returncode == 0, output
    assert "四次理赔" in output
    assert "分毫不差" in output
    opened = opened_files(watch)
    require_keys_apart(SCENARIO, folder, opened)
    for holder in HOLDERS:
        require_rows_at_home(SCENARIO, folder, opened, holder)
    require_gone(folder)
    require_no_canary(tmp_path)
    numbers = [GUARDIAN.encode(), *(person.identity.encode() for person in EVERYBODY)]
    holding = {
        path
        for path in folder.rglob("*")
        if path.is_file() and any(number in path.read_bytes() for number in numbers)
    }
    homes = [folder / SCENARIO.cast.party_folder(role) for role in HOLDERS]
    authority = folder / SCENARIO.cast.party_folder(Office.IDENTITY)
    allowed = {home / RECORDS_FILE for home in homes}
    allowed |= {authority / "residents.json", authority / "bindings.json"}
    assert holding == allowed
