"""The reserve of free space: kept at a start and while running."""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from node import disk_guard
from node.disk_guard import require_space, watch_space
from node.errors import DiskFull

MIB = 1024 * 1024


class Disk:
    """A disk whose free space a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = 0
        self.asked: list[Path] = []
        monkeypatch.setattr(shutil, "disk_usage", self._usage)

    def _usage(self, folder: Path) -> SimpleNamespace:
        self.asked.append(folder)
        return SimpleNamespace(free=self.free, total=self.free, used=0)


def test_the_reserve_itself_is_enough_and_a_byte_less_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    disk.free = MIB
    require_space(tmp_path, MIB)
    disk.free = MIB - 1
    with pytest.raises(DiskFull, match=r"0 MiB are free.*reserve is 1 MiB"):
        require_space(tmp_path, MIB)


def test_a_folder_that_is_yet_to_be_made_is_judged_by_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    require_space(tmp_path / "home" / "data", 0)
    assert disk.asked == [tmp_path]


async def test_a_disk_that_fills_up_ends_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    monkeypatch.setattr(disk_guard, "INTERVAL_S", 0.0)
    disk.free = MIB
    watch = asyncio.create_task(watch_space(tmp_path, MIB))
    await asyncio.sleep(0.01)
    assert not watch.done()
    disk.free = 0
    with pytest.raises(DiskFull):
        await asyncio.wait_for(watch, 1)
