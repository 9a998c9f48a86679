"""Which process holds a lock file. A process is known by its lock, never by a number in a file."""

import fcntl
import os
from pathlib import Path


def living_holder(lock: Path) -> int | None:
    """Return the id of the living process that holds a lock, or None."""
    process_id = written_id(lock)
    if process_id is None or not _is_alive(process_id):
        # The lock is not even touched: a process may be starting and take hold of it right now.
        return None
    return process_id if _is_locked(lock) else None


def written_id(lock: Path) -> int | None:
    """Return the process id that the last holder wrote into a lock."""
    try:
        return int(lock.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _is_locked(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
