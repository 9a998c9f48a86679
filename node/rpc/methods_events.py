"""The handler of reading events by page. Streams live on their WebSocket, in `subscriptions`."""

from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.limits import BLOCKS_SCANNED_MAX
from node.rpc.records import RecordQuery, read_records
from node.rpc.services import Services
from quancheng.api import events as api


async def events_list(services: Services, request: api.EventsRequest) -> api.EventsResult:
    """Return a page of records; at most BLOCKS_SCANNED_MAX blocks are looked at."""
    tip = services.hub.height
    query = RecordQuery(
        request.after or api.START, request.filter, request.limit, BLOCKS_SCANNED_MAX
    )
    page = await read_records(services.backend, query, tip)
    return api.EventsResult(page.records, page.place, tip)


METHODS: tuple[AnyMethod, ...] = (BoundMethod(api.EVENTS_LIST, events_list),)
