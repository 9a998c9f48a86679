"""`python -m apps.loan`: play the loan scenario, report, and leave nothing behind."""

import sys
from pathlib import Path

import click

from apps.loan.performance import PERFORMANCE
from apps.stage.main import perform


@click.command()
@click.option("--keep", is_flag=True, help="Leave the network running. 让网络继续运行。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="New folder for the network. 网络目录。",
)
def main(*, keep: bool, folder: Path | None) -> None:
    """在四个验证节点上演示一笔普惠贷款 · Play an inclusive-finance loan on four validators."""
    sys.exit(perform(PERFORMANCE, keep=keep, folder=folder))


if __name__ == "__main__":
    main()
