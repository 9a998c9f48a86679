"""LevelDB through plyvel.

Everything is opened with paranoid checks: LevelDB then refuses a damaged log instead of dropping
its tail silently. plyvel releases the interpreter lock around reads, writes and syncs. Its `close`
does not wait for threads that are inside a call; whoever closes has stopped them before.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plyvel

from node.store.engine import KEY_SIZE_MAX, Batch, prefix_end
from node.store.errors import StoreDamaged, StoreLocked, StoreNotWritten

BLOCK_CACHE_BYTES = 64 * 1024 * 1024
WRITE_BUFFER_BYTES = 16 * 1024 * 1024
OPEN_FILES_MAX = 500
BLOOM_FILTER_BITS = 10


class LevelDBSnapshot:
    """A snapshot of the database, or the live database itself."""

    def __init__(self, reader: Any) -> None:  # noqa: ANN401 - plyvel carries no types
        self._reader = reader

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None. About 3 µs from the cache."""
        try:
            value: bytes | None = self._reader.get(key)
        except plyvel.CorruptionError as error:
            raise StoreDamaged(f"key {key.hex()}", f"cannot be read: {error}") from error
        return value

    def scan(
        self, prefix: bytes, *, start: bytes | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the entries with a prefix in key order, or backwards."""
        entries = self._backward(prefix, start) if reverse else self._forward(prefix, start)
        try:
            for key, value in entries:
                if not key.startswith(prefix):
                    return
                yield key, value
        except plyvel.CorruptionError as error:
            raise StoreDamaged(f"prefix {prefix.hex()}", f"cannot be read: {error}") from error
        finally:
            entries.close()

    def _forward(self, prefix: bytes, start: bytes | None) -> Any:  # noqa: ANN401 - as above
        return self._reader.iterator(start=prefix if start is None else max(prefix, start))

    def _backward(self, prefix: bytes, start: bytes | None) -> Any:  # noqa: ANN401 - as above
        # No lower bound: plyvel 1.5.1 leaves out the entry at the bound when it iterates backwards.
        end = prefix_end(prefix)
        if start is not None and (end is None or start < end):
            return self._reader.iterator(stop=start, include_stop=True, reverse=True)
        return self._reader.iterator(stop=end, include_stop=False, reverse=True)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._reader.close()


class LevelDBEngine(LevelDBSnapshot):
    """One open LevelDB folder, made when it is missing."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        try:
            database = plyvel.DB(
                str(path),
                create_if_missing=True,
                paranoid_checks=True,
                lru_cache_size=BLOCK_CACHE_BYTES,
                write_buffer_size=WRITE_BUFFER_BYTES,
                max_open_files=OPEN_FILES_MAX,
                bloom_filter_bits=BLOOM_FILTER_BITS,
                compression=None,  # trying costs 60 µs a transaction, saves 15 %
            )
        except plyvel.CorruptionError as error:
            raise StoreDamaged(str(path), f"cannot be opened: {error}") from error
        except plyvel.IOError as error:
            if "lock" in str(error).lower():
                raise StoreLocked(path) from error
            if os.strerror(errno.ENOSPC) in str(error):
                raise StoreNotWritten(str(error)) from error
            raise StoreDamaged(str(path), f"cannot be opened: {error}") from error
        super().__init__(database)

    def write_batch(self, batch: Batch, *, sync: bool) -> None:
        """Apply a batch atomically: LevelDB writes it as one checksummed record of its log."""
        try:
            with self._reader.write_batch(sync=sync) as writer:
                for key, value in batch.items():
                    assert 0 < len(key) <= KEY_SIZE_MAX
                    if value is None:
                        writer.delete(key)
                    else:
                        writer.put(key, value)
        except plyvel.Error as error:
            raise StoreNotWritten(str(error)) from error

    def snapshot(self) -> LevelDBSnapshot:
        """Return the present state, unmoved by later batches."""
        return LevelDBSnapshot(self._reader.snapshot())
