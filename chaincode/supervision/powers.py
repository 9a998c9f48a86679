"""What every act of a supervisor rests on: its right, its own open case, and for some a second."""

from chaincode.context import Context
from chaincode.membership.records import Party
from chaincode.rights import Right
from chaincode.supervision.records import CASES, Case, CaseStatus
from ledger.refusal import Code, Refused, require


def signing_supervisor(context: Context) -> Party:
    """Return the one signer, a supervisor; refuse E007 anybody else."""
    context.require_signers(1)
    supervisor = context.signer_party()
    context.require_right(supervisor, Right.WATCH)
    return supervisor


def supervised_case(context: Context, case_id: bytes) -> tuple[Party, Case]:
    """Return the first signer and its own open case; refuse E007, E701 without one."""
    supervisor = context.signer_party()
    context.require_right(supervisor, Right.WATCH)
    case = CASES.get(context.state, case_id)
    if case is None or case.status is not CaseStatus.OPEN:
        raise Refused(Code.CASE_NEEDED, "case")
    require(case.supervisor == supervisor.id, Code.NO_RIGHT, "signers[0]")
    return supervisor, case


def require_second_supervisor(context: Context, first: Party) -> None:
    """Refuse (E013, E007) what only one supervisor wants where it takes two."""
    context.require_signers(2)
    second = context.signer_party(1)
    context.require_right(second, Right.WATCH, "signers[1]")
    require(second.id != first.id, Code.MISSING_COSIGNER, "signers[1]")
