"""How the insurance scenario is set out, followed and reported."""

from collections import Counter

from apps.insurance.story import (
    CLAIMS,
    EVERYBODY,
    LINES_OF_CLAIM,
    MISSING_OF_PATIENT,
    PATIENT,
    PRODUCTS,
    RESOURCES,
    SCENARIO,
    residents,
)
from apps.insurance.words import say
from apps.stage.archive import IDENTITY_COLUMN, RECORDS_FILE, write_records
from apps.stage.cast import Office
from apps.stage.conductor import Performance
from apps.stage.network import Network
from apps.stage.progress import Progress, Step, require_true
from apps.stage.report import Report
from apps.stage.roles.identity import REGISTER_FILE, register_json
from apps.stage.tables import named_table
from chaincode.authorization.records import (
    CONSENTS,
    MATTERS,
    ConsentStatus,
    MatterStatus,
)
from chaincode.delivery.records import ASSETS, AssetStatus
from chaincode.membership.records import PARTIES
from chaincode.registration.records import PRODUCTS as PRODUCT_TABLE
from chaincode.settlement.records import DISPUTES, DisputeStatus
from chaincode.supervision.records import CASES, CaseStatus
from chaincode.trading.records import LINES, LISTINGS, LineState
from quancheng.audit_opening import audit_log
from quancheng.client import Client

TRIED: tuple[tuple[str, str], ...] = (
    ("consent.request", "E315"),
    ("consent.grant", "E317"),
    ("envelope.prepare", "E508"),
    ("envelope.prepare", "E313"),
    ("audit.share", "E703"),
    ("audit.share", "E704"),
    ("dispute.rule", "E607"),
    ("order.place", "E312"),
)
"""What is tried against the rules: transaction type and the code it must stand with."""

_LINES = CLAIMS * LINES_OF_CLAIM
_CARRIED = 1
_RELEASED = frozenset(
    {LineState.RELEASED, LineState.ACCEPTED, LineState.DISPUTED, LineState.SETTLED}
)
_SHORT = 16


def _outfit(network: Network) -> None:
    """Give the three holders and the identity authority what they have from their work."""
    records = {person.row: person.records() for person in EVERYBODY}
    for name in MISSING_OF_PATIENT:
        records[PATIENT.row][name] = ""
    rows = [{IDENTITY_COLUMN: person.identity, **records[person.row]} for person in EVERYBODY]
    for resource in RESOURCES:
        write_records(network.folder(resource.holder) / RECORDS_FILE, list(resource.fields), rows)
    register = network.folder(Office.IDENTITY) / REGISTER_FILE
    register.write_text(register_json(residents()), encoding="utf-8")


async def _progress(client: Client) -> Progress:
    listings = [listing async for _, listing in client.records(LISTINGS)]
    consents = [consent async for _, consent in client.records(CONSENTS)]
    matters = [matter async for _, matter in client.records(MATTERS)]
    states = Counter([line.state async for _, line in client.records(LINES)])
    disputes = [dispute async for _, dispute in client.records(DISPUTES)]
    cases = [case async for _, case in client.records(CASES)]
    assets = [asset async for _, asset in client.records(ASSETS)]
    answers = sum(item.status is not ConsentStatus.REQUESTED for item in consents)
    erased = sum(item.status is AssetStatus.ERASED for item in assets)
    ruled = sum(item.status is DisputeStatus.RULED for item in disputes)
    closed = sum(item.status is CaseStatus.CLOSED for item in cases)
    return Progress(
        (
            Step("step.products", len(listings), len(PRODUCTS)),
            Step("step.consents", answers, _LINES),
            Step("step.released", sum(states[state] for state in _RELEASED), _LINES),
            Step("step.carried", sum(item.source is not None for item in assets), _CARRIED),
            Step("step.ruled", min(ruled, closed), 1),
            Step("step.erased", erased, 1),
            Step("step.settled", states[LineState.SETTLED], _LINES),
            Step(
                "step.closed",
                sum(item.status is MatterStatus.CLOSED for item in matters),
                CLAIMS,
            ),
        )
    )


async def _report(report: Report) -> None:
    recorded = await report.happened(TRIED)
    await _show_claims(report)
    await _show_dispute(report)
    await report.balances()
    await report.trace()
    await report.standings()
    await report.evidence(recorded, "dispute.rule")


async def _show_claims(report: Report) -> None:
    """Show each claim as the chain has it: a pseudonym, three consents, and no name."""
    client = report.client
    names = {key: item.terms.name async for key, item in client.records(PRODUCT_TABLE)}
    carried = {asset.line async for _, asset in client.records(ASSETS) if asset.source is not None}
    lines = [row async for row in client.records(LINES)]
    columns = ("pseudonym", "outcome", "amount", "delivered", "brought")
    table = named_table(say, say("claims"), columns)
    async for matter_id, matter in client.records(MATTERS):
        own = [(line_id, line) for line_id, line in lines if line.matter == matter_id]
        pseudonyms = {line.sid for _, line in own}
        require_true(len(pseudonyms) == 1, "pseudonyms")
        (sid,) = pseudonyms
        assert sid is not None
        outcome = "" if matter.outcome is None else matter.outcome.name.lower()
        brought = [names[line.product] for line_id, line in own if line_id in carried]
        row = (sid.hex()[:_SHORT], outcome, matter.amount.name.lower(), str(len(own)))
        table.add_row(*row, ", ".join(brought))
    report.show(table)


async def _show_dispute(report: Report) -> None:
    """Show who opened the disputed envelope, when and under which case, and how it was ruled."""
    client = report.client
    names = {key: party.name async for key, party in client.records(PARTIES)}
    table = named_table(say, say("dispute"), ("step", "who", "height"))
    async for _, dispute in client.records(DISPUTES):
        line = await client.record(LINES, dispute.line)
        assert line is not None
        assert line.asset is not None
        steps = await audit_log(client, line.asset)
        for step in steps:
            who = ", ".join(names[member] for member in step.members)
            what = say("shared") if step.inspector is None else say("opened")
            table.add_row(what, who, str(step.height))
        split = say("split", to_user=dispute.to_user, to_payees=dispute.to_payees)
        table.add_row(split, names[dispute.opener], "")
        require_true(dispute.to_user + dispute.to_payees == line.price, "ruling")
        require_true(0 < dispute.to_user < line.price, "split")
        require_true(any(step.inspector is not None for step in steps), "opening")
    report.show(table)


PERFORMANCE = Performance(
    scenario=SCENARIO,
    say=say,
    outfit=_outfit,
    progress=_progress,
    report=_report,
)
