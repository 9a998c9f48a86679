"""One file for each part of this scenario; each `play` is the whole conduct of one party."""

from collections.abc import Mapping

from apps.stage.cast import Office
from apps.stage.process import Play
from apps.stage.roles import auditor, authorizer, operator, registrar, settlement
from apps.statistics.cast import Role
from apps.statistics.roles import consultant, holder, institute, market, supervisor

PLAYS: Mapping[str, Play] = {
    Office.AUTHORIZER: authorizer.play,
    Office.REGISTRAR: registrar.play,
    Office.MARKET: market.play,
    Office.SETTLEMENT: settlement.play,
    Office.SUPERVISOR: supervisor.play,
    Office.AUDITOR: auditor.play,
    Role.HOLDER: holder.play,
    Role.OPERATOR: operator.play,
    Role.INSTITUTE: institute.play,
    Role.CONSULTANT: consultant.play,
}
