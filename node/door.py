"""The door: what a node keeps out of its mempool and of every block.

Chaincode judges chain, time and signer; this node adds the ids that already stand in a young block.
Signatures are judged in batches (`node.verification`), so they come last and not here.
"""

from chaincode import admission
from chaincode.context import BlockContext
from chaincode.state import StateReader
from ledger.refusal import Code, Refusal
from ledger.transaction import Transaction
from node.height_facts import HeightFacts
from node.mempool import Charge
from node.replay_window import ReplayWindow


class Door:
    """The door of one height, over the state after the block before it."""

    def __init__(self, facts: HeightFacts, state: StateReader, window: ReplayWindow) -> None:
        self._facts = facts
        self._state = state
        self._window = window

    def refuse(self, transaction: Transaction, time_ms: int) -> Refusal | None:
        """Say why a transaction may not stand in a block of a time (E002 E004 E005 E015 E016)."""
        block = BlockContext(self._facts.height, time_ms, self._facts.genesis_hash)
        refusal = admission.refuse_at_door(self._state, transaction, block)
        return refusal or self.refuse_repeated(transaction)

    def refuse_repeated(self, transaction: Transaction) -> Refusal | None:
        """Refuse (E005) a transaction whose id stands in a block, whatever became of it there."""
        return Refusal(Code.DUPLICATE, "tx_id") if transaction in self._window else None

    def charge_of(self, transaction: Transaction) -> Charge:
        """Return whose allowance a transaction uses, and which; refuse (E016) where nobody's."""
        organisation = admission.organisation_of(self._state, transaction)
        return Charge(organisation, admission.is_protective(transaction.type))
