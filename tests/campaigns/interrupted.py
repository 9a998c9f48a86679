"""`python -m tests.campaigns.interrupted`: Ctrl-C in each phase of the loan leaves nothing.

The scenario is played again and again as a command, and interrupted so many seconds after its
start: while it founds, starts nodes, starts parties, works, and reports. Each time it must end as
interrupted, or have ended well before, with no process on its folder and every port free.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from apps.loan.story import SCENARIO
from tests.e2e.scenarios import INTERRUPTED, play, require_gone

STOP_S = 60
"""How long a scenario may take to end after the interrupt; no part of a promise."""
STARTED = "public/directory.json"
"""Tells the ports; before it is written nothing has been started that could hold one."""


def interrupt_after(seconds: float, folder: Path) -> tuple[int, str]:
    """Interrupt a scenario after a while; return its status and the last line it printed."""
    process = play(SCENARIO, folder / "network", folder / "watch")
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=STOP_S)
    return process.returncode, output.strip().rpartition("\n")[2]


def show(rows: Sequence[tuple[str, ...]]) -> None:
    """Print how each play ended."""
    table = Table(title="Ctrl-C after so many seconds")
    for column in ("after", "status", "last line"):
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@click.command(help=__doc__)
@click.option("--after", "moments", multiple=True, type=float, default=(1, 3, 5, 8, 12, 20, 40))
def main(moments: tuple[float, ...]) -> None:
    """Interrupt at each moment; exit with 1 where a play ended otherwise."""
    rows, failed = [], False
    for moment in moments:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            status, last = interrupt_after(moment, folder)
            if (folder / "network" / STARTED).exists():
                require_gone(folder / "network")
        rows.append((f"{moment} s", str(status), last))
        failed |= status not in {0, INTERRUPTED}
    show(rows)
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
