"""Receipts: what became of a transaction or sweep, proven by the receipt root of the next header.

Form: [subject, code, [[event name, [id …], [amount …]] …]]. The subject is the tx_id, or the id of
a sweep.
"""

from dataclasses import dataclass

from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused

RECEIPT_SIZE_MAX = 65_536
EVENTS_MAX = 256
EVENT_ITEMS_MAX = 64
EVENT_NAME_SIZE_MAX = 48

_SWEEP_TAG = b"qc/sweep/v1"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in past form (`consent.granted`), the ids that it concerns, and amounts."""

    name: str
    ids: tuple[bytes, ...] = ()
    amounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one transaction or sweep.

    A refused one has its code, no events and no effect but this record.
    """

    subject: bytes
    code: Code
    events: tuple[Event, ...] = ()

    def to_value(self) -> Value:
        """Return the receipt as a canonical value."""
        events: list[Value] = [
            [event.name, list(event.ids), list(event.amounts)] for event in self.events
        ]
        return [self.subject, int(self.code), events]

    def encoded(self) -> bytes:
        """Return the canonical bytes, the leaf of the receipt tree."""
        return encode(self.to_value())


def sweep_id(height: int, position: int) -> bytes:
    """Return the id under which the sweep at a position (from 0) of a block is recorded."""
    return suites.tagged_hash(_SWEEP_TAG, height.to_bytes(8, "big"), position.to_bytes(4, "big"))


def decode_receipt(data: bytes) -> Receipt:
    """Return the receipt of strict canonical bytes, or refuse with E006."""
    subject, code, rows = shape.array(decode(data, size_max=RECEIPT_SIZE_MAX), 3, "receipt")
    number = shape.unsigned(code, "receipt.code")
    try:
        known = Code(number)
    except ValueError:
        raise Refused(Code.SCHEMA, "receipt.code") from None
    events = tuple(_event(row) for row in shape.array_up_to(rows, EVENTS_MAX, "receipt.events"))
    return Receipt(shape.hash32(subject, "receipt.subject"), known, events)


def _event(value: Value) -> Event:
    name, ids, amounts = shape.array(value, 3, "receipt.event")
    return Event(
        shape.text(name, "receipt.event.name", EVENT_NAME_SIZE_MAX),
        tuple(
            shape.hash32(item, "receipt.event.ids")
            for item in shape.array_up_to(ids, EVENT_ITEMS_MAX, "ids")
        ),
        tuple(
            shape.unsigned(item, "receipt.event.amounts")
            for item in shape.array_up_to(amounts, EVENT_ITEMS_MAX, "amounts")
        ),
    )
