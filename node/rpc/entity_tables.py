"""The kinds of entities: every table of the world state, under its declared name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias

from chaincode import due, evidence, flags, freezes, parameters, validators
from chaincode.authorization import records as authorization
from chaincode.delivery import job_records as jobs
from chaincode.delivery import records as delivery
from chaincode.fields import Json
from chaincode.membership import proposal
from chaincode.membership import records as membership
from chaincode.registration import records as registration
from chaincode.settlement import records as settlement
from chaincode.state import decode_record
from chaincode.supervision import records as supervision
from chaincode.tables import Single, Table
from chaincode.trading import records as trading
from node.rpc.views import value_json
from quancheng.api.state import EntityKind, EntityView, kind_of

AnyTable: TypeAlias = Table[Any, Any] | Single[Any]

_MODULES: tuple[ModuleType, ...] = (
    due,
    evidence,
    flags,
    freezes,
    parameters,
    validators,
    membership,
    proposal,
    registration,
    authorization,
    trading,
    delivery,
    jobs,
    settlement,
    supervision,
)


@dataclass(frozen=True, slots=True)
class EntityTable:
    """One kind of entity and the table that holds it."""

    kind: str
    table: AnyTable

    def raw_key(self, identifier: bytes) -> bytes:
        """Return the raw key of an id."""
        return bytes([self.table.namespace]) + identifier

    def view(self, raw_key: bytes, value: bytes) -> EntityView:
        """Return the entity of a row."""
        fields = self.table.codec.write_json(decode_record(self.table.codec, value))
        return EntityView(self.kind, raw_key[1:], self._parts(raw_key), raw_key, fields)

    def describe(self) -> EntityKind:
        """Return what people read of the kind."""
        meaning = (self.table.codec.record.__doc__ or "").strip()
        return EntityKind(self.kind, meaning, self.table.codec.describe()["fields"])

    def _parts(self, raw_key: bytes) -> tuple[Json, ...]:
        if isinstance(self.table, Single):
            return ()
        key = self.table.key_of(raw_key)
        return tuple(value_json(part) for part in (key if isinstance(key, tuple) else (key,)))


def _tables() -> Iterator[EntityTable]:
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, Table | Single):
                yield EntityTable(kind_of(value.name), value)


TABLES: Mapping[str, EntityTable] = {item.kind: item for item in _tables()}
"""Every table by its kind; tables that a module imports from another appear once."""
