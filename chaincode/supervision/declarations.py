"""The transaction types of supervision."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.supervision import (
    audits,
    cases,
    committees,
    disclosures,
    freezes,
    incidents,
    inspections,
    rectifications,
    suspensions,
)

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(cases.CaseOpen, cases.open_case),
    declare(cases.CaseClose, cases.close_case),
    declare(committees.CommitteeConfirm, committees.confirm_committee),
    declare(audits.AuditShare, audits.share_audit),
    declare(freezes.FreezeSet, freezes.set_freeze),
    declare(freezes.FreezeLift, freezes.lift_freeze),
    declare(suspensions.SuspensionSet, suspensions.suspend_by_supervisors),
    declare(suspensions.SuspensionLift, suspensions.resume_by_supervisors),
    declare(inspections.InspectionOrder, inspections.order_inspection),
    declare(inspections.InspectionAnswer, inspections.answer_inspection),
    declare(rectifications.RectificationOrder, rectifications.order_rectification),
    declare(rectifications.RectificationDone, rectifications.finish_rectification),
    declare(rectifications.RectificationVerify, rectifications.verify_rectification),
    declare(incidents.IncidentReport, incidents.report_incident),
    declare(disclosures.DisclosurePublish, disclosures.publish_disclosure),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.INSPECTION_ENDS: inspections.end_inspection,
    DueKind.RECTIFICATION_ENDS: rectifications.end_rectification,
    DueKind.NOTIFICATION_ENDS: incidents.end_notification,
    DueKind.DISCLOSURE_ENDS: disclosures.end_disclosure,
}
