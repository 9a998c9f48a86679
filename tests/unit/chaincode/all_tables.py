"""Every table of the world state, found in the modules of the chaincode."""

import importlib
import pkgutil
from typing import Any

import chaincode
from chaincode.tables import Single, Table

AnyTable = Table[Any, Any] | Single[Any]


def tables() -> list[AnyTable]:
    """Return every table of every module."""
    names = sorted(
        module.name for module in pkgutil.walk_packages(chaincode.__path__, "chaincode.")
    )
    found = [item for name in names for item in vars(importlib.import_module(name)).values()]
    return list(dict.fromkeys(item for item in found if isinstance(item, Table | Single)))
