"""Handlers of typed reads: one entity, or a page of them, over every declared table."""

from ledger.refusal import Code, Refused, require
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.entity_tables import TABLES, EntityTable
from node.rpc.limits import ROWS_SCANNED_MAX
from node.rpc.services import Services
from quancheng.api import state as api
from quancheng.api.method import NoParameters


async def entity_kinds(_services: Services, _: NoParameters) -> api.EntityKindsResult:
    """Return every kind with its fields."""
    return api.EntityKindsResult(tuple(table.describe() for table in TABLES.values()))


async def entity_get(services: Services, request: api.EntityRequest) -> api.EntityResult:
    """Return one entity, or refuse with E010."""
    table = _table(request.kind)
    raw_key = table.raw_key(request.id)
    found = await services.backend.state_values((raw_key,))
    value = found.values[0]
    if value is None:
        raise Refused(Code.NOT_FOUND, "id")
    return api.EntityResult(found.height, table.view(raw_key, value))


async def entity_list(services: Services, request: api.EntityListRequest) -> api.EntityListResult:
    """Return a page of entities in key order, at most ROWS_SCANNED_MAX rows looked at."""
    table = _table(request.kind)
    prefix = table.raw_key(request.prefix or b"")
    _require_known_fields(table, request.where)
    start = b""
    if request.cursor is not None:
        require(request.cursor.startswith(prefix), Code.BAD_REQUEST, "cursor")
        start = request.cursor + b"\x00"  # the least key above the one that was read last
    limit = ROWS_SCANNED_MAX if request.where else request.limit
    page = await services.backend.state_page(prefix, start, limit)
    entities: list[api.EntityView] = []
    cursor: bytes | None = None
    for raw_key, value in page.rows:
        if len(entities) == request.limit:
            return api.EntityListResult(page.height, tuple(entities), cursor)
        entity = table.view(raw_key, value)
        cursor = raw_key
        if _matches(entity, request.where):
            entities.append(entity)
    return api.EntityListResult(page.height, tuple(entities), cursor if page.more else None)


def _table(kind: str) -> EntityTable:
    table = TABLES.get(kind)
    if table is None:
        raise Refused(Code.NOT_FOUND, "kind")
    return table


def _require_known_fields(table: EntityTable, where: tuple[api.FieldFilter, ...]) -> None:
    for index, item in enumerate(where):
        require(item.field in table.table.codec.names, Code.BAD_REQUEST, f"where[{index}].field")


def _matches(entity: api.EntityView, where: tuple[api.FieldFilter, ...]) -> bool:
    assert isinstance(entity.fields, dict)
    return all(entity.fields[item.field] == item.value for item in where)


METHODS: tuple[AnyMethod, ...] = (
    BoundMethod(api.ENTITY_KINDS, entity_kinds),
    BoundMethod(api.ENTITY_GET, entity_get),
    BoundMethod(api.ENTITY_LIST, entity_list),
)
