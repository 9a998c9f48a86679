"""The mempool: transactions that were let in at the door and wait for a block.

Two lanes, protective transactions first, each with bounds of its own, so that ordinary load cannot
keep a revocation out. Within a lane every organisation has a queue in order of arrival, and queues
take turns, so that one busy organisation delays itself alone. Everything here is in memory and in
one thread; gossip and proposals know a transaction by its tx_hash alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.refusal import Code, Refusal
from ledger.transaction import Transaction

_EXPIRY_BUCKET_MS = 1_000


@dataclass(frozen=True, slots=True)
class MempoolLimits:
    """The bounds of the mempool. Those of one organisation hold in each lane separately."""

    transactions_max: int = 20_000
    bytes_max: int = 64 * 1024 * 1024
    per_organisation_max: int = 5_000
    protective_max: int = 2_000
    protective_bytes_max: int = 16 * 1024 * 1024
    protective_per_organisation_max: int = 500


@dataclass(frozen=True, slots=True)
class Charge:
    """Which organisation (32-byte id) a transaction counts for, and in which lane.

    What persons sign counts apart from what the organisation they deal with signs itself.
    """

    organisation: bytes
    is_protective: bool
    is_by_person: bool = False


@dataclass(frozen=True, slots=True)
class BlockLimits:
    """What fits into one block, from the parameters in force."""

    transactions: int
    size_bytes: int
    per_organisation: int
    protective_per_organisation: int

    def of_organisation(self, charge: Charge) -> int:
        """Return how many transactions charged like this one fit."""
        return self.protective_per_organisation if charge.is_protective else self.per_organisation


@dataclass(frozen=True, slots=True)
class MempoolStats:
    """What the mempool holds now."""

    transactions: int
    size_bytes: int
    protective: int
    organisations: int


@dataclass(frozen=True, slots=True)
class _Entry:
    transaction: Transaction
    charge: Charge


class Mempool:
    """Transactions by tx_hash. `charge_of` says whom one counts for (`Chain.charge_of`)."""

    def __init__(
        self, charge_of: Callable[[Transaction], Charge], limits: MempoolLimits | None = None
    ) -> None:
        self.limits = limits or MempoolLimits()
        self._charge_of = charge_of
        self._entries: dict[bytes, _Entry] = {}
        self._expiry: dict[int, dict[bytes, None]] = {}
        bounds = self.limits
        self._ordinary = _Lane(
            bounds.transactions_max, bounds.bytes_max, bounds.per_organisation_max
        )
        self._protective = _Lane(
            bounds.protective_max,
            bounds.protective_bytes_max,
            bounds.protective_per_organisation_max,
        )

    def add(self, transactions: Sequence[Transaction]) -> list[Refusal | None]:
        """Take in verified transactions; return for each a refusal (E005, E017, E020) or None."""
        return [self._add(transaction) for transaction in transactions]

    def take(self, limits: BlockLimits) -> list[Transaction]:
        """Return what should stand in the next block in its order: protective first, then by turns.

        Nothing is removed; a block that comes to nothing leaves the mempool as it was.
        """
        taken: list[Transaction] = []
        room = limits.size_bytes
        for lane, cap in (
            (self._protective, limits.protective_per_organisation),
            (self._ordinary, limits.per_organisation),
        ):
            for transaction in lane.in_turns(cap):
                if len(taken) >= limits.transactions:
                    return taken
                if len(transaction.data) <= room:
                    taken.append(transaction)
                    room -= len(transaction.data)
        return taken

    def get(self, tx_hash: bytes) -> Transaction | None:
        """Return a waiting transaction, or None."""
        entry = self._entries.get(tx_hash)
        return None if entry is None else entry.transaction

    def __contains__(self, tx_hash: bytes) -> bool:
        """Say whether a transaction waits."""
        return tx_hash in self._entries

    def __len__(self) -> int:
        """Return how many transactions wait."""
        return len(self._entries)

    def hashes(self) -> list[bytes]:
        """Return the tx_hashes of all that waits, oldest first, to offer it to a new peer."""
        return list(self._entries)

    def remove(self, tx_hashes: Iterable[bytes]) -> None:
        """Forget what was committed, or refused when a block was built. Unknown ones are fine."""
        for tx_hash in tx_hashes:
            entry = self._entries.pop(tx_hash, None)
            if entry is None:
                continue
            self._lane(entry.charge).remove(entry)
            bucket = entry.transaction.unsigned.valid_until_ms // _EXPIRY_BUCKET_MS
            del self._expiry[bucket][tx_hash]
            if not self._expiry[bucket]:
                del self._expiry[bucket]

    def expire(self, time_ms: int) -> list[bytes]:
        """Forget what cannot enter a block later than `time_ms`; return the tx_hashes."""
        expired = [
            tx_hash
            for bucket in [key for key in self._expiry if key <= time_ms // _EXPIRY_BUCKET_MS]
            for tx_hash in self._expiry[bucket]
            if self._entries[tx_hash].transaction.unsigned.valid_until_ms <= time_ms
        ]
        self.remove(expired)
        return expired

    def stats(self) -> MempoolStats:
        """Return how full the mempool is."""
        lanes = (self._ordinary, self._protective)
        organisations = {charge.organisation for lane in lanes for charge in lane.queues}
        return MempoolStats(
            transactions=len(self._entries),
            size_bytes=sum(lane.size_bytes for lane in lanes),
            protective=self._protective.count,
            organisations=len(organisations),
        )

    def _add(self, transaction: Transaction) -> Refusal | None:
        if transaction.tx_hash in self._entries:
            return Refusal(Code.DUPLICATE, "tx_hash")
        entry = _Entry(transaction, self._charge_of(transaction))
        refusal = self._lane(entry.charge).add(entry)
        if refusal is not None:
            return refusal
        self._entries[transaction.tx_hash] = entry
        bucket = transaction.unsigned.valid_until_ms // _EXPIRY_BUCKET_MS
        self._expiry.setdefault(bucket, {})[transaction.tx_hash] = None
        return None

    def _lane(self, charge: Charge) -> "_Lane":
        return self._protective if charge.is_protective else self._ordinary


class _Lane:
    """Queues by organisation, under the bounds of one lane. A queue that was served goes last."""

    def __init__(self, count_max: int, bytes_max: int, per_organisation_max: int) -> None:
        self.count = 0
        self.size_bytes = 0
        self.queues: dict[Charge, dict[bytes, Transaction]] = {}
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._per_organisation_max = per_organisation_max

    def add(self, entry: _Entry) -> Refusal | None:
        transaction = entry.transaction
        queue = self.queues.get(entry.charge, {})
        if len(queue) >= self._per_organisation_max:
            return Refusal(Code.QUOTA, "mempool.organisation")
        if self.count >= self._count_max:
            return Refusal(Code.OVERLOADED, "mempool.transactions")
        if self.size_bytes + len(transaction.data) > self._bytes_max:
            return Refusal(Code.OVERLOADED, "mempool.bytes")
        queue[transaction.tx_hash] = transaction
        self.queues[entry.charge] = queue
        self.count += 1
        self.size_bytes += len(transaction.data)
        return None

    def remove(self, entry: _Entry) -> None:
        queue = self.queues.pop(entry.charge)
        transaction = queue.pop(entry.transaction.tx_hash)
        if queue:
            self.queues[entry.charge] = queue
        self.count -= 1
        self.size_bytes -= len(transaction.data)

    def in_turns(self, cap: int) -> Iterator[Transaction]:
        """Yield one transaction of each organisation after another, at most `cap` of each."""
        waiting = [iter(queue.values()) for queue in self.queues.values()]
        for _ in range(cap):
            served = [(queue, next(queue, None)) for queue in waiting]
            waiting = [queue for queue, transaction in served if transaction is not None]
            yield from (transaction for _, transaction in served if transaction is not None)
            if not waiting:
                return
