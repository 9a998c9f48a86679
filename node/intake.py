"""How transactions come in, from clients and from peers alike: decoded, held to the door, verified.

Cheap refusals come first, so that a stranger cannot make a node verify signatures. Everything here
runs on the event loop in slices, except the signatures.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.refusal import Code, Refusal, Refused
from ledger.transaction import Transaction, decode_transaction
from node.chain import Chain
from node.mempool import Mempool
from node.verification import SignatureVerifier

UNDER_WAY_MAX = 5_000
"""Transactions that may be on their way in at once; what comes on top is refused with E020."""
SLICE_SIZE = 100
"""Transactions decoded between two turns of the event loop: about 3 ms."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one transaction: taken in, or refused."""

    transaction: Transaction | None
    """None where the bytes are no transaction."""
    refusal: Refusal | None


class Intake:
    """The way into the mempool."""

    def __init__(self, chain: Chain, mempool: Mempool, verifier: SignatureVerifier) -> None:
        self._chain = chain
        self._mempool = mempool
        self._verifier = verifier
        self._under_way = 0

    async def take_in(self, batch: Sequence[bytes], *, time_ms: int) -> list[Arrival]:
        """Bring transactions into the mempool; return what became of each, in order.

        `time_ms` is the wall clock: the time that a block would have now. One that waits already is
        refused as E005 with the field `tx_hash`, one that is in a block as E005 with `tx_id`.
        """
        if self._under_way + len(batch) > UNDER_WAY_MAX:
            return [Arrival(None, Refusal(Code.OVERLOADED, "intake"))] * len(batch)
        self._under_way += len(batch)
        try:
            arrivals: list[Arrival] = []
            for first in range(0, len(batch), SLICE_SIZE):
                part = batch[first : first + SLICE_SIZE]
                arrivals += [self._judge(data, time_ms) for data in part]
                await asyncio.sleep(0)
            return await self._admit(arrivals)
        finally:
            self._under_way -= len(batch)

    def _judge(self, data: bytes, time_ms: int) -> Arrival:
        try:
            transaction = decode_transaction(data)
        except Refused as refused:
            return Arrival(None, refused.refusal)
        if transaction.tx_hash in self._mempool:
            return Arrival(transaction, Refusal(Code.DUPLICATE, "tx_hash"))
        time_ms = max(time_ms, self._chain.tip.time_ms + 1)
        return Arrival(transaction, self._chain.door.refuse(transaction, time_ms))

    async def _admit(self, arrivals: list[Arrival]) -> list[Arrival]:
        passed = [
            arrival.transaction
            for arrival in arrivals
            if arrival.transaction is not None and arrival.refusal is None
        ]
        refusals: dict[bytes, Refusal | None] = {}
        for transaction, is_signed in zip(
            passed, await self._verifier.verify_soon(passed), strict=True
        ):
            if transaction.tx_hash not in refusals:
                refusals[transaction.tx_hash] = self._add(transaction, is_signed=is_signed)
        return [
            Arrival(arrival.transaction, refusals[arrival.transaction.tx_hash])
            if arrival.transaction is not None and arrival.refusal is None
            else arrival
            for arrival in arrivals
        ]

    def _add(self, transaction: Transaction, *, is_signed: bool) -> Refusal | None:
        if not is_signed:
            return Refusal(Code.BAD_SIGNATURE, "signatures")
        # A block may have been committed while the signature was verified.
        repeated = self._chain.door.refuse_repeated(transaction)
        if repeated is not None:
            return repeated
        [refusal] = self._mempool.add([transaction])
        return refusal
