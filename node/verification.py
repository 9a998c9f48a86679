"""Verification of transactions' signatures: once per node, in chunks, on worker threads.

libsodium releases the interpreter lock, so chunks of about a hundred run on all cores while the
event loop goes on; a job for each signature would cost more than it saves. A verdict is a function
of a transaction's bytes, so it is remembered under the tx_hash, good or bad, and a transaction that
came by gossip costs nothing more when it comes again in a block.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from threading import Lock
from typing import TypeAlias

from ledger.transaction import Transaction, has_valid_signatures

CHUNK_SIZE = 100
VERDICTS_MAX = 200_000
"""Remembered verdicts, about 100 bytes each; the oldest go first."""
WORKERS_MAX = 16

Chunk: TypeAlias = Sequence[Transaction]


class SignatureVerifier:
    """Says which transactions are signed by all their signers. Usable from any thread."""

    def __init__(self, workers: int | None = None) -> None:
        count = min(workers or os.cpu_count() or 1, WORKERS_MAX)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="verify")
        self._verdicts: dict[bytes, bool] = {}
        self._lock = Lock()

    def verify(self, transactions: Sequence[Transaction]) -> list[bool]:
        """Return a verdict for each transaction, in order. Blocks: not for the event loop.

        Remembered ones cost less than 1 µs, others 47 µs of one core for each signature.
        """
        verdicts = self._remembered(transactions)
        for chunk, job in self._started(transactions, verdicts):
            self._learn(verdicts, chunk, job.result())
        return [verdicts[transaction.tx_hash] for transaction in transactions]

    async def verify_soon(self, transactions: Sequence[Transaction]) -> list[bool]:
        """Return a verdict for each transaction, in order, while the event loop goes on."""
        verdicts = self._remembered(transactions)
        for chunk, job in self._started(transactions, verdicts):
            self._learn(verdicts, chunk, await asyncio.wrap_future(job))
        return [verdicts[transaction.tx_hash] for transaction in transactions]

    def close(self) -> None:
        """Stop the workers after the chunks they are at."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _remembered(self, transactions: Sequence[Transaction]) -> dict[bytes, bool]:
        with self._lock:
            return {
                transaction.tx_hash: self._verdicts[transaction.tx_hash]
                for transaction in transactions
                if transaction.tx_hash in self._verdicts
            }

    def _started(
        self, transactions: Sequence[Transaction], verdicts: dict[bytes, bool]
    ) -> list[tuple[Chunk, "Future[list[bool]]"]]:
        """Hand everything without a verdict to the workers, all of it before any is waited for."""
        unknown = [item for item in transactions if item.tx_hash not in verdicts]
        chunks = [unknown[i : i + CHUNK_SIZE] for i in range(0, len(unknown), CHUNK_SIZE)]
        return [(chunk, self._pool.submit(_verify_chunk, chunk)) for chunk in chunks]

    def _learn(self, verdicts: dict[bytes, bool], chunk: Chunk, answers: list[bool]) -> None:
        fresh = {item.tx_hash: answer for item, answer in zip(chunk, answers, strict=True)}
        verdicts.update(fresh)
        with self._lock:
            self._verdicts.update(fresh)
            surplus = len(self._verdicts) - VERDICTS_MAX
            for tx_hash in list(islice(self._verdicts, max(surplus, 0))):
                del self._verdicts[tx_hash]


def _verify_chunk(chunk: Chunk) -> list[bool]:
    return [has_valid_signatures(transaction) for transaction in chunk]
