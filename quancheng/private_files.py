"""Files that only their owner may read: written whole or not at all, and durably."""

import os
import secrets
from pathlib import Path

PRIVATE_FILE_MODE = 0o600
PRIVATE_FOLDER_MODE = 0o700


def make_private_folder(folder: Path) -> None:
    """Make a folder and its missing parents for their owner alone; existing ones stay as is."""
    if folder.is_dir():
        return
    make_private_folder(folder.parent)
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)


def create_private_file(path: Path, data: bytes) -> None:
    """Write a new file; raise FileExistsError, changing nothing, where one stands already."""
    scratch = _written_scratch(path, data)
    try:
        # A link, unlike a rename, refuses to replace what is there.
        os.link(scratch, path)
    finally:
        scratch.unlink()
    _sync_folder(path.parent)


def replace_private_file(path: Path, data: bytes) -> None:
    """Write a file in place of an older one; a crash leaves either the old or the new one."""
    _written_scratch(path, data).replace(path)
    _sync_folder(path.parent)


def _written_scratch(path: Path, data: bytes) -> Path:
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return scratch


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
