"""Handlers of reading events by page. Streams live on their WebSocket, in `subscriptions`."""

from node.rpc.backend import IndexedReceipt
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.limits import BLOCKS_SCANNED_MAX
from node.rpc.records import RecordQuery, read_records, record_at
from node.rpc.services import Services
from quancheng.api import events as api


async def events_list(services: Services, request: api.EventsRequest) -> api.EventsResult:
    """Return a page of records; at most BLOCKS_SCANNED_MAX blocks are looked at."""
    tip = services.hub.height
    query = RecordQuery(
        request.after or api.START, request.filter, request.limit, BLOCKS_SCANNED_MAX
    )
    page = await read_records(services.blocks, query, tip)
    return api.EventsResult(page.records, page.place, tip)


async def events_history(services: Services, request: api.HistoryRequest) -> api.HistoryResult:
    """Return a page of what concerned an id, the newest first."""
    before = request.before
    start = None if before is None else IndexedReceipt(before.height, before.index - 1)
    found = await services.backend.concerning(request.id, start, request.limit + 1)
    records: list[api.RecordView] = []
    for item in found[: request.limit]:
        block = await services.blocks.block(item.height)
        records.append(record_at(block, api.Place(item.height, item.receipt + 1)))
    more = len(found) > request.limit
    return api.HistoryResult(tuple(records), records[-1].place if more else None)


METHODS: tuple[AnyMethod, ...] = (
    BoundMethod(api.EVENTS_LIST, events_list),
    BoundMethod(api.EVENTS_HISTORY, events_history),
)
