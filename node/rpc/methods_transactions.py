"""Handlers of the methods about transactions."""

from ledger.receipt import decode_receipt
from ledger.refusal import Code, Refused
from ledger.transaction import Transaction, decode_transaction, transaction_hash
from node.rpc.backend import Admission
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.outcomes import Committed, committed, wait_until_terminal
from node.rpc.proofs import transaction_proof
from node.rpc.services import RememberedSubmission, Services
from node.rpc.views import body_json, door_view, receipt_view
from quancheng.api import transactions as api
from quancheng.api.transactions import TransactionState


async def tx_submit(services: Services, request: api.SubmitRequest) -> api.SubmitResult:
    """Hand transactions to the mempool. What waits or is final already is answered as such."""
    admissions = await services.backend.submit(request.transactions)
    answers = [
        await _submission(services, transaction_hash(data), admission)
        for data, admission in zip(request.transactions, admissions, strict=True)
    ]
    return api.SubmitResult(tuple(answers))


async def _submission(services: Services, tx_hash: bytes, admission: Admission) -> api.Submission:
    tx_id, refusal = admission.tx_id, admission.refusal
    if tx_id is not None and refusal is not None:
        found = await committed(services, tx_id)
        if found is not None:
            return api.Submission(tx_id, tx_hash, found.state, height=found.height)
    if tx_id is not None:
        remembered = RememberedSubmission(admission.valid_until_ms, refusal)
        services.submissions.remember(tx_id, remembered)
    if refusal is None:
        return api.Submission(tx_id, tx_hash, TransactionState.PENDING)
    expired = refusal.code is Code.EXPIRED
    state = TransactionState.EXPIRED if expired else TransactionState.REJECTED
    return api.Submission(tx_id, tx_hash, state, door_view(refusal))


async def tx_check(services: Services, request: api.CheckRequest) -> api.CheckResult:
    """Try a transaction on the state at the tip."""
    transaction = decode_transaction(request.transaction)
    outcome = await services.backend.check(request.transaction)
    if outcome.receipt is None:
        assert outcome.refusal is not None
        refusal = door_view(outcome.refusal)
        return api.CheckResult(transaction.tx_id, outcome.height, False, refusal, None)
    receipt = receipt_view(decode_receipt(outcome.receipt))
    return api.CheckResult(transaction.tx_id, outcome.height, True, receipt.refusal, receipt)


async def tx_get(services: Services, request: api.TransactionRequest) -> api.TransactionResult:
    """Return a transaction that waits or is final."""
    waiting = await services.backend.waiting(request.tx_id)
    found = await committed(services, request.tx_id)
    if found is not None:
        return _final_transaction(found)
    if waiting is None:
        raise Refused(Code.NOT_FOUND, "tx_id")
    return _pending_transaction(decode_transaction(waiting))


def _pending_transaction(transaction: Transaction) -> api.TransactionResult:
    return api.TransactionResult(
        tx_id=transaction.tx_id,
        tx_hash=transaction.tx_hash,
        state=TransactionState.PENDING,
        type=transaction.type,
        signers=transaction.signers,
        valid_until_ms=transaction.unsigned.valid_until_ms,
        body=body_json(transaction),
        data=transaction.data,
    )


def _final_transaction(found: Committed) -> api.TransactionResult:
    transaction = decode_transaction(found.data)
    return api.TransactionResult(
        tx_id=transaction.tx_id,
        tx_hash=transaction.tx_hash,
        state=found.state,
        type=transaction.type,
        signers=transaction.signers,
        valid_until_ms=transaction.unsigned.valid_until_ms,
        body=body_json(transaction),
        data=transaction.data,
        height=found.height,
        position=found.position,
        time_ms=found.time_ms,
        receipt=receipt_view(found.receipt),
    )


async def tx_wait(services: Services, request: api.WaitRequest) -> api.WaitResult:
    """Wait until nothing about a transaction can change any more."""
    return await wait_until_terminal(services, request)


async def tx_trace(services: Services, request: api.TraceRequest) -> api.TraceResult:
    """Return every step between registration and settlement."""
    found = await services.backend.trace(request.id, api.TRACE_MAX)
    links = tuple(
        api.TraceLink(item.kind, item.id, item.relation, item.height) for item in found.steps
    )
    return api.TraceResult(found.height, found.complete, links)


async def tx_proof(services: Services, request: api.TransactionRequest) -> api.TransactionProof:
    """Return what proves a transaction; refuse (E010) until the next block is certified."""
    location = await services.backend.locate(request.tx_id)
    if location is None:
        raise Refused(Code.NOT_FOUND, "tx_id")
    return await transaction_proof(services, location.height, location.position)


METHODS: tuple[AnyMethod, ...] = (
    BoundMethod(api.TX_SUBMIT, tx_submit),
    BoundMethod(api.TX_CHECK, tx_check),
    BoundMethod(api.TX_GET, tx_get),
    BoundMethod(api.TX_WAIT, tx_wait, waits=True),
    BoundMethod(api.TX_TRACE, tx_trace),
    BoundMethod(api.TX_PROOF, tx_proof),
)
