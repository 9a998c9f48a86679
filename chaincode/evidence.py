"""Recorded offences of validators: who, at which height, how. Nobody is removed by itself.

The usual cause is a key that runs on two machines, so people decide (`validators.change`). What was
recorded is kept as long as evidence of its height may come, so that it is recorded once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from chaincode import parameters
from chaincode.context import BlockContext
from chaincode.fields import Identifier, PublicKey, Unsigned64
from chaincode.ids import key_id
from chaincode.parameters import ParameterName
from chaincode.state import Overlay, StateReader
from chaincode.tables import Table
from ledger.offence import Offence, OffenceKind
from ledger.receipt import Event, Receipt
from ledger.refusal import Code

FORGOTTEN_MAX = 64
"""Records too old to matter that a block with evidence deletes at most."""


@dataclass(frozen=True, slots=True)
class OffenceRecord:
    """A recorded offence; its key says height, voting key and kind."""

    organisation: Annotated[Identifier, "The organisation that ran the validator."]
    evidence: Annotated[Identifier, "The id of the evidence."]
    recorded_height: Annotated[Unsigned64, "The block that holds the evidence."]


OFFENCES: Table[tuple[int, bytes, int], OffenceRecord] = Table(
    0x09, "offence", OffenceRecord, Unsigned64, PublicKey, OffenceKind
)


def is_recorded(state: StateReader, offence: Offence) -> bool:
    """Say whether this offence, by whichever evidence, is recorded."""
    return OFFENCES.get(state, _key_of(offence)) is not None


def is_recent(offence_height: int, height: int, age_blocks: int) -> bool:
    """Say whether a block may hold evidence of a height: lower, and not too old."""
    return height - age_blocks <= offence_height < height


def record_offences(
    state: Overlay, block: BlockContext, offences: Sequence[Offence]
) -> tuple[Receipt, ...]:
    """Record the offences that the evidence of a valid block proves; return a receipt for each."""
    if not offences:
        return ()
    _forget_old(state, block)
    receipts = []
    for offence in offences:
        assert not is_recorded(state, offence)
        record = OffenceRecord(offence.organisation, offence.evidence_id, block.height)
        OFFENCES.put(state, _key_of(offence), record)
        ids = (offence.organisation, key_id(offence.public_key))
        event = Event("offence.recorded", ids, (offence.height, offence.kind))
        receipts.append(Receipt(offence.evidence_id, Code.OK, (event,)))
    return tuple(receipts)


def _forget_old(state: Overlay, block: BlockContext) -> None:
    age = parameters.value_at(state, ParameterName.EVIDENCE_AGE_BLOCKS, block.height)
    for key, _ in list(islice(OFFENCES.scan(state), FORGOTTEN_MAX)):
        if not is_recent(key[0], block.height, age):
            OFFENCES.delete(state, key)


def _key_of(offence: Offence) -> tuple[int, bytes, int]:
    return offence.height, offence.public_key, offence.kind
