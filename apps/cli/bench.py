"""`quancheng bench`: measure validators on this machine."""

import asyncio
import json
import tempfile
from pathlib import Path

import click

from apps.bench.figures import Doubt, Figures, regressions
from apps.bench.report import doubt_text, figures_table
from apps.bench.run import Plan, run
from apps.cli.exits import ExitCode, Failure
from apps.cli.output import console, progress_console
from apps.cli.say import described, say

_ABOUT = described("bench", "quancheng bench --seconds 60 --out baseline.json")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("bench", help=_ABOUT["help"], epilog=_ABOUT["epilog"])
@click.option("--validators", default=4, show_default=True, help=say("bench.option.validators"))
@click.option("--seconds", default=60, show_default=True, help=say("bench.option.seconds"))
@click.option("--loans", default=6_000, show_default=True, help=say("bench.option.loans"))
@click.option("--cohorts", default=40, show_default=True, help=say("bench.option.cohorts"))
@click.option("--json", "as_json", is_flag=True, help=say("bench.option.json"))
@click.option("--out", type=_FILE, help=say("bench.option.out"))
@click.option(
    "--compare",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=say("bench.option.compare"),
)
def bench(*, as_json: bool, out: Path | None, compare: Path | None, **counts: int) -> None:
    """Measure, show, keep and compare; a run that gives no rate fails."""
    baseline = None if compare is None else json.loads(compare.read_text(encoding="utf-8"))
    remark = progress_console().print
    with tempfile.TemporaryDirectory(prefix="quancheng-bench-") as folder:
        figures = asyncio.run(run(Path(folder) / "testnet", Plan(**counts), remark))
    _show(figures, as_json=as_json)
    if out is not None:
        out.write_text(json.dumps(figures.to_json(), indent=2), encoding="utf-8")
    _fail_for(figures.doubts)
    if baseline is not None:
        _fail_for(regressions(figures, baseline))


def _show(figures: Figures, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures.to_json(), ensure_ascii=False, indent=2))
    else:
        console().print(figures_table(figures), soft_wrap=False)


def _fail_for(doubts: tuple[Doubt, ...]) -> None:
    if doubts:
        raise Failure("; ".join(map(doubt_text, doubts)), ExitCode.LOCAL)
