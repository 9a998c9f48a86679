"""The report as tables."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.table import Table

from apps.messages import Texts
from apps.messages.trace_words import kind_text, relation_text
from apps.stage.reading import Balances, Recorded, Standing
from quancheng.api.transactions import TraceLink

OK = "E000"
SHORT = 16


def happened_table(say: Texts, recorded: Iterable[Recorded]) -> Table:
    """Return how many transactions of each type took effect, and with which codes others failed."""
    counts = Counter((item.transaction.type, item.code) for item in recorded)
    table = named_table(say, say("happened"), ("type", "took.effect", "failed"))
    for name in sorted({name for name, _ in counts}):
        failed = [
            f"{code} × {count}"
            for (other, code), count in sorted(counts.items())
            if other == name and code != OK
        ]
        table.add_row(name, str(counts[name, OK]), ", ".join(failed))
    return table


def abuses_table(
    say: Texts,
    tried: Iterable[tuple[str, str]],
    by_node: Sequence[tuple[str, list[Recorded]]],
) -> Table:
    """Return where each attempt stands, as two nodes tell it."""
    table = named_table(say, say("abuses"), ("abuse", "code", "stands.at", "read.from"))
    for name, code in tried:
        places = [_places(recorded, name, code) for _, recorded in by_node]
        same = places[0] if all(place == places[0] for place in places) else "≠"
        nodes = ", ".join(node for node, _ in by_node)
        table.add_row(say(f"abuse.{name}.{code}"), code, same, nodes)
    return table


def balances_table(say: Texts, money: Balances) -> Table:
    """Return where all money is."""
    table = named_table(say, say("balances"), ("party", "fen"))
    for name, amount in money.parties:
        table.add_row(name, f"{amount:,}")
    table.add_row(say("escrow"), f"{money.escrow:,}")
    table.add_row(say("dust"), f"{money.dust:,}", end_section=True)
    table.add_row(say("sum"), f"{money.total:,}")
    return table


def trace_table(say: Texts, links: Iterable[TraceLink]) -> Table:
    """Return the steps of a trace."""
    table = named_table(say, say("trace"), ("kind", "relation", "id", "height"))
    for link in links:
        height = "" if link.height is None else str(link.height)
        kind, relation = kind_text(link.kind), relation_text(link.relation)
        table.add_row(kind, relation, link.id.hex()[:SHORT], height)
    return table


def standings_table(say: Texts, standings: Sequence[Standing]) -> Table:
    """Return every node at one height."""
    table = named_table(
        say, say("standings", count=len(standings)), ("node", "height", "block.hash", "state.root")
    )
    for item in standings:
        hashes = (item.block_hash.hex()[:SHORT], item.state_root.hex()[:SHORT])
        table.add_row(item.name, str(item.height), *hashes)
    return table


def _places(recorded: Iterable[Recorded], name: str, code: str) -> str:
    heights = [
        str(item.height) for item in recorded if item.transaction.type == name and item.code == code
    ]
    return ", ".join(heights)


def named_table(say: Texts, title: str, columns: Sequence[str]) -> Table:
    """Return an empty table; its columns are named by the keys of their texts."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(say(column), overflow="fold")
    return table
