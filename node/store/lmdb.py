"""LMDB, the second engine, for interpreters without a package of LevelDB.

A commit replaces pages by copies and then the root, so a batch is whole or absent after a crash.
Memory is never mapped for writing: a stray pointer must not reach the file. LMDB lets several
processes open one folder; a lock file forbids what LevelDB forbids by itself.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import lmdb

from node.store.engine import KEY_SIZE_MAX, Batch, prefix_end
from node.store.errors import StoreDamaged, StoreLocked, StoreNotWritten

MAP_BYTES_MAX = 1 << 40
"""Address space set aside; the file itself grows with its contents."""
READERS_MAX = 512
LOCK_FILE = "quancheng.lock"


class LMDBSnapshot:
    """One read transaction."""

    def __init__(self, transaction: "lmdb.Transaction[bytes]") -> None:
        self._transaction = transaction

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None."""
        try:
            return self._transaction.get(key)
        except lmdb.Error as error:
            raise StoreDamaged(f"key {key.hex()}", f"cannot be read: {error}") from error

    def scan(
        self, prefix: bytes, *, start: bytes | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the entries with a prefix in key order, or backwards."""
        try:
            with self._transaction.cursor() as cursor:
                if not _place(cursor, prefix, start, reverse=reverse):
                    return
                for key, value in cursor.iterprev() if reverse else cursor.iternext():
                    if not key.startswith(prefix):
                        return
                    yield key, value
        except lmdb.Error as error:
            raise StoreDamaged(f"prefix {prefix.hex()}", f"cannot be read: {error}") from error

    def close(self) -> None:
        """End the read transaction, so that its pages can be used again."""
        self._transaction.abort()


class LMDBEngine:
    """One open LMDB folder, made when it is missing."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path)
        try:
            self._environment = lmdb.open(
                str(path), map_size=MAP_BYTES_MAX, max_readers=READERS_MAX, writemap=False
            )
        except lmdb.DiskError as error:
            os.close(self._lock)
            raise StoreNotWritten(str(error)) from error
        except lmdb.Error as error:
            os.close(self._lock)
            raise StoreDamaged(str(path), f"cannot be opened: {error}") from error

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None. About 2 µs from memory."""
        with self._environment.begin() as transaction:
            return LMDBSnapshot(transaction).get(key)

    def scan(
        self, prefix: bytes, *, start: bytes | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the entries with a prefix in key order, or backwards."""
        with self._environment.begin() as transaction:
            yield from LMDBSnapshot(transaction).scan(prefix, start=start, reverse=reverse)

    def write_batch(self, batch: Batch, *, sync: bool) -> None:
        """Apply a batch in one transaction; LMDB syncs each, also those that need not be."""
        try:
            with self._environment.begin(write=True) as transaction:
                for key, value in batch.items():
                    assert 0 < len(key) <= KEY_SIZE_MAX
                    if value is None:
                        transaction.delete(key)
                    else:
                        transaction.put(key, value)
            if sync:
                self._environment.sync()
        except lmdb.Error as error:
            raise StoreNotWritten(str(error)) from error

    def snapshot(self) -> LMDBSnapshot:
        """Return the present state, unmoved by later batches."""
        return LMDBSnapshot(self._environment.begin())

    def close(self) -> None:
        """Release the files and the lock."""
        self._environment.close()
        os.close(self._lock)


def _place(
    cursor: "lmdb.Cursor[bytes]", prefix: bytes, start: bytes | None, *, reverse: bool
) -> bool:
    """Put the cursor on the first entry of a scan; say whether there can be one."""
    if not reverse:
        return cursor.set_range(prefix if start is None else max(prefix, start))
    end = prefix_end(prefix)
    if start is not None and (end is None or start < end):
        found = cursor.set_range(start)
        return (found and cursor.key() == start) or (cursor.prev() if found else cursor.last())
    found = end is not None and cursor.set_range(end)
    return cursor.prev() if found else cursor.last()


def _locked(path: Path) -> int:
    descriptor = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise StoreLocked(path) from error
    return descriptor
