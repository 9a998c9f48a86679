"""One file for each part; each `play` is the whole conduct of one party."""

from collections.abc import Awaitable, Callable, Mapping

from apps.loan.cast import Role
from apps.loan.desk import Desk
from apps.loan.roles import (
    auditor,
    authorizer,
    bank,
    citizens,
    deliverer,
    department,
    identity,
    market,
    operator,
    registrar,
    settlement,
    stranger,
    supervisor,
)

PLAYS: Mapping[Role, Callable[[Desk], Awaitable[None]]] = {
    Role.AUTHORIZER: authorizer.play,
    Role.REGISTRAR: registrar.play,
    Role.MARKET: market.play,
    Role.DEPARTMENT: department.play,
    Role.IDENTITY: identity.play,
    Role.SETTLEMENT: settlement.play,
    Role.OPERATOR: operator.play,
    Role.DELIVERER: deliverer.play,
    Role.STRANGER: stranger.play,
    Role.BANK: bank.play,
    Role.SUPERVISOR: supervisor.play,
    Role.AUDITOR: auditor.play,
    Role.CITIZENS: citizens.play,
}
