"""What became of a transaction: the closed set of states, and waiting until one of them is final.

The chain is asked after the mempool, so that a transaction on its way from one to the other is
never taken for unknown. Expiry is certain, not guessed: once block time has reached
`valid_until_ms` no later block may hold the transaction.
"""

import asyncio
from dataclasses import dataclass

from ledger.header import decode_header
from ledger.receipt import Receipt, decode_receipt
from ledger.refusal import Code, Refusal, Refused
from node.rpc.proofs import transaction_proof
from node.rpc.services import Services
from node.rpc.views import door_view, receipt_view
from quancheng.api.transactions import (
    TransactionProof,
    TransactionState,
    WaitRequest,
    WaitResult,
)


@dataclass(frozen=True, slots=True)
class Committed:
    """A transaction in a block, with its receipt."""

    height: int
    position: int
    time_ms: int
    data: bytes
    receipt: Receipt

    @property
    def state(self) -> TransactionState:
        """Whether it took effect."""
        succeeded = self.receipt.code is Code.OK
        return TransactionState.FINAL_OK if succeeded else TransactionState.FINAL_FAILED


async def committed(services: Services, tx_id: bytes) -> Committed | None:
    """Return a transaction that stands in the chain."""
    location = await services.backend.locate(tx_id)
    if location is None:
        return None
    block = await services.blocks.block(location.height)
    stored = block.stored
    return Committed(
        height=location.height,
        position=location.position,
        time_ms=decode_header(stored.header).time_ms,
        data=stored.transactions[location.position],
        receipt=decode_receipt(stored.receipts[block.sweeps + location.position]),
    )


async def outcome(services: Services, request: WaitRequest) -> WaitResult | None:
    """Return what became of a transaction so far, None where this node has never seen it."""
    waiting = await services.backend.waiting(request.tx_id)
    found = await committed(services, request.tx_id)
    if found is not None:
        receipt = receipt_view(found.receipt)
        return WaitResult(
            tx_id=request.tx_id,
            state=found.state,
            height=found.height,
            position=found.position,
            receipt=receipt,
            refusal=receipt.refusal,
        )
    if waiting is not None:
        return WaitResult(request.tx_id, TransactionState.PENDING)
    return await _absent_outcome(services, request)


async def _absent_outcome(services: Services, request: WaitRequest) -> WaitResult | None:
    """Return what is known of a transaction that neither waits nor stands in the chain."""
    remembered = services.submissions.recall(request.tx_id)
    if remembered is not None and remembered.refusal is not None:
        return _ended(request.tx_id, TransactionState.REJECTED, remembered.refusal)
    valid_until_ms = request.valid_until_ms
    if valid_until_ms is None and remembered is not None:
        valid_until_ms = remembered.valid_until_ms
    status = await services.backend.status()
    if valid_until_ms is not None and status.time_ms >= valid_until_ms:
        return _ended(request.tx_id, TransactionState.EXPIRED, Refusal(Code.EXPIRED))
    if valid_until_ms is not None:
        return WaitResult(request.tx_id, TransactionState.PENDING)
    return None


def _ended(tx_id: bytes, state: TransactionState, refusal: Refusal) -> WaitResult:
    return WaitResult(tx_id, state, refusal=door_view(refusal))


async def wait_until_terminal(services: Services, request: WaitRequest) -> WaitResult:
    """Return once a transaction is final, rejected or expired, or pending when time is over.

    Refuses (E010) a transaction that nobody has brought when time is over, and (E020) one waiter
    too many.
    """
    result: WaitResult | None = None
    try:
        async with asyncio.timeout(request.timeout_ms / 1_000):
            with services.hub.waiter(request.tx_id, _expiry(services, request)) as waiter:
                while True:
                    result = await outcome(services, request)
                    if services.hub.closed or _is_terminal(result):
                        break
                    waiter.woken.clear()
                    await waiter.woken.wait()
            if result is not None and result.height is not None and request.proof:
                return await _with_proof(services, result)
    except TimeoutError:
        pass  # the answer is what is known by now
    if result is None:
        raise Refused(Code.NOT_FOUND, "tx_id")
    return result


def _expiry(services: Services, request: WaitRequest) -> int | None:
    remembered = services.submissions.recall(request.tx_id)
    if request.valid_until_ms is None and remembered is not None:
        return remembered.valid_until_ms
    return request.valid_until_ms


def _is_terminal(result: WaitResult | None) -> bool:
    return result is not None and result.state is not TransactionState.PENDING


async def _with_proof(services: Services, result: WaitResult) -> WaitResult:
    assert result.height is not None
    assert result.position is not None
    if await services.hub.wait_above(result.height) <= result.height:
        return result
    proof = await transaction_proof(services, result.height, result.position)
    return _proven(result, proof)


def _proven(result: WaitResult, proof: TransactionProof) -> WaitResult:
    return WaitResult(
        tx_id=result.tx_id,
        state=result.state,
        height=result.height,
        position=result.position,
        receipt=result.receipt,
        refusal=result.refusal,
        proof=proof,
    )
