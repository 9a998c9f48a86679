"""One file for each part of this scenario; each `play` is the whole conduct of one party."""

from collections.abc import Mapping

from apps.loan.cast import Role
from apps.loan.roles import bank, citizens, deliverer, stranger, supervisor
from apps.stage.cast import Office
from apps.stage.process import Play
from apps.stage.roles import (
    auditor,
    authorizer,
    holder,
    identity,
    market,
    operator,
    registrar,
    settlement,
)

PLAYS: Mapping[str, Play] = {
    Office.AUTHORIZER: authorizer.play,
    Office.REGISTRAR: registrar.play,
    Office.MARKET: market.play,
    Office.IDENTITY: identity.play,
    Office.SETTLEMENT: settlement.play,
    Office.SUPERVISOR: supervisor.play,
    Office.AUDITOR: auditor.play,
    Role.DEPARTMENT: holder.hold,
    Role.OPERATOR: operator.play,
    Role.DELIVERER: deliverer.play,
    Role.STRANGER: stranger.play,
    Role.BANK: bank.play,
    Role.CITIZENS: citizens.play,
}
