"""The few operations on files that durability rests on, small enough for a simulator to play them.

A written byte may be lost in a power cut until the file is synced, a new file until its folder is.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_sync = getattr(os, "fdatasync", os.fsync)


class AppendFile(Protocol):
    """A file open for appending. All calls block and raise OSError."""

    def append(self, data: bytes) -> None:
        """Write at the end; not durable yet."""

    def sync(self) -> None:
        """Make everything that was appended durable."""

    def close(self) -> None:
        """Let go of the file."""


class Directory(Protocol):
    """A folder of small files. All calls block and raise OSError."""

    def names(self) -> Sequence[str]:
        """Return the names of the files, in ascending order."""

    def read(self, name: str) -> bytes:
        """Return the content of a file."""

    def create(self, name: str) -> AppendFile:
        """Make a new file; its name is durable on return."""

    def open(self, name: str, size: int) -> AppendFile:
        """Open a file after cutting it to `size` bytes, which is durable on return."""

    def remove(self, name: str) -> None:
        """Delete a file."""


class SystemFile:
    """An `AppendFile` of the operating system."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def append(self, data: bytes) -> None:
        """Write all of it."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def sync(self) -> None:
        """Flush data and size."""
        _sync(self._descriptor)

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._descriptor)


class SystemDirectory:
    """A `Directory` of the operating system, made if it is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def names(self) -> Sequence[str]:
        """Return the names of the files, in ascending order."""
        return sorted(item.name for item in self._path.iterdir())

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return (self._path / name).read_bytes()

    def create(self, name: str) -> SystemFile:
        """Make a new file that only this user reads."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        descriptor = os.open(self._path / name, flags, PRIVATE_FILE)
        sync_folder(self._path)
        return SystemFile(descriptor)

    def open(self, name: str, size: int) -> SystemFile:
        """Cut a file and open it."""
        descriptor = os.open(self._path / name, os.O_WRONLY | os.O_APPEND)
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
        return SystemFile(descriptor)

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self._path / name).unlink()
        sync_folder(self._path)


def sync_folder(path: Path) -> None:
    """Make durable which names a folder has."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
