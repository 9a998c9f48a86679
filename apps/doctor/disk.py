"""How full the disk is, and for how many days it lasts at the chain's present speed."""

import shutil
from pathlib import Path

from apps.doctor.findings import Finding, Verdict
from node.inspection import Growth

HOUR_MS = 3_600_000
"""A chain's speed over less time than this says nothing about a day."""
DAY_MS = 24 * HOUR_MS
DAYS_BAD = 3
DAYS_WARNING = 30
FREE_BYTES_BAD = 256 * 1024 * 1024
"""Less is used up by one burst of full blocks and a compaction."""
DAYS_SHOWN_MAX = 9_999
_GIB = 1024**3


def disk_finding(folder: Path, height: int, growth: Growth) -> Finding:
    """Judge the disk under a data folder that holds a chain of some height."""
    disk = shutil.disk_usage(folder)
    per_day = bytes_per_day(folder_size(folder), height, growth)
    days = DAYS_SHOWN_MAX if per_day == 0 else min(DAYS_SHOWN_MAX, disk.free // per_day)
    facts = {
        "free": f"{disk.free / _GIB:.1f}",
        "size": f"{disk.total / _GIB:.1f}",
        "per_day": f"{per_day / 1024**2:.1f}",
        "days": days,
    }
    if disk.free < FREE_BYTES_BAD or days < DAYS_BAD:
        return Finding("disk", "full", Verdict.BAD, facts)
    if days < DAYS_WARNING:
        return Finding("disk", "filling", Verdict.WARNING, facts)
    outcome = "good" if per_day else "young"
    return Finding("disk", outcome, Verdict.GOOD, facts)


def bytes_per_day(size: int, height: int, growth: Growth) -> int:
    """Return how much a store of so many bytes and blocks grows; 0 where that cannot be said."""
    if height == 0 or growth.milliseconds < HOUR_MS:
        return 0
    return size * growth.blocks * DAY_MS // (height * growth.milliseconds)


def folder_size(folder: Path) -> int:
    """Return the bytes of all files below a folder; those that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
