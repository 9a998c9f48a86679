"""Freezing and lifting: business with a target stops until a lift or the end of the term.

A freeze of a whole party, of its money or of all business on the chain takes two supervisors,
because it stops an institution or the city.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Identifier, Milliseconds
from chaincode.freezes import CASES_MAX, FREEZES, CaseFreeze, Freeze, put_freeze
from chaincode.membership.records import Party
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.supervision.powers import require_second_supervisor, supervised_case
from chaincode.supervision.records import CASES, Case, TargetKind
from ledger.refusal import Code, require

NEEDS_TWO = frozenset({TargetKind.PARTY, TargetKind.ACCOUNT, TargetKind.CHAIN})


@transaction_type(
    "freeze.set",
    since=1,
    signed_by="a supervisor; two for a party, its money or the chain",
    protective=True,
)
@dataclass(frozen=True, slots=True)
class FreezeSet:
    """A supervisor freezes a target of its open case, or prolongs that freeze."""

    case: Annotated[Identifier, "The open case."]
    target: Annotated[Identifier, "The target, one of the case's; money by the account's id."]
    until_ms: Annotated[Milliseconds, "When the freeze ends by itself."]


@transaction_type("freeze.lift", since=1, signed_by="the supervisor of the case")
@dataclass(frozen=True, slots=True)
class FreezeLift:
    """The supervisor lifts the freeze of its case; the target returns to its untouched state."""

    case: Annotated[Identifier, "The case."]
    target: Annotated[Identifier, "The frozen target."]


def set_freeze(context: Context, body: FreezeSet) -> None:
    """Freeze a target; refuse (E701) without an open case and (E704) outside it."""
    supervisor, case = supervised_case(context, body.case)
    _require_target(context, supervisor, case, body.target)
    require(context.now_ms < body.until_ms, Code.DEADLINE_PASSED, "until_ms")
    latest_ms = context.now_ms + context.parameter(ParameterName.FREEZE_TERM_MAX_MS)
    require(body.until_ms <= latest_ms, Code.TERM_TOO_LONG, "until_ms")
    held = FREEZES.get(context.state, body.target)
    others = () if held is None else _others(held, body.case, context.now_ms)
    require(len(others) < CASES_MAX, Code.RATE_LIMIT, "target")
    hold = CaseFreeze(body.case, supervisor.id, body.until_ms)
    put_freeze(context.state, body.target, (*others, hold))
    frozen = (*(item for item in case.frozen if item != body.target), body.target)
    CASES.put(context.state, body.case, replace(case, frozen=frozen))
    context.emit("freeze.set", body.target, body.case, supervisor.id, amounts=(body.until_ms,))


def lift_freeze(context: Context, body: FreezeLift) -> None:
    """Lift the freeze of one case; other cases keep theirs."""
    context.require_signers(1)
    supervisor = context.signer_party()
    case = CASES.require(context.state, body.case, "case")
    require(case.supervisor == supervisor.id, Code.NO_RIGHT, "signers[0]")
    context.require_right(supervisor, Right.WATCH)
    require(body.target in case.frozen, Code.FREEZE_TARGET, "target")
    held = FREEZES.get(context.state, body.target)
    others = () if held is None else _others(held, body.case, context.now_ms)
    put_freeze(context.state, body.target, others)
    frozen = tuple(item for item in case.frozen if item != body.target)
    CASES.put(context.state, body.case, replace(case, frozen=frozen))
    context.emit("freeze.lifted", body.target, body.case, supervisor.id)


def _others(held: Freeze, case: bytes, now_ms: int) -> tuple[CaseFreeze, ...]:
    """Return the holds of other cases that have not ended by themselves."""
    return tuple(item for item in held.cases if item.case != case and now_ms < item.until_ms)


def _require_target(context: Context, supervisor: Party, case: Case, target: bytes) -> None:
    kinds = {item.freeze_id: item.kind for item in case.targets}
    require(target in kinds, Code.FREEZE_TARGET, "target")
    if kinds[target] not in NEEDS_TWO:
        context.require_signers(1)
        return
    require_second_supervisor(context, supervisor)
