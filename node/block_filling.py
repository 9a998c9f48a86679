"""Which transactions may stand together in one block. Builder and checker ask the same object."""

from collections import Counter

from ledger.refusal import Code, Refusal
from ledger.transaction import Transaction
from node.door import Door
from node.mempool import BlockLimits, Charge


class BlockFilling:
    """The transactions of one block, one after another, without their signatures."""

    def __init__(self, door: Door, limits: BlockLimits, time_ms: int) -> None:
        self._door = door
        self._limits = limits
        self._time_ms = time_ms
        self._ids: set[bytes] = set()
        self._counts: Counter[Charge] = Counter()

    def refuse(self, transaction: Transaction) -> Refusal | None:
        """Count a transaction in and return None, or say why it may not follow the ones before it.

        Besides the door's refusals: the same id twice (E005), one organisation too often (E017).
        """
        refusal = self._door.refuse(transaction, self._time_ms)
        if refusal is not None:
            return refusal
        if transaction.tx_id in self._ids:
            return Refusal(Code.DUPLICATE, "tx_id")
        charge = self._door.charge_of(transaction)
        if self._counts[charge] >= self._limits.of_organisation(charge):
            return Refusal(Code.QUOTA, "signers[0]")
        self._ids.add(transaction.tx_id)
        self._counts[charge] += 1
        return None
