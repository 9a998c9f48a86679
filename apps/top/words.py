"""What the view says and how it writes figures; tables and pairs as rich renders them."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from apps.cli.output import BAD_STYLE, local_time
from apps.cli.say import say
from apps.top.observation import Observation

SILENCE_MS = 10_000
"""A chain with waiting transactions and no block for so long is shown as standing still."""


def figures(seen: Observation, url: str) -> Text:
    """Return the two lines of figures at the top."""
    status = seen.status
    stands = bool(status.mempool_transactions) and seen.silence_ms > SILENCE_MS
    first = [
        ("top.chain", status.chain_name),
        ("column.height", f"{status.height:,}"),
        ("top.rate", f"{seen.rate:,.1f}"),
        ("top.view", str(status.view)),
        ("top.mempool", f"{status.mempool_transactions:,}"),
        ("column.peers", str(status.peers)),
        ("column.validators", str(status.validators)),
    ]
    second = [
        ("top.node", url),
        ("top.voting", say(f"answer.{str(status.validating).lower()}")),
        ("top.syncing", say(f"answer.{str(status.syncing).lower()}")),
        ("column.time", local_time(status.time_ms)),
        ("top.silence", f"{seen.silence_ms / 1_000:.1f} s"),
    ]
    text = Text()
    for number, line in enumerate((first, second)):
        text.append("\n" if number else "")
        for key, value in line:
            is_bad = stands and key == "top.silence"
            text.append(f"{say(key)} ", style="dim")
            text.append(f"{value}   ", style=BAD_STYLE if is_bad else "bold")
    return text


def pairs(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """Return names and values, one below the other."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table


def clock(time_ms: int) -> str:
    """Return the time of day of a block."""
    return local_time(time_ms).split()[1][:-4]
