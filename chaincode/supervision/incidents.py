"""Incidents: whoever learns that data got lost or out says so, and tells those concerned in time.

The first report starts the term in which the persons concerned must be told; a later report of the
same party completes the first and says that they were. A term that passed leaves a flag.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.records import ASSETS
from chaincode.due import DueKind
from chaincode.fields import AtMost, Commitment, Identifier
from chaincode.flags import FlagKind, raise_flag
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.membership.records import Party
from chaincode.parameters import ParameterName
from chaincode.supervision.records import (
    INCIDENT_ASSETS_MAX,
    INCIDENTS,
    Incident,
    IncidentKind,
    PersonsBucket,
)
from ledger.refusal import Code, require


@transaction_type("incident.report", since=1, signed_by="any party")
@dataclass(frozen=True, slots=True)
class IncidentReport:
    """A party reports an incident, or completes its own earlier report."""

    incident: Annotated[Identifier | None, "The report that this one completes; none: a new one."]
    kind: Annotated[IncidentKind, "What happened."]
    assets: Annotated[
        tuple[Identifier, ...], AtMost(INCIDENT_ASSETS_MAX), "The assets concerned, where known."
    ]
    persons: Annotated[PersonsBucket, "About how many persons are concerned."]
    notification: Annotated[
        Commitment | None, "Commitment to how the persons were told; none while they are not."
    ]


def report_incident(context: Context, body: IncidentReport) -> None:
    """Record a report; its term runs from the first one."""
    context.require_signers(1)
    party = context.signer_party()
    before = None if body.incident is None else _own(context, party, body.incident)
    for index, asset in enumerate(body.assets):
        ASSETS.require(context.state, asset, f"assets[{index}]")
    incident_id = context.tx_id if body.incident is None else body.incident
    term_ms = context.parameter(ParameterName.NOTIFICATION_TERM_MS)
    until_ms = context.now_ms + term_ms if before is None else before.until_ms
    incident = Incident(
        party=party.id,
        kind=body.kind,
        assets=body.assets,
        persons=body.persons,
        until_ms=until_ms,
        notification=body.notification,
        overdue=False if before is None else before.overdue,
    )
    if before is None:
        take_on_duty(context, party.id)
        context.schedule(until_ms, DueKind.NOTIFICATION_ENDS, incident_id)
    incident = _flagged_if_late(context, incident_id, incident)
    INCIDENTS.put(context.state, incident_id, incident)
    if body.notification is not None:
        discharge_duty(context, party.id)
    amounts = (body.kind, body.persons, int(body.notification is not None))
    context.emit("incident.reported", incident_id, party.id, *body.assets, amounts=amounts)


def end_notification(context: Context, incident_id: bytes) -> None:
    """Flag a party that has not told the persons concerned in time."""
    incident = INCIDENTS.known(context.state, incident_id)
    if incident.notification is None:
        flagged = _flagged_if_late(context, incident_id, incident)
        INCIDENTS.put(context.state, incident_id, flagged)


def _own(context: Context, party: Party, incident_id: bytes) -> Incident:
    """Return a report to complete; refuse another's (E007) and one that is complete (E011)."""
    incident = INCIDENTS.require(context.state, incident_id, "incident")
    require(incident.party == party.id, Code.NO_RIGHT, "incident")
    require(incident.notification is None, Code.BAD_STATE, "incident")
    return incident


def _flagged_if_late(context: Context, incident_id: bytes, incident: Incident) -> Incident:
    if incident.overdue or context.now_ms < incident.until_ms:
        return incident
    raise_flag(context, incident.party, FlagKind.NOTIFICATION_OVERDUE, incident_id)
    return replace(incident, overdue=True)
