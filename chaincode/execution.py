"""Execution of a block: sweeps first, then its evidence, then transactions in order.

The same inputs give the same bytes on every machine. A transaction that a rule refuses stands in
the block as FAILED with its code and changes nothing but that record. This is the one place where a
`Refused` of the chaincode is caught.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chaincode.catalogue import SWEEPS, active_type
from chaincode.context import BlockContext, Context
from chaincode.declaration import AnyDeclaration
from chaincode.evidence import record_offences
from chaincode.membership.records import KEYS
from chaincode.state import Overlay, StateReader
from chaincode.sweeps import run_sweeps
from chaincode.versions import version_at
from ledger.offence import Offence
from ledger.receipt import EVENT_ITEMS_MAX, EVENTS_MAX, Event, Receipt
from ledger.refusal import Code, Refusal, Refused
from ledger.transaction import Transaction

STEP_SIZE = 200
"""Transactions executed before a step yields: a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one transaction or sweep.

    `refusal` names the field as well, for people; the chain keeps the code alone. `touched` are the
    ids under which the node's index files it: the signing parties, what the events name, and for a
    refused transaction what its body names.
    """

    receipt: Receipt
    refusal: Refusal | None
    touched: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BlockExecution:
    """What a block does: changes ascending by raw key; outcomes, those of transactions last."""

    changes: Mapping[bytes, bytes | None]
    records: Mapping[bytes, object | None]
    """The record that each change encodes, None for a deletion."""
    outcomes: tuple[Outcome, ...]
    sweeps: int
    """How many outcomes are of sweeps and evidence; transaction i has outcome sweeps + i."""

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The receipts in the order of the receipt tree."""
        return tuple(outcome.receipt for outcome in self.outcomes)

    @property
    def touched(self) -> tuple[tuple[bytes, ...], ...]:
        """The ids for the index, for each receipt."""
        return tuple(outcome.touched for outcome in self.outcomes)


def execute_block(
    state: StateReader,
    block: BlockContext,
    transactions: Sequence[Transaction],
    offences: Sequence[Offence] = (),
) -> BlockExecution:
    """Execute a block over the state before it.

    The transactions have passed the door and stand protective first. The offences are proven by the
    block's evidence, recent, distinct, and not recorded.
    """
    steps = execution_steps(state, block, transactions, offences)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            result: BlockExecution = finished.value
            return result


def execution_steps(
    state: StateReader,
    block: BlockContext,
    transactions: Sequence[Transaction],
    offences: Sequence[Offence] = (),
) -> Generator[None, None, BlockExecution]:
    """Execute a block in steps of STEP_SIZE transactions, so that a host can work in between."""
    overlay = Overlay(state)
    swept = run_sweeps(overlay, block, SWEEPS)
    outcomes = [Outcome(item.receipt, None, _unique(item.target, item.receipt)) for item in swept]
    recorded = record_offences(overlay, block, offences)
    outcomes += [Outcome(item, None, _unique(item.subject, item)) for item in recorded]
    version = version_at(overlay, block.height)
    for position, transaction in enumerate(transactions):
        if position and position % STEP_SIZE == 0:
            yield
        outcomes.append(_execute(overlay, block, transaction, version))
    return BlockExecution(
        overlay.changes(), overlay.written(), tuple(outcomes), len(swept) + len(recorded)
    )


def states_before(
    state: StateReader,
    block: BlockContext,
    transactions: Sequence[Transaction],
    offences: Sequence[Offence] = (),
) -> Iterator[tuple[Overlay, Transaction]]:
    """Yield each transaction of a block with the state in which it is about to be executed.

    For those who judge afterwards what was right at that moment; they only read.
    """
    overlay = Overlay(state)
    run_sweeps(overlay, block, SWEEPS)
    record_offences(overlay, block, offences)
    version = version_at(overlay, block.height)
    for transaction in transactions:
        yield overlay, transaction
        _execute(overlay, block, transaction, version)


def check(state: StateReader, block: BlockContext, transaction: Transaction) -> Outcome:
    """Say what would become of a transaction alone in a block, with the field of a refusal.

    Record nothing.
    """
    overlay = Overlay(state)
    run_sweeps(overlay, block, SWEEPS)
    version = version_at(overlay, block.height)
    return _execute(overlay, block, transaction, version)


def dry_run(state: StateReader, block: BlockContext, transaction: Transaction) -> Receipt:
    """Return the receipt that `check` comes to."""
    return check(state, block, transaction).receipt


def _execute(
    state: Overlay, block: BlockContext, transaction: Transaction, version: int
) -> Outcome:
    context = Context(state, block, transaction.tx_id, transaction.signers)
    savepoint = state.savepoint()
    signers = _signing_parties(state, transaction)
    declaration = active_type(transaction.type, version)
    try:
        _require_active(declaration).execute(context, transaction.unsigned.body)
    except Refused as refused:
        state.rollback(savepoint)
        receipt = Receipt(transaction.tx_id, refused.refusal.code)
        named = _named(declaration, transaction)
        return Outcome(receipt, refused.refusal, tuple(dict.fromkeys((*signers, *named))))
    events = tuple(context.events)
    assert len(events) <= EVENTS_MAX
    assert all(_fits(event) for event in events)
    receipt = Receipt(transaction.tx_id, Code.OK, events)
    return Outcome(receipt, None, tuple(dict.fromkeys((*signers, *_event_ids(receipt)))))


def _require_active(declaration: AnyDeclaration | None) -> AnyDeclaration:
    if declaration is None:
        raise Refused(Code.UNKNOWN_TYPE, "type")
    return declaration


def _signing_parties(state: Overlay, transaction: Transaction) -> list[bytes]:
    bindings = (KEYS.get(state, signer) for signer in transaction.signers)
    return [binding.party for binding in bindings if binding is not None]


def _named(declaration: AnyDeclaration | None, transaction: Transaction) -> tuple[bytes, ...]:
    if declaration is None:
        return ()
    try:
        return declaration.identifiers(declaration.read(transaction.unsigned.body))
    except Refused:
        return ()


def _event_ids(receipt: Receipt) -> list[bytes]:
    return [item for event in receipt.events for item in event.ids]


def _unique(target: bytes, receipt: Receipt) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((target, *_event_ids(receipt))))


def _fits(event: Event) -> bool:
    return len(event.ids) <= EVENT_ITEMS_MAX and len(event.amounts) <= EVENT_ITEMS_MAX
