"""`python -m apps.bench`: measure four validators on this machine."""

import asyncio
import json
import tempfile
from pathlib import Path

import click
from rich.console import Console

from apps.bench.load import COHORT_LOANS
from apps.bench.report import figures_table
from apps.bench.run import Plan, run


@click.command()
@click.option("--validators", default=4, show_default=True, help="How many validators.")
@click.option("--loans", default=2_000, show_default=True, help="Loans to play, 11 steps each.")
@click.option(
    "--cohorts",
    default=24,
    show_default=True,
    help=f"Groups of {COHORT_LOANS} loans in flight.",
)
@click.option(
    "--json", "path", type=click.Path(path_type=Path, dir_okay=False), help="Write figures here."
)
def main(*, validators: int, loans: int, cohorts: int, path: Path | None) -> None:
    """Measure the rate of final transactions, and how near it is to what signatures allow."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="quancheng-bench-") as folder:
        plan = Plan(validators, loans, cohorts)
        figures = asyncio.run(run(Path(folder) / "testnet", plan, console))
    console.print(figures_table(figures))
    if path is not None:
        path.write_text(json.dumps(figures.to_json(), indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
