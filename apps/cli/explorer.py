"""`quancheng explorer`: look at the chain."""

import asyncio

import click
from rich.text import Text

from apps.cli.explanation import show_receipt, show_transaction
from apps.cli.explorer_entities import COMMANDS
from apps.cli.explorer_top import top
from apps.cli.explorer_watch import watch
from apps.cli.names import Names
from apps.cli.network import identifier, json_option, node_option, run, traced_id
from apps.cli.output import (
    console,
    json_text,
    local_time,
    outcome,
    short,
    show_json,
    show_pairs,
    show_table,
)
from apps.cli.party_view import PartyView, party_view
from apps.cli.say import described, say
from apps.cli.search import NAMED_KINDS, Hit, search_everywhere
from apps.messages.trace_words import kind_text, relation_text
from chaincode.fields import Json
from quancheng.api.chain import BlockResult, ChainStatus, HeaderResult
from quancheng.api.method import PAGE_MAX
from quancheng.api.state import EntityView
from quancheng.client import Client
from quancheng.json_form import AnyForm


@click.group(help=say("explorer.help"))
def explorer() -> None:
    """Group of commands."""


for command in (*COMMANDS, watch, top):
    explorer.add_command(command)


@explorer.command("status", **described("explorer.status", "quancheng explorer status"))
@node_option
@json_option
def status(node: str | None, *, as_json: bool) -> None:
    """Show where the chain stands."""
    found = run(node, lambda client: client.status())
    if as_json:
        show_json(found)
    else:
        _show_status(found)


@explorer.command("blocks", **described("explorer.blocks", "quancheng explorer blocks --limit 20"))
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_MAX),
    default=10,
    show_default=True,
    help=say("explorer.option.limit"),
)
@node_option
@json_option
def blocks(limit: int, node: str | None, *, as_json: bool) -> None:
    """Show the last blocks, the newest first."""
    found = run(node, lambda client: _last_blocks(client, limit))
    if as_json:
        click.echo(json_text([_block_line(item) for item in found]))
        return
    names = ("height", "time", "proposer", "view", "transactions", "sweeps", "block")
    show_table(
        "",
        [say(f"column.{name}") for name in names],
        [
            [
                str(item.header.height),
                local_time(item.header.time_ms),
                str(item.header.proposer),
                str(item.view),
                str(item.transaction_count),
                str(len(item.sweeps)),
                short(item.block_hash),
            ]
            for item in found
        ],
    )


@explorer.command("block", **described("explorer.block", "quancheng explorer block 7"))
@click.argument("height", type=click.IntRange(min=1), required=False)
@node_option
@json_option
def block(height: int | None, node: str | None, *, as_json: bool) -> None:
    """Show a block with its transactions, by default the last one."""
    found = run(node, lambda client: client.block(height, limit=PAGE_MAX))
    if as_json:
        show_json(found)
    else:
        _show_block(found)


@explorer.command("tx", **described("explorer.tx", "quancheng explorer tx TX_ID"))
@click.argument("tx_id")
@node_option
@json_option
def transaction(tx_id: str, node: str | None, *, as_json: bool) -> None:
    """Show a transaction and its outcome."""
    wanted = identifier(tx_id)
    found = run(node, lambda client: client.transaction(wanted))
    if as_json:
        show_json(found)
    else:
        show_transaction(found)


@explorer.command("party", **described("explorer.party", "quancheng explorer party bank"))
@click.argument("who", metavar="ID|NAME|LABEL")
@node_option
@json_option
def party(who: str, node: str | None, *, as_json: bool) -> None:
    """Show a party: who it is, its rights, its account."""
    found = run(node, lambda client: party_view(client, who))
    if as_json:
        click.echo(json_text(found.to_json()))
    else:
        _show_party(found)


@explorer.command("trace", **described("explorer.trace", "quancheng explorer trace ASSET_ID"))
@click.argument("entity")
@node_option
@json_option
def trace(entity: str, node: str | None, *, as_json: bool) -> None:
    """Show every step between registration and settlement."""
    wanted = traced_id(entity)
    if as_json:
        show_json(run(node, lambda client: client.trace(wanted)))
        return
    rows, complete = run(node, lambda client: _trace_rows(client, wanted))
    names = ("height", "kind", "name", "id", "relation")
    show_table("", [say(f"column.{name}") for name in names], rows)
    if not complete:
        console().print(say("explorer.trace_cut"))


@explorer.command("search", **described("explorer.search", "quancheng explorer search 泉城银行"))
@click.argument("what")
@node_option
@json_option
def search(what: str, node: str | None, *, as_json: bool) -> None:
    """Find blocks, transactions and entities by height, hash, id or name."""
    found = run(node, lambda client: search_everywhere(client, what))
    if as_json:
        click.echo(json_text([hit.to_json() for hit in found]))
        return
    _show_hits(found)


async def _trace_rows(client: Client, wanted: bytes) -> tuple[list[list[str]], bool]:
    """Return the rows of a trace with names, and whether they are all."""
    found, names = await client.trace(wanted), Names(client)
    rows = [
        [
            "" if link.height is None else str(link.height),
            kind_text(link.kind),
            await names.of(link.kind, link.id) if link.kind in NAMED_KINDS else "",
            link.id.hex(),
            relation_text(link.relation),
        ]
        for link in found.links
    ]
    return rows, found.complete


async def _last_blocks(client: Client, limit: int) -> list[BlockResult]:
    tip = (await client.status()).height
    heights = range(tip, max(0, tip - limit), -1)
    return list(await asyncio.gather(*(client.block(height, limit=1) for height in heights)))


def _block_line(item: BlockResult) -> dict[str, Json]:
    return {
        "height": item.header.height,
        "time_ms": item.header.time_ms,
        "proposer": item.header.proposer,
        "view": item.view,
        "transactions": item.transaction_count,
        "sweeps": len(item.sweeps),
        "evidence": len(item.evidence),
        "block_hash": item.block_hash.hex(),
    }


def _show_status(found: ChainStatus) -> None:
    show_pairs(
        [
            (say("genesis.name"), found.chain_name),
            (say("genesis.hash"), found.genesis_hash.hex()),
            (say("column.height"), str(found.height)),
            (say("column.block"), found.block_hash.hex()),
            (say("column.state"), found.state_root.hex()),
            (say("column.time"), local_time(found.time_ms)),
            (say("column.validators"), str(found.validators)),
            (say("column.peers"), str(found.peers)),
            (say("column.waiting"), str(found.mempool_transactions)),
            (say("column.software"), found.node_version),
        ]
    )


def _show_block(found: BlockResult) -> None:
    _show_header(HeaderResult(found.block_hash, found.header, b""), found.view)
    if found.transactions:
        names = ("position", "type", "outcome", "tx_id")
        show_table(
            "",
            [say(f"column.{name}") for name in names],
            [
                [str(item.position), item.type, outcome(item.receipt.code), item.tx_id.hex()]
                for item in found.transactions
            ],
        )
    for item in found.evidence:
        named = item.organisation_name or item.organisation.hex()
        text = say("explorer.evidence", who=named, height=item.height, kind=item.kind)
        console().print(Text(text, style="bold red"))
        console().print(f"  {item.public_key.hex()}", markup=False)
    for sweep in found.sweeps:
        console().print(Text(say("explorer.sweep"), style="bold"))
        show_receipt(sweep)


def _show_header(found: HeaderResult, view: int) -> None:
    header = found.header
    show_pairs(
        [
            (say("column.height"), str(header.height)),
            (say("column.block"), found.block_hash.hex()),
            (say("column.parent"), header.parent_hash.hex()),
            (say("column.time"), local_time(header.time_ms)),
            (say("column.proposer"), f"{header.proposer} ({say('column.view')} {view})"),
            (say("column.state"), header.state_root.hex()),
        ]
    )


def _show_party(found: PartyView) -> None:
    _show_entity(found.party)
    rights = ", ".join(found.rights) or "–"
    show_pairs([(say("column.rights"), rights), (say("column.balance"), found.balance)])


def _show_hits(found: list[Hit]) -> None:
    if not found:
        console().print(say("explorer.nothing"))
        return
    show_table(
        "",
        [say("column.kind"), say("column.id"), say("column.name")],
        [[hit.kind, hit.id, hit.name] for hit in found],
    )


def _show_entity(entity: EntityView) -> None:
    fields = AnyForm().render(entity.fields)
    if not isinstance(fields, dict):
        console().print(json_text(fields), markup=False)
        return
    show_pairs([(name, str(value)) for name, value in fields.items()])
