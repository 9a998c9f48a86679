"""Stops a node before its disk is full: with room left, whatever is under way is written whole.

A disk that is full all the same is met where it is written: the vote store and the store end the
process at the first write or sync that fails, and nothing is sent that is not on the disk.
"""

import asyncio
import shutil
from pathlib import Path

from node.errors import DiskFull

INTERVAL_S = 1.0


def require_space(folder: Path, reserve_bytes: int) -> None:
    """Raise DiskFull where less than the reserve is free under a folder, or its nearest parent."""
    while not folder.exists():
        folder = folder.parent
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < reserve_bytes:
        raise DiskFull(folder, free_bytes, reserve_bytes)


async def watch_space(folder: Path, reserve_bytes: int) -> None:
    """Look every second; ends only with DiskFull."""
    while True:
        require_space(folder, reserve_bytes)
        await asyncio.sleep(INTERVAL_S)
