"""How the statistics scenario is set out, followed and reported."""

import csv
from collections import Counter

from apps.gateway.results import decode_result
from apps.stage.conductor import Performance
from apps.stage.data import credit_rows
from apps.stage.network import Network
from apps.stage.progress import Progress, Step, require_true
from apps.stage.reading import Recorded
from apps.stage.report import Report
from apps.stage.tables import named_table
from apps.statistics.cast import CAST, Role
from apps.statistics.roles.holder import RECORDS_FILE
from apps.statistics.roles.institute import COUNT_FILE, SUM_FILE
from apps.statistics.story import DELIVERED, GROUP_SIZE_MIN, REFUNDED, SCENARIO, SCHEMA
from apps.statistics.words import say
from apps.venue.replay import replay
from chaincode.delivery.job_records import JOBS, RESOURCE_BUDGETS, USER_BUDGETS, JobStatus
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.trading.records import LINES, LISTINGS, MATCHES, LineState
from ledger.genesis import decode_genesis
from quancheng.client import Client

TRIED: tuple[tuple[str, str], ...] = (
    ("job.admit", "E516"),
    ("job.submit", "E006"),
    ("job.result", "E517"),
    ("job.result", "E510"),
    ("job.admit", "E510"),
    ("job.result", "E509"),
    ("job.submit", "E511"),
    ("job.result", "E508"),
    ("job.submit", "E512"),
    ("order.place", "E512"),
)
"""What is tried against the rules: transaction type and the code it must stand with."""

_BUDGETS_MET = 2
"""How often a budget was met: the institute's own, and with the consultant the resource's."""
_REJECTED_BY_HOLDER = 4
"""Rejections: what the chain refused to admit, three times, and what only the holder sees."""
_RELEASED = frozenset({LineState.RELEASED, LineState.ACCEPTED, LineState.SETTLED})
_MILLIONTHS = 1_000_000
_SHORT = 16


def _outfit(network: Network) -> None:
    """Give the holder its rows: real people, of whom it knows what the schema names."""
    path = network.folder(Role.HOLDER) / RECORDS_FILE
    names = [field.name for field in SCHEMA.fields]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(credit_rows())


async def _progress(client: Client) -> Progress:
    newcomers = {part.name for part in CAST.applicants}
    parties = [party async for _, party in client.records(PARTIES)]
    active = {party.name for party in parties if party.status is PartyStatus.ACTIVE}
    listings = [listing async for _, listing in client.records(LISTINGS)]
    matches = [match async for _, match in client.records(MATCHES)]
    states = Counter([line.state async for _, line in client.records(LINES)])
    jobs = [job async for _, job in client.records(JOBS)]
    done = sum(job.status is JobStatus.DONE for job in jobs)
    return Progress(
        (
            Step("step.parties", len(newcomers & active), len(newcomers)),
            Step("step.product", len(listings), 1),
            Step("step.matched", len(matches), 2),
            Step("step.computed", done, DELIVERED),
            Step("step.released", sum(states[state] for state in _RELEASED), DELIVERED),
            Step("step.settled", states[LineState.SETTLED], DELIVERED),
            Step("step.refunded", states[LineState.REFUNDED], REFUNDED),
        )
    )


async def _report(report: Report) -> None:
    recorded = await report.happened(TRIED)
    _require_counts(recorded)
    _show_figures(report)
    await _show_jobs(report)
    await _show_budgets(report)
    await _show_matches(report)
    await report.balances()
    await report.trace()
    await report.standings()
    await report.evidence(recorded, "job.result")


def _require_counts(recorded: list[Recorded]) -> None:
    """See that both budgets were met, and that the holder itself rejected what only it can see."""
    counts = Counter((item.transaction.type, item.code) for item in recorded)
    require_true(counts["job.admit", "E510"] == _BUDGETS_MET, "budgets")
    require_true(counts["job.reject", "E000"] == _REJECTED_BY_HOLDER, "rejections")


def _show_figures(report: Report) -> None:
    """Show what the institute received, and that asking again gave the very same bytes."""
    folder = report.network.folder(Role.INSTITUTE)
    data = (folder / COUNT_FILE).read_bytes()
    require_true((folder / f"again-{COUNT_FILE}").read_bytes() == data, "same answer")
    for name in (COUNT_FILE, SUM_FILE):
        result = decode_result((folder / name).read_bytes())
        table = named_table(say, say(f"figures.{name}"), ("cell", "figure"))
        for cell, figure in zip(SCHEMA.cell_names(result.query), result.figures, strict=True):
            below = say("below", count=GROUP_SIZE_MIN)
            table.add_row(" · ".join(cell), below if figure is None else f"{figure:,}")
        report.show(table)


async def _show_jobs(report: Report) -> None:
    """Show every job as the chain has it: the same question has one commitment, and costs once."""
    names = {key: party.name async for key, party in report.client.records(PARTIES)}
    columns = ("user", "question", "status", "epsilon", "left.out", "commitment")
    table = named_table(say, say("jobs"), columns)
    answers: dict[tuple[bytes | None, tuple[bytes, ...]], set[bytes | None]] = {}
    async for _, job in report.client.records(JOBS):
        question = b"" if job.question is None else job.question
        result = b"" if job.result is None else job.result
        loss = f"{job.spent / _MILLIONTHS:.1f}"
        status, left_out = job.status.name.lower(), job.suppressed.name.lower()
        hashes = (question.hex()[:_SHORT], result.hex()[:_SHORT])
        table.add_row(names[job.user], hashes[0], status, loss, left_out, hashes[1])
        if job.status is JobStatus.DONE:
            snapshots = tuple(item.snapshot for item in job.admissions)
            answers.setdefault((job.question, snapshots), set()).add(job.result)
    report.show(table)
    require_true(all(len(given) == 1 for given in answers.values()), "answers")


async def _show_budgets(report: Report) -> None:
    """Show what was spent of each budget; nothing is held any more, nothing is overdrawn."""
    client = report.client
    names = {key: party.name async for key, party in client.records(PARTIES)}
    limits = []
    for parameter in (ParameterName.EPSILON_OF_USER_MAX, ParameterName.EPSILON_OF_RESOURCE_MAX):
        record = await client.record(PARAMETERS, parameter)
        assert record is not None
        limits.append(record.value)
    table = named_table(say, say("budgets"), ("budget", "spent", "limit"))
    rows = [(names[key[1]], item, limits[0]) async for key, item in client.records(USER_BUDGETS)]
    shared = say("budget.resource")
    rows += [(shared, item, limits[1]) async for _, item in client.records(RESOURCE_BUDGETS)]
    for name, item, limit in rows:
        spent, most = item.spent / _MILLIONTHS, limit / _MILLIONTHS
        table.add_row(name, f"{spent:.1f}", f"{most:.1f}")
        require_true(item.reserved == 0 and item.spent <= limit, "budgets")
    report.show(table)


async def _show_matches(report: Report) -> None:
    """Execute the chain again and see that the market operator followed the published rule."""
    genesis = decode_genesis(report.network.genesis.read_bytes())
    replayed = await replay(report.client, genesis)
    require_true(len(replayed.matches) == 2 and not replayed.breaches, "matches")
    root = replayed.state_root.hex()[:_SHORT]
    report.show(say("matches", count=len(replayed.matches), height=replayed.height, root=root))


PERFORMANCE = Performance(
    scenario=SCENARIO,
    say=say,
    outfit=_outfit,
    progress=_progress,
    report=_report,
)
