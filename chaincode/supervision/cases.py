"""Cases: what a supervisor looks into, on which legal basis. OPEN ─ case.close ─▶ CLOSED."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.records import CONSENTS, GRANTS
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, GroupKey, Identifier
from chaincode.membership.records import PARTIES
from chaincode.registration.records import PRODUCTS, RESOURCES
from chaincode.rights import Right
from chaincode.supervision.records import (
    CASES,
    TARGETS_MAX,
    Case,
    CaseStatus,
    LegalBasis,
    Target,
    TargetKind,
)
from chaincode.trading.records import ORDERS
from ledger import suites
from ledger.refusal import Code, require


@transaction_type("case.open", since=1, signed_by="a supervisor")
@dataclass(frozen=True, slots=True)
class CaseOpen:
    """A supervisor opens a case on named targets."""

    targets: Annotated[tuple[Target, ...], AtMost(TARGETS_MAX), "What it is about."]
    legal_basis: Annotated[LegalBasis, "On what it rests."]
    inspector_key: Annotated[GroupKey | None, "The only key to which evidence may be opened."]


@transaction_type("case.close", since=1, signed_by="the supervisor of the case")
@dataclass(frozen=True, slots=True)
class CaseClose:
    """The supervisor closes its case once every freeze under it is lifted."""

    case: Annotated[Identifier, "The case."]


def open_case(context: Context, body: CaseOpen) -> None:
    """Open a case on targets that exist."""
    context.require_signers(1)
    supervisor = context.signer_party()
    context.require_right(supervisor, Right.WATCH)
    require(bool(body.targets), Code.SCHEMA, "targets")
    sound = body.inspector_key is None or suites.is_admissible_key(body.inspector_key)
    require(sound, Code.BAD_KEY, "inspector_key")
    for index, target in enumerate(body.targets):
        require(_exists(context, target), Code.NOT_FOUND, f"targets[{index}].id")
    case = Case(
        supervisor=supervisor.id,
        targets=body.targets,
        legal_basis=body.legal_basis,
        inspector_key=body.inspector_key,
        frozen=(),
        status=CaseStatus.OPEN,
    )
    CASES.put(context.state, context.tx_id, case)
    ids = (target.id for target in body.targets)
    context.emit("case.opened", context.tx_id, supervisor.id, *ids, amounts=(body.legal_basis,))


def close_case(context: Context, body: CaseClose) -> None:
    """Close a case; freezes are lifted one by one, so that each lifting stands on the record."""
    context.require_signers(1)
    supervisor = context.signer_party()
    case = CASES.require(context.state, body.case, "case")
    require(case.supervisor == supervisor.id, Code.NO_RIGHT, "signers[0]")
    context.require_right(supervisor, Right.WATCH)
    require(case.status is CaseStatus.OPEN and not case.frozen, Code.BAD_STATE, "case")
    CASES.put(context.state, body.case, replace(case, status=CaseStatus.CLOSED))
    context.emit("case.closed", body.case, supervisor.id)


def _exists(context: Context, target: Target) -> bool:
    state = context.state
    match target.kind:
        case TargetKind.CHAIN:
            return target.id == context.block.genesis_hash
        case TargetKind.PARTY | TargetKind.ACCOUNT:
            return PARTIES.get(state, target.id) is not None
        case TargetKind.PRODUCT:
            return PRODUCTS.get(state, target.id) is not None
        case TargetKind.RESOURCE:
            return RESOURCES.get(state, target.id) is not None
        case TargetKind.GRANT:
            return GRANTS.get(state, target.id) is not None
        case TargetKind.CONSENT:
            return CONSENTS.get(state, target.id) is not None
        case TargetKind.ORDER:
            return ORDERS.get(state, target.id) is not None
