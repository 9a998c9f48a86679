"""`quancheng node doctor`: a look at one node, a verdict, and what to do."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from apps.cli.exits import ExitCode
from apps.cli.home_endpoint import home_endpoint
from apps.cli.output import BAD_STYLE, OK_STYLE, console, json_text
from apps.cli.say import say
from apps.cli.why_stuck import Standing, remedy_text, standing_of, verdict_text
from apps.doctor.findings import Finding, Verdict, worst_of
from apps.doctor.standing_home import look_at_home
from apps.doctor.standing_node import look_at_node
from chaincode.fields import Json
from node.home import Home
from quancheng.client import Client
from quancheng.errors import QuanchengError
from quancheng.transport import RetryPolicy

ANSWER_SECONDS = 20.0

_MARKS = {
    Verdict.GOOD: Text("✓", style=OK_STYLE),
    Verdict.UNKNOWN: Text("?", style="dim"),
    Verdict.WARNING: Text("!", style="yellow"),
    Verdict.BAD: Text("✗", style=BAD_STYLE),
}


def examine(root: Path, *, as_json: bool) -> ExitCode:
    """Look at the node of a home folder, whether it runs or not, and show what was found."""
    home = Home(root)
    found = look_at_home(home)
    findings, standing = list(found.findings), None
    if found.is_locked:
        asked, standing = asyncio.run(_ask(home))
        findings += asked
    elif found.identity is not None:
        findings.append(Finding("process", "stopped", Verdict.WARNING, {"home": root}))
    lines = [_spoken(item) for item in findings]
    if standing is not None:
        verdict = Verdict.BAD if standing.is_stuck else Verdict.GOOD
        findings.append(Finding("progress", "stuck", verdict))
        lines.append((verdict, verdict_text(standing), remedy_text(standing)))
    overall = worst_of(findings)
    if as_json:
        click.echo(json_text(_as_json(findings, lines, overall)))
    else:
        _show(lines, overall)
    return ExitCode.OK if overall <= Verdict.UNKNOWN else ExitCode.UNWELL


async def _ask(home: Home) -> tuple[Sequence[Finding], Standing | None]:
    """Ask the running node; one that holds its home and does not answer is a finding too."""
    endpoint = home_endpoint(home.root)
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            Client(endpoint=endpoint, retry=RetryPolicy(attempts=2)) as client,
        ):
            running = Finding("process", "running", Verdict.GOOD, {"url": endpoint.url})
            return (running, *await look_at_node(client, home.data)), await standing_of(client)
    except (QuanchengError, TimeoutError) as error:
        facts = {"url": endpoint.url, "error": str(error) or "timeout"}
        return (Finding("process", "silent", Verdict.BAD, facts),), None


def _spoken(finding: Finding) -> tuple[Verdict, str, str]:
    """Return verdict, text and remedy of a finding; a good one has no remedy."""
    text = say(finding.key, **finding.facts)
    if finding.verdict is Verdict.GOOD:
        return finding.verdict, text, ""
    return finding.verdict, text, say(f"{finding.key}.remedy", **finding.facts)


def _show(lines: Sequence[tuple[Verdict, str, str]], overall: Verdict) -> None:
    for verdict, text, remedy in lines:
        console().print(_MARKS[verdict], Text(text))
        if remedy and verdict is not Verdict.GOOD:
            console().print(Text(f"  → {remedy}", style="bold"))
    style = OK_STYLE if overall <= Verdict.UNKNOWN else BAD_STYLE
    console().print(Text(say(f"doctor.overall.{overall.name.lower()}"), style=style))


def _as_json(
    findings: Sequence[Finding], lines: Sequence[tuple[Verdict, str, str]], overall: Verdict
) -> Json:
    rows: list[Json] = [
        {
            "check": finding.check,
            "outcome": finding.outcome,
            "verdict": verdict.name.lower(),
            "text": text,
            "remedy": remedy,
        }
        for finding, (verdict, text, remedy) in zip(findings, lines, strict=True)
    ]
    return {"verdict": overall.name.lower(), "findings": rows}
