"""`quancheng explorer watch`: every record as it is committed."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import click

from apps.cli.network import identifier, json_option, node_option, run
from apps.cli.output import console, outcome, short
from apps.cli.say import described, say
from quancheng import strict_json
from quancheng.api.events import START, Place, RecordFilter, RecordView
from quancheng.client import Client
from quancheng.json_object import object_form

_ABOUT = described("explorer.watch", "quancheng explorer watch --name consent.")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which records a reader wants to see, from where, and how many."""

    filter: RecordFilter
    after: Place | None
    records: int | None


def wish_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a `Wish` made of its own options."""

    @click.option("--name", "names", multiple=True, help=say("explorer.option.name"))
    @click.option("--id", "ids", multiple=True, help=say("explorer.option.id"))
    @click.option("--from-start", is_flag=True, help=say("explorer.option.start"))
    @click.option("--records", type=click.IntRange(min=1), help=say("explorer.option.records"))
    @functools.wraps(command)
    def with_wish(
        names: tuple[str, ...],
        ids: tuple[str, ...],
        from_start: bool,
        records: int | None,
        **values: object,
    ) -> None:
        wanted = RecordFilter(names, tuple(identifier(text) for text in ids))
        command(Wish(wanted, START if from_start else None, records), **values)

    return with_wish


@click.command("watch", help=_ABOUT["help"], epilog=_ABOUT["epilog"])
@wish_options
@node_option
@json_option
def watch(wish: Wish, node: str | None, *, as_json: bool) -> None:
    """Show every record as it is committed, until interrupted."""
    show = _show_json if as_json else _show_line
    run(node, lambda client: _follow(client, wish, show))


async def _follow(client: Client, wish: Wish, show: Callable[[RecordView], None]) -> None:
    count = 0
    async for record in client.events(after=wish.after, filter_=wish.filter):
        show(record)
        count += 1
        if count == wish.records:
            return


def _show_line(record: RecordView) -> None:
    names = " ".join(event.name for event in record.receipt.events)
    place = f"{record.place.height} / {record.place.index}"
    what = record.type or say("explorer.sweep")
    subject = short(record.receipt.subject)
    console().print(place, subject, what, outcome(record.receipt.code), names, sep="  ")


def _show_json(record: RecordView) -> None:
    click.echo(strict_json.dumps(object_form(RecordView).render(record)))
