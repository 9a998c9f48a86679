"""Every removal of a rule, by its name."""

from collections.abc import Mapping

from tests.requirements import (
    removals_elsewhere,
    removals_of_authorization,
    removals_of_delivery,
    removals_of_registration,
    removals_of_supervision,
    removals_of_trading,
)
from tests.requirements.removal import Removal

_ALL: tuple[Removal, ...] = (
    *removals_of_registration.REMOVALS,
    *removals_of_authorization.REMOVALS,
    *removals_of_trading.REMOVALS,
    *removals_of_delivery.REMOVALS,
    *removals_of_supervision.REMOVALS,
    *removals_elsewhere.REMOVALS,
)

REMOVALS: Mapping[str, Removal] = {removal.name: removal for removal in _ALL}

assert len(REMOVALS) == len(_ALL), "two removals have one name"
