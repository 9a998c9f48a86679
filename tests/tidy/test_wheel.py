"""What is installed is the rooms, whole, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.tidy.sources import ROOMS, ROOT


def test_the_wheel_holds_the_rooms_and_nothing_else(tmp_path: Path) -> None:
    """The built wheel has every module and data file of the rooms, and no test or script."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)
    modules = {
        path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")
    }
    assert modules <= names
    assert "apps/stage/data/german_credit.csv" in names
