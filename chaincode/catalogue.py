"""Every transaction type and every kind of due item, joined explicitly from the areas."""

from collections.abc import Callable, Mapping

from chaincode.authorization import declarations as authorization
from chaincode.context import Context
from chaincode.declaration import AnyDeclaration
from chaincode.delivery import declarations as delivery
from chaincode.due import DueKind
from chaincode.membership import declarations as membership
from chaincode.registration import declarations as registration
from chaincode.settlement import declarations as settlement
from chaincode.supervision import declarations as supervision
from chaincode.trading import declarations as trading

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    *membership.DECLARATIONS,
    *registration.DECLARATIONS,
    *authorization.DECLARATIONS,
    *trading.DECLARATIONS,
    *delivery.DECLARATIONS,
    *settlement.DECLARATIONS,
    *supervision.DECLARATIONS,
)

TYPES: Mapping[str, AnyDeclaration] = {item.name: item for item in DECLARATIONS}
"""Declarations by the name of their type."""


def active_type(name: str, version: int) -> AnyDeclaration | None:
    """Return the declaration of a type that is in force in a protocol version, or None.

    None both for a type that nobody knows and for one of a later version: older software cannot
    tell them apart, so no software may.
    """
    declaration = TYPES.get(name)
    return declaration if declaration is not None and declaration.facts.since <= version else None


SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    **membership.SWEEPS,
    **registration.SWEEPS,
    **authorization.SWEEPS,
    **trading.SWEEPS,
    **delivery.SWEEPS,
    **settlement.SWEEPS,
    **supervision.SWEEPS,
}
"""What becomes of a due item.

The handler finds the target as it is now and does nothing where it has moved on.
"""

assert len(TYPES) == len(DECLARATIONS), "a type is declared twice"
