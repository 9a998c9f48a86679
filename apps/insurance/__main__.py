"""`python -m apps.insurance`: play the insurance scenario, report, and leave nothing behind."""

import sys
from pathlib import Path

import click

from apps.insurance.performance import PERFORMANCE
from apps.stage.main import perform


@click.command()
@click.option("--keep", is_flag=True, help="Leave the network running. 让网络继续运行。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="New folder for the network. 网络目录。",
)
def main(*, keep: bool, folder: Path | None) -> None:
    """政保通：医疗保险直赔 · Insurance claims on the data of three public bodies."""
    sys.exit(perform(PERFORMANCE, keep=keep, folder=folder))


if __name__ == "__main__":
    main()
