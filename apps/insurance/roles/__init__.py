"""One file for each part of this scenario; each `play` is the whole conduct of one party."""

from collections.abc import Mapping

from apps.insurance.cast import Role
from apps.insurance.roles import auditor, deliverer, insurer, market, people, supervisor, tax
from apps.stage.cast import Office
from apps.stage.process import Play
from apps.stage.roles import authorizer, holder, identity, operator, registrar, settlement

PLAYS: Mapping[str, Play] = {
    Office.AUTHORIZER: authorizer.play,
    Office.REGISTRAR: registrar.play,
    Office.MARKET: market.play,
    Office.IDENTITY: identity.play,
    Office.SETTLEMENT: settlement.play,
    Office.SUPERVISOR: supervisor.play,
    Office.AUDITOR: auditor.play,
    Role.MEDICAL: holder.hold,
    Role.HEALTH: holder.hold,
    Role.TAX: tax.play,
    Role.OPERATOR: operator.play,
    Role.DELIVERER: deliverer.play,
    Role.INSURER: insurer.play,
    Role.PEOPLE: people.play,
}
