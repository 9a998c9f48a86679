"""Reading the stream of records: which come after a place, and which pass a filter."""

from dataclasses import dataclass

from ledger.header import decode_header
from ledger.receipt import decode_receipt
from ledger.refusal import Code
from ledger.transaction import decode_transaction
from node.rpc.block_cache import BlockCache, KnownBlock
from node.rpc.views import receipt_view
from quancheng.api.events import Place, RecordFilter, RecordView


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What to read: after which place, what passes, how many records and blocks at most."""

    after: Place
    filter: RecordFilter
    limit: int
    blocks_max: int


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Records after a place, and the place up to which the stream has been read."""

    records: tuple[RecordView, ...]
    place: Place


async def read_records(blocks: BlockCache, query: RecordQuery, tip: int) -> RecordPage:
    """Return the records of a query from blocks up to the tip.

    The place moves over what the filter keeps out, so that a resumed reader does not read it again.
    """
    records: list[RecordView] = []
    place = query.after
    height = max(place.height, 1)
    last = min(tip, height + query.blocks_max - 1)
    while height <= last:
        block = await blocks.block(height)
        last_index = len(block.stored.receipts)
        for index in range(_first_index(place, height), last_index + 1):
            if len(records) == query.limit:
                return RecordPage(tuple(records), place)
            place = Place(height, index)
            record = _record(block, place, query.filter)
            if record is not None:
                records.append(record)
        place = Place(height, last_index)
        height += 1
    return RecordPage(tuple(records), place)


def _first_index(place: Place, height: int) -> int:
    return place.index + 1 if place.height == height else 1


def _record(block: KnownBlock, place: Place, filter_: RecordFilter) -> RecordView | None:
    """Return the record at a place, None where the filter keeps it out."""
    record = record_at(block, place)
    receipt = record.receipt
    names = {event.name for event in receipt.events}
    ids = {receipt.subject, *(item for event in receipt.events for item in event.ids)}
    if filter_.failed_only and receipt.code == Code.OK.label:
        return None
    if filter_.names and not any(_is_named(name, filter_.names) for name in names):
        return None
    if filter_.ids and ids.isdisjoint(filter_.ids):
        return None
    return record


def record_at(block: KnownBlock, place: Place) -> RecordView:
    """Return the record at a place of its block."""
    stored = block.stored
    receipt = receipt_view(decode_receipt(stored.receipts[place.index - 1]))
    position = place.index - 1 - block.sweeps
    type_name = None
    if position >= 0:
        type_name = decode_transaction(stored.transactions[position]).type
    return RecordView(place, decode_header(stored.header).time_ms, type_name, receipt)


def _is_named(name: str, names: tuple[str, ...]) -> bool:
    return any(name == item or (item.endswith(".") and name.startswith(item)) for item in names)
