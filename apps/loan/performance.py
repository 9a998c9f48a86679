"""How the loan scenario is set out, followed and reported."""

from apps.loan.cast import CAST, Role
from apps.loan.roles.bank import REFUSED_AT_THE_DOOR
from apps.loan.story import (
    APPLICANTS,
    DELIVERED_FIELDS,
    RETURNING,
    REVOKING,
    SCENARIO,
    applicants,
)
from apps.loan.words import say
from apps.stage import reading
from apps.stage.archive import IDENTITY_COLUMN, RECORDS_FILE, write_records
from apps.stage.cast import Office
from apps.stage.conductor import Performance
from apps.stage.data import credit_rows
from apps.stage.network import Network
from apps.stage.progress import Progress, Step, require_true
from apps.stage.report import Report
from apps.stage.roles.identity import REGISTER_FILE, Resident, register_json
from chaincode.authorization.records import CONSENTS, MATTERS, ConsentStatus, MatterStatus
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.supervision.records import CASES, CaseStatus
from chaincode.trading.records import LINES, LISTINGS, LineState
from quancheng.client import Client

TRIED: tuple[tuple[str, str], ...] = (
    ("order.place", "E307"),
    ("order.place", "E308"),
    ("envelope.release", "E007"),
    ("envelope.receipt", "E513"),
    ("order.place", "E009"),
    ("envelope.release", "E306"),
)
"""What is tried against the rules: transaction type and the code it must stand with."""

_DELIVERED = RETURNING - REVOKING
_RELEASED = frozenset({LineState.RELEASED, LineState.ACCEPTED, LineState.SETTLED})


def _outfit(network: Network) -> None:
    """Give department and identity authority what they have from their work."""
    people, rows = applicants(), credit_rows()
    path = network.folder(Role.DEPARTMENT) / RECORDS_FILE
    records = [{IDENTITY_COLUMN: person.identity, **rows[person.row]} for person in people]
    write_records(path, list(DELIVERED_FIELDS), records)
    register = network.folder(Office.IDENTITY) / REGISTER_FILE
    residents = [Resident(person.identity) for person in people]
    register.write_text(register_json(residents), encoding="utf-8")


async def _progress(client: Client) -> Progress:
    newcomers = {part.name for part in CAST.applicants}
    lines = [line async for _, line in client.records(LINES)]
    parties = [party async for _, party in client.records(PARTIES)]
    consents = [consent async for _, consent in client.records(CONSENTS)]
    matters = [matter async for _, matter in client.records(MATTERS)]
    listings = [listing async for _, listing in client.records(LISTINGS)]
    cases = [case async for _, case in client.records(CASES)]
    active = [item for item in parties if item.status is PartyStatus.ACTIVE]
    admitted = sum(item.name in newcomers for item in active)
    answers = sum(item.status is not ConsentStatus.REQUESTED for item in consents)
    released = sum(line.state in _RELEASED for line in lines)
    settled = sum(line.state is LineState.SETTLED for line in lines)
    closed = sum(item.status is MatterStatus.CLOSED for item in matters)
    inspected = sum(case.status is CaseStatus.CLOSED for case in cases)
    return Progress(
        (
            Step("step.parties", admitted, len(newcomers)),
            Step("step.product", len(listings), 1),
            Step("step.consents", answers, APPLICANTS),
            Step("step.released", released, _DELIVERED),
            Step("step.inspected", inspected, 1),
            Step("step.settled", settled, _DELIVERED),
            Step("step.closed", closed, APPLICANTS),
        )
    )


async def _report(report: Report) -> None:
    recorded = await report.happened(TRIED)
    await _report_door(report)
    await report.balances()
    await report.trace()
    await report.standings()
    await report.evidence(recorded, "envelope.release")


async def _report_door(report: Report) -> None:
    """Show that what was refused at the door is in no block of any node."""
    path = report.network.folder(Role.BANK) / REFUSED_AT_THE_DOOR
    tx_id, _, code = path.read_text(encoding="utf-8").split()
    for name, client in report.clients.items():
        held = {item.transaction.tx_id for item in await reading.recorded_transactions(client)}
        require_true(bytes.fromhex(tx_id) not in held, f"door ({name})")
    report.show(say("door", tx_id=tx_id[:16], code=code))


PERFORMANCE = Performance(
    scenario=SCENARIO,
    say=say,
    outfit=_outfit,
    progress=_progress,
    report=_report,
    kill_after="step.released",
)
