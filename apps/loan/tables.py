"""The report as tables."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.table import Table

from apps.loan.reading import Balances, Recorded, Standing
from apps.loan.words import say
from quancheng.api.transactions import TraceLink

TRIED: tuple[tuple[str, str], ...] = (
    ("order.place", "E307"),
    ("order.place", "E308"),
    ("envelope.release", "E007"),
    ("envelope.receipt", "E513"),
    ("order.place", "E009"),
    ("envelope.release", "E306"),
)
"""What is tried against the rules: transaction type and the code it must stand with."""

OK = "E000"
SHORT = 16


def happened_table(recorded: Iterable[Recorded]) -> Table:
    """Return how many transactions of each type took effect, and with which codes others failed."""
    counts = Counter((item.transaction.type, item.code) for item in recorded)
    table = _table("happened", ("type", "took.effect", "failed"))
    for name in sorted({name for name, _ in counts}):
        failed = [
            f"{code} × {count}"
            for (other, code), count in sorted(counts.items())
            if other == name and code != OK
        ]
        table.add_row(name, str(counts[name, OK]), ", ".join(failed))
    return table


def abuses_table(by_node: Sequence[tuple[str, list[Recorded]]]) -> Table:
    """Return where each attempt stands, as two nodes tell it."""
    table = _table("abuses", ("abuse", "code", "stands.at", "read.from"))
    for name, code in TRIED:
        places = [_places(recorded, name, code) for _, recorded in by_node]
        same = places[0] if all(place == places[0] for place in places) else "≠"
        nodes = ", ".join(node for node, _ in by_node)
        table.add_row(say(f"abuse.{name}.{code}"), code, same, nodes)
    return table


def balances_table(money: Balances) -> Table:
    """Return where all money is."""
    table = _table("balances", ("party", "fen"))
    for name, amount in money.parties:
        table.add_row(name, f"{amount:,}")
    table.add_row(say("escrow"), f"{money.escrow:,}")
    table.add_row(say("dust"), f"{money.dust:,}", end_section=True)
    table.add_row(say("sum"), f"{money.total:,}")
    return table


def trace_table(links: Iterable[TraceLink]) -> Table:
    """Return the steps of a trace."""
    table = _table("trace", ("kind", "relation", "id", "height"))
    for link in links:
        height = "" if link.height is None else str(link.height)
        table.add_row(link.kind, link.relation, link.id.hex()[:SHORT], height)
    return table


def standings_table(standings: Iterable[Standing]) -> Table:
    """Return every node at one height."""
    table = _table("standings", ("node", "height", "block.hash", "state.root"))
    for item in standings:
        hashes = (item.block_hash.hex()[:SHORT], item.state_root.hex()[:SHORT])
        table.add_row(item.name, str(item.height), *hashes)
    return table


def _places(recorded: Iterable[Recorded], name: str, code: str) -> str:
    heights = [
        str(item.height) for item in recorded if item.transaction.type == name and item.code == code
    ]
    return ", ".join(heights)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=say(title), title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(say(column), overflow="fold")
    return table
