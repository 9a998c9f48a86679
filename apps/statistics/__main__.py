"""`python -m apps.statistics`: play the statistics scenario, report, and leave nothing behind."""

import sys
from pathlib import Path

import click

from apps.stage.main import perform
from apps.statistics.performance import PERFORMANCE


@click.command()
@click.option("--keep", is_flag=True, help="Leave the network running. 让网络继续运行。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="New folder for the network. 网络目录。",
)
def main(*, keep: bool, folder: Path | None) -> None:
    """群体统计：可用不可见 · Statistics of groups that tell nothing about a person."""
    sys.exit(perform(PERFORMANCE, keep=keep, folder=folder))


if __name__ == "__main__":
    main()
