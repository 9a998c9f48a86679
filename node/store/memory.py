"""The model engine: immutable states that replace one another. For the simulator and for tests.

Cost: get O(1); a batch copies and sorts everything, so this is no engine for large stores.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from node.store.engine import KEY_SIZE_MAX, Batch, prefix_end


class MemorySnapshot:
    """One state of the model engine; never changed."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self._values = values
        self._keys = sorted(values)

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None."""
        return self._values.get(key)

    def scan(
        self, prefix: bytes, *, start: bytes | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the entries with a prefix in key order, or backwards."""
        end = prefix_end(prefix)
        low = bisect_left(self._keys, prefix)
        high = len(self._keys) if end is None else bisect_left(self._keys, end)
        if start is not None and reverse:
            high = min(high, bisect_right(self._keys, start))
        elif start is not None:
            low = max(low, bisect_left(self._keys, start))
        keys = self._keys[low:high]
        for key in reversed(keys) if reverse else keys:
            yield key, self._values[key]

    def changed_by(self, batch: Batch) -> "MemorySnapshot":
        """Return the state after a batch."""
        assert all(0 < len(key) <= KEY_SIZE_MAX for key in batch)
        merged = {**self._values, **batch}
        return MemorySnapshot({k: value for k, value in merged.items() if value is not None})

    def close(self) -> None:
        """Let go of the snapshot."""


class MemoryEngine:
    """A store whose disk lives as long as the process. `crash` forgets what was not synced."""

    def __init__(self) -> None:
        self._current = MemorySnapshot({})
        self._durable = self._current

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None."""
        return self._current.get(key)

    def scan(
        self, prefix: bytes, *, start: bytes | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the entries with a prefix in key order, or backwards."""
        return self._current.scan(prefix, start=start, reverse=reverse)

    def write_batch(self, batch: Batch, *, sync: bool) -> None:
        """Apply a batch by replacing the state, so that whoever reads the old one keeps it."""
        self._current = self._current.changed_by(batch)
        if sync:
            self._durable = self._current

    def snapshot(self) -> MemorySnapshot:
        """Return the present state."""
        return self._current

    def crash(self) -> None:
        """Lose every batch after the last synced one, as a power cut may."""
        self._current = self._durable

    def close(self) -> None:
        """Keep the contents: a simulated process that starts again opens the same engine."""
