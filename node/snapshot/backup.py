"""A snapshot in one file: the backup of a node, without keys and without votes.

    MAGIC, then frames of kind u8, length u32 and data: the manifest (0), the rows of each part (its
    number) in order, and in the end (255) the SHA-256 of everything before

Its votes are left out on purpose. A validator that took up old votes could sign again what it has
signed since; without any it stays silent until the chain is past everything it can have signed
(`node.voting_past`).
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ledger.refusal import Refused
from node.errors import NodeFailure
from node.files import PRIVATE_FILE
from node.network.messages import ROW_SIZE_MAX
from node.snapshot.rows import Manifest, Part, decode_manifest, encode_manifest
from node.snapshot.source import SnapshotSource
from node.snapshot.transfer import pieces_of

MAGIC = b"qc backup 1\n"

_MANIFEST = 0
_END = 255
_HEAD = 5


class BackupDamaged(NodeFailure):
    """A backup cannot be restored."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"the backup {path} cannot be restored: {problem}",
            "Use an older backup, or none: an empty node fetches the chain from its peers.",
        )
        self.path = path
        self.problem = problem


def write_backup(source: SnapshotSource, path: Path, go_on: Callable[[], None]) -> Manifest:
    """Write a new file that is whole and durable once it has its name; raise OSError.

    `go_on` is called between pieces, and may raise to break off.
    """
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(source, file, go_on)
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)  # unlike a rename it refuses to replace what is there
    finally:
        scratch.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return source.manifest


def _write(source: SnapshotSource, file: BinaryIO, go_on: Callable[[], None]) -> None:
    digest = hashlib.sha256()

    def put(data: bytes) -> None:
        digest.update(data)
        file.write(data)

    put(MAGIC)
    put(_frame(_MANIFEST, encode_manifest(source.manifest)))
    for part in Part:
        for piece in pieces_of(source, part):
            go_on()
            for row in piece.rows:
                put(_frame(part, row))
    file.write(_frame(_END, digest.digest()))


class BackupReader:
    """Reads a backup from its beginning to its end; raises BackupDamaged."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._digest = hashlib.sha256()
        if self._read(len(MAGIC)) != MAGIC:
            raise BackupDamaged(path, "it is no backup of this version")
        kind, data = self._frame()
        if kind != _MANIFEST:
            raise BackupDamaged(path, "it does not begin with its manifest")
        try:
            self.manifest = decode_manifest(data)
        except Refused as refused:
            raise BackupDamaged(path, str(refused)) from refused

    def rows(self) -> Iterator[tuple[Part, bytes]]:
        """Yield all rows with their parts, in order; the end is right once they are exhausted."""
        last = Part.HEADERS
        while True:
            before = self._digest.digest()
            kind, data = self._frame()
            if kind == _END:
                self._require_end(before, data)
                return
            if kind not in set(Part) or kind < last:
                raise BackupDamaged(self._path, "a part stands where it does not belong")
            last = Part(kind)
            yield last, data

    def _require_end(self, digest: bytes, named: bytes) -> None:
        if named != digest:
            raise BackupDamaged(self._path, "its bytes are not those that were written")
        if self._file.read(1):
            raise BackupDamaged(self._path, "something follows its end")

    def _frame(self) -> tuple[int, bytes]:
        head = self._read(_HEAD)
        size = int.from_bytes(head[1:], "big")
        if size > ROW_SIZE_MAX:
            raise BackupDamaged(self._path, "a row is too long")
        return head[0], self._read(size)

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise BackupDamaged(self._path, "it is cut short")
        self._digest.update(data)
        return data


def _frame(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(_HEAD - 1, "big") + data
