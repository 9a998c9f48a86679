"""The thread that owns the chain: what takes long runs here, one after another, off the event loop.

One thread, so that building, checking and committing never overlap and need no locks. The garbage
collector rests while it works: a block makes hundreds of thousands of short-lived objects without
cycles, and every collection would walk them in vain.
"""

import asyncio
import gc
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from chaincode.execution import Outcome
from ledger.block import Block
from ledger.certificate import CommitCertificate
from ledger.transaction import Transaction
from node.block_builder import BuiltBlock
from node.block_validation import FindDecoded, nothing_decoded
from node.chain import Chain, Checked, Committed, Freshness

T = TypeVar("T")


class ChainExecutor:
    """The asynchronous face of a chain. Callers wait in the order in which they asked."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chain")
        gc.freeze()  # what exists once the chain is open stays until the process ends

    async def build(
        self,
        transactions: Sequence[Transaction],
        *,
        time_ms: int,
        proposer: int,
        evidence: Sequence[bytes] = (),
    ) -> BuiltBlock:
        """Run `Chain.build`."""
        return await self._run(
            lambda: self._chain.build(
                transactions, time_ms=time_ms, proposer=proposer, evidence=evidence
            )
        )

    async def check(
        self,
        block: Block,
        fresh: Freshness | None = None,
        find_decoded: FindDecoded = nothing_decoded,
    ) -> Checked:
        """Run `Chain.check`; `find_decoded` is asked on the chain's thread."""
        return await self._run(lambda: self._chain.check(block, fresh, find_decoded))

    async def commit(self, block: Block, certificate: CommitCertificate) -> Committed:
        """Run `Chain.commit`. It is carried out even where the caller is cancelled."""
        return await self._run(lambda: self._chain.commit(block, certificate))

    async def dry_run(self, transaction: Transaction, *, time_ms: int) -> Outcome:
        """Run `Chain.dry_run`."""
        return await self._run(lambda: self._chain.dry_run(transaction, time_ms=time_ms))

    def close(self) -> None:
        """Finish what is running and stop the thread. The engine may be closed afterwards."""
        self._thread.shutdown(wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _rested, work)


def _rested(work: Callable[[], T]) -> T:
    gc.disable()
    try:
        return work()
    finally:
        gc.enable()
