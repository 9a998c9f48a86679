"""Everything that the world state keeps can be read by its kind."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import chaincode
from chaincode.tables import Single, Table
from node.rpc.entity_tables import TABLES


def declared_tables() -> Iterator[tuple[str, object]]:
    """Yield every table of every module of the chaincode, with the module's name."""
    for module in pkgutil.walk_packages(chaincode.__path__, "chaincode."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Table | Single):
                yield f"{module.name}: {value.name}", value


def test_no_table_is_hidden_from_those_who_read() -> None:
    """Jobs, budgets, flags and offences as well as orders: each table is a kind of entity."""
    readable = [item.table for item in TABLES.values()]
    hidden = [name for name, table in declared_tables() if table not in readable]
    assert hidden == []
