"""The door: what a node keeps out of its mempool and of every block.

Chaincode judges chain, time and signer; this node adds the ids that already stand in a young block.
Signatures are judged in batches (`node.verification`), so they come last and not here.
"""

from chaincode import admission
from chaincode.context import BlockContext
from chaincode.state import Overlay, StateReader
from ledger.refusal import Code, Refusal
from ledger.transaction import Transaction
from node.height_facts import HeightFacts
from node.mempool import Charge
from node.replay_window import ReplayWindow

READS_KEPT_MAX = 5_000
"""Questions after which decoded records are dropped, so that strangers cannot fill the memory."""


class Door:
    """The door of one height, over the state after the block before it.

    It keeps decoded records, so that a signer who was seen before costs about 10 µs. Each thread
    has doors of its own.
    """

    def __init__(self, facts: HeightFacts, state: StateReader, window: ReplayWindow) -> None:
        self._facts = facts
        self._committed = state
        self._window = window
        self._decoded = Overlay(state)
        self._questions = 0

    def refuse(self, transaction: Transaction, time_ms: int) -> Refusal | None:
        """Say why a transaction may not stand in a block of a time (E002 E004 E005 E015 E016)."""
        block = BlockContext(self._facts.height, time_ms, self._facts.genesis_hash)
        refusal = admission.refuse_at_door(self._state(), transaction, block)
        return refusal or self.refuse_repeated(transaction)

    def refuse_repeated(self, transaction: Transaction) -> Refusal | None:
        """Refuse (E005) a transaction whose id stands in a block, whatever became of it there."""
        return Refusal(Code.DUPLICATE, "tx_id") if transaction in self._window else None

    def charge_of(self, transaction: Transaction) -> Charge:
        """Return whose allowance a transaction uses, and which; refuse (E016) where nobody's."""
        state = self._state()
        return Charge(
            organisation=admission.organisation_of(state, transaction),
            is_protective=admission.is_protective(transaction.type, self._facts.protocol_version),
            is_by_person=admission.is_signed_by_person(state, transaction),
        )

    def _state(self) -> Overlay:
        self._questions += 1
        if self._questions > READS_KEPT_MAX:
            self._decoded, self._questions = Overlay(self._committed), 0
        return self._decoded
