"""What the node asks of a key-value engine: ordered keys, atomic synced batches, stable snapshots.

Every engine passes the one suite of `tests/unit/node/test_store_engines.py`, so that they can be
exchanged. Keys and values are bytes; keys are ordered as unsigned bytes.
"""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

KEY_SIZE_MAX = 511
"""The least limit among the engines (LMDB's)."""

Batch: TypeAlias = dict[bytes, bytes | None]
"""What one atomic write changes, in the order of writing: key and new value, None to delete."""


class Reader(Protocol):
    """Reading of one state of the store."""

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None."""

    def scan(
        self, prefix: bytes, *, start: bytes | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the entries whose key has a prefix, in key order, or backwards.

        A start is a whole key: the first key yielded is the least one not below it, backwards the
        greatest one not above it. An iterator belongs to one thread and sees one state throughout.
        """


class Snapshot(Reader, Protocol):
    """The store as it was when the snapshot was taken, for one thread.

    Hold it briefly: it keeps pages alive that would be freed.
    """

    def close(self) -> None:
        """Let go of the snapshot; closing twice is harmless."""


class KeyValueEngine(Reader, Protocol):
    """One open store. Any thread may read at any time; one thread writes."""

    def write_batch(self, batch: Batch, *, sync: bool) -> None:
        """Apply a batch atomically; with sync it is durable on return. Raise StoreNotWritten."""

    def snapshot(self) -> Snapshot:
        """Return the present state, unmoved by later batches."""

    def close(self) -> None:
        """Release files and locks. Callers have stopped all threads that use the engine."""


def prefix_end(prefix: bytes) -> bytes | None:
    """Return the least key above every key with a prefix, or None where there is none."""
    stripped = prefix.rstrip(b"\xff")
    if not stripped:
        return None
    return stripped[:-1] + bytes([stripped[-1] + 1])
