"""What every order of a supervisor to a party rests on: case, party, items and a term."""

from chaincode.context import Context
from chaincode.membership.records import Party
from chaincode.parameters import ParameterName
from chaincode.supervision.powers import supervised_case
from chaincode.supervision.records import TargetKind
from ledger.refusal import Code, require


def require_order(
    context: Context, case_id: bytes, party: bytes, items: tuple[bytes, ...], until_ms: int
) -> Party:
    """Return the ordering supervisor.

    Refuse E007 and E701 without an open case of its own, E704 a party outside it, E008 one that
    cannot sign, E006 nothing ordered, E514 and E314 a term that is over or too long.
    """
    context.require_signers(1)
    supervisor, case = supervised_case(context, case_id)
    targets = [item.id for item in case.targets if item.kind is TargetKind.PARTY]
    require(party in targets, Code.FREEZE_TARGET, "party")
    context.active_party(party, "party")
    require(bool(items), Code.SCHEMA, "items")
    require(context.now_ms < until_ms, Code.DEADLINE_PASSED, "until_ms")
    latest_ms = context.now_ms + context.parameter(ParameterName.ORDER_TO_PARTY_TERM_MAX_MS)
    require(until_ms <= latest_ms, Code.TERM_TOO_LONG, "until_ms")
    return supervisor
