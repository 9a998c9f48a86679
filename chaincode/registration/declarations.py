"""The transaction types and due items of registration."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration
from chaincode.due import DueKind

DECLARATIONS: tuple[AnyDeclaration, ...] = ()

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {}
