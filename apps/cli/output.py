"""How results are shown: tables for people, JSON for scripts; remarks go to stderr."""

import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence

import click
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chaincode.fields import Json
from quancheng.json_object import object_form

OK_STYLE = "green"
BAD_STYLE = "bold red"

_SHORT_HASH = 10
_FILE_WIDTH = 160
"""Width of tables that no terminal limits: an id of 64 digits fits beside other columns."""


def console() -> Console:
    """Return the console of results; made late, so that a redirected stdout is seen."""
    width = None if sys.stdout.isatty() else _FILE_WIDTH
    return Console(highlight=False, soft_wrap=True, width=width)


def progress_console() -> Console:
    """Return the console of progress and remarks."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Show rows under headings."""
    table = Table(
        title=title or None,
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console().print(table, soft_wrap=False)


def show_pairs(pairs: Iterable[tuple[str, str | Text]]) -> None:
    """Show names and values, one below the other; a value stays whole, so that it can be copied."""
    rows = list(pairs)
    width = max((cell_len(name) for name, _ in rows), default=0)
    for name, value in rows:
        padding = " " * (width - cell_len(name) + 2)
        console().print(Text(name, style="bold"), value, sep=padding, markup=False)


def show_json(value: object) -> None:
    """Show a result of the node exactly as it came over RPC."""
    click.echo(json_text(object_form(type(value)).render(value)))


def json_text(value: Json) -> str:
    """Return indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def short(value: bytes | str) -> str:
    """Return the beginning of a hash, enough to recognise it."""
    text = value.hex() if isinstance(value, bytes) else value
    return text[:_SHORT_HASH]


def outcome(code: str) -> Text:
    """Return a receipt's code in its colour."""
    return Text(code, style=OK_STYLE if code == "E000" else BAD_STYLE)


def local_time(time_ms: int) -> str:
    """Return a block time in the clock of the reader."""
    moment = dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{time_ms % 1_000:03d}"
