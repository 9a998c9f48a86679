"""The transaction types of supervision."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.supervision import audits, cases, committees, freezes, suspensions

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(cases.CaseOpen, cases.open_case),
    declare(cases.CaseClose, cases.close_case),
    declare(committees.CommitteeConfirm, committees.confirm_committee),
    declare(audits.AuditShare, audits.share_audit),
    declare(freezes.FreezeSet, freezes.set_freeze),
    declare(freezes.FreezeLift, freezes.lift_freeze),
    declare(suspensions.SuspensionSet, suspensions.suspend_by_supervisors),
    declare(suspensions.SuspensionLift, suspensions.resume_by_supervisors),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {}
