"""What a node had signed at a height before it restarted: replayed verbatim, never re-derived.

A vote that left this node may be part of somebody's certificate; deciding it a second time, with
other inputs, would be equivocation by a correct validator (R4, R5, R12 over restarts).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from consensus.codec import decode_record
from consensus.errors import RecordDamaged
from consensus.messages import PreparedCertificate, PrePrepare, Record, ViewChange, Vote
from ledger.refusal import Refused


@dataclass(frozen=True, slots=True)
class Recovered:
    """The durable records of one height, in the order in which they were written."""

    height: int
    records: tuple[Record, ...]


def recover(height: int, records: Iterable[bytes]) -> Recovered:
    """Return the records of a height from the vote store.

    Raises RecordDamaged where one is unreadable or belongs to another height.
    """
    decoded = []
    for position, data in enumerate(records):
        try:
            record = decode_record(data)
        except Refused as refused:
            raise RecordDamaged(position, refused.refusal.field) from refused
        if height_of(record) != height:
            raise RecordDamaged(position, "height")
        decoded.append(record)
    return Recovered(height, tuple(decoded))


def height_of(record: Record) -> int:
    """Return the height that a record belongs to."""
    match record:
        case PrePrepare(vote) | ViewChange(vote):
            return vote.height
        case Vote() | PreparedCertificate():
            return record.height
