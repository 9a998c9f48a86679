"""The replay window: which tx_ids already stand in a block and could still be brought in again.

A transaction can only stand in blocks before its `valid_until_ms`, so its id matters until block
time reaches that moment, whatever the length of the window parameter is or becomes. The window is
therefore a function of the bodies of young blocks alone, and it is rebuilt from them at start.
"""

from collections.abc import Iterable

from ledger.transaction import Transaction

_BUCKET_MS = 10_000


class ReplayWindow:
    """Ids by the time at which they stop to matter. About 100 bytes an id; asking costs under 1 µs.

    Its size is bounded by what the chain can carry within the window: block size over block
    interval, times the window.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, set[bytes]] = {}

    def add(self, transactions: Iterable[Transaction]) -> None:
        """Note the transactions of a block."""
        for transaction in transactions:
            bucket = transaction.unsigned.valid_until_ms // _BUCKET_MS
            self._buckets.setdefault(bucket, set()).add(transaction.tx_id)

    def __contains__(self, transaction: Transaction) -> bool:
        """Say whether a transaction with the same id stands in a block that is young enough."""
        bucket = transaction.unsigned.valid_until_ms // _BUCKET_MS
        return transaction.tx_id in self._buckets.get(bucket, ())

    def __len__(self) -> int:
        """Return how many ids are remembered."""
        return sum(len(ids) for ids in self._buckets.values())

    def forget(self, time_ms: int) -> None:
        """Forget the ids that no block later than `time_ms` can hold; up to a bucket too few."""
        for bucket in [key for key in self._buckets if (key + 1) * _BUCKET_MS <= time_ms]:
            del self._buckets[bucket]
