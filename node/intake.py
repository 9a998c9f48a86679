"""How a transaction comes into the mempool, from applications and from peers alike.

Bytes are decoded, judged at the door, verified in chunks on worker threads, and taken in; the cheap
refusals come first, so that a stranger cannot make a node verify signatures. From the moment they
arrive their bytes can be found by hash, so that a proposal that overtakes its transactions has
nothing to fetch.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.refusal import Code, Refusal, Refused
from ledger.transaction import Transaction, decode_transaction, transaction_hash
from node.chain import Chain
from node.clock import Clock
from node.mempool import Mempool
from node.verification import SignatureVerifier

SLICE = 100
"""Transactions that are decoded and judged before the event loop gets its turn: about 5 ms."""
UNDER_WAY_MAX = 20_000
"""Transactions that may be on their way in at once; what comes on top is refused with E020."""

Accepted = Callable[[Sequence[Transaction], bytes | None], None]
"""Called with what was taken in, and the node id of the peer that it came from."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A transaction that passed the door, and its position in the call."""

    position: int
    transaction: Transaction


class Intake:
    """The way in. `add` may be called by many tasks at once."""

    def __init__(
        self, chain: Chain, mempool: Mempool, verifier: SignatureVerifier, clock: Clock
    ) -> None:
        self._chain = chain
        self._mempool = mempool
        self._verifier = verifier
        self._clock = clock
        self._accepted: list[Accepted] = []
        self._arriving: dict[bytes, bytes] = {}
        self._under_way = 0

    def listen(self, accepted: Accepted) -> None:
        """Add a listener to what is taken in."""
        self._accepted.append(accepted)

    def find(self, tx_hash: bytes) -> bytes | None:
        """Return the bytes of a transaction that is on its way in or waits."""
        waiting = self._mempool.get(tx_hash)
        return self._arriving.get(tx_hash) if waiting is None else waiting.data

    def announce(self, items: Sequence[bytes]) -> list[bytes]:
        """Note bytes that have arrived and will be added; return those not known yet."""
        fresh = []
        for data in items:
            tx_hash = transaction_hash(data)
            if tx_hash not in self._arriving and tx_hash not in self._mempool:
                self._arriving[tx_hash] = data
                fresh.append(data)
        return fresh

    def drop(self, items: Sequence[bytes]) -> None:
        """Forget bytes that were announced and will not be added."""
        for data in items:
            self._arriving.pop(transaction_hash(data), None)

    async def add(self, items: Sequence[bytes], source: bytes | None) -> tuple[Refusal | None, ...]:
        """Take in transactions; answer for each with its refusal, None where it waits now.

        What waits already is answered like what came first. About 50 µs each on worker threads and
        40 µs on the event loop.
        """
        if self._under_way + len(items) > UNDER_WAY_MAX:
            self.drop(items)
            return (Refusal(Code.OVERLOADED, "intake"),) * len(items)
        self._under_way += len(items)
        answers: list[Refusal | None] = [None] * len(items)
        try:
            for start in range(0, len(items), SLICE):
                positions = range(start, min(start + SLICE, len(items)))
                await self._take_in(self._judge(items, positions, answers), answers, source)
                await asyncio.sleep(0)
        finally:
            self._under_way -= len(items)
            self.drop(items)
        return tuple(answers)

    def _judge(
        self, items: Sequence[bytes], positions: range, answers: list[Refusal | None]
    ) -> list[_Entry]:
        """Return what passed the door and does not wait yet; note the refusals of the rest."""
        door = self._chain.door
        time_ms = max(self._clock.wall_ms(), self._chain.tip.time_ms + 1)
        passed: list[_Entry] = []
        for position in positions:
            data = items[position]
            if transaction_hash(data) in self._mempool:
                continue
            try:
                transaction = decode_transaction(data)
            except Refused as refused:
                answers[position] = refused.refusal
                continue
            answers[position] = door.refuse(transaction, time_ms)
            if answers[position] is None:
                self._arriving[transaction.tx_hash] = data
                passed.append(_Entry(position, transaction))
        return passed

    async def _take_in(
        self, entries: Sequence[_Entry], answers: list[Refusal | None], source: bytes | None
    ) -> None:
        verdicts = await self._verifier.verify_soon([entry.transaction for entry in entries])
        taken = []
        for entry, is_signed in zip(entries, verdicts, strict=True):
            transaction = entry.transaction
            if transaction.tx_hash in self._mempool:
                continue  # it came twice
            refusal = self._add(transaction, is_signed=is_signed)
            answers[entry.position] = refusal
            if refusal is None:
                taken.append(transaction)
        if taken:
            for accepted in self._accepted:
                accepted(taken, source)

    def _add(self, transaction: Transaction, *, is_signed: bool) -> Refusal | None:
        if not is_signed:
            return Refusal(Code.BAD_SIGNATURE, "signatures")
        # A block may have been committed while the signature was verified.
        repeated = self._chain.door.refuse_repeated(transaction)
        if repeated is not None:
            return repeated
        try:
            [refusal] = self._mempool.add([transaction])
        except Refused as refused:
            return refused.refusal  # nobody answers for its signer any more
        return refusal
