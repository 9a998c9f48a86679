"""`quancheng tx`: build, try out, send and explain transactions."""

import click
from rich.text import Text

from apps.cli.advice import form_text
from apps.cli.draft import Draft, draft_options
from apps.cli.exits import ExitCode, Failure
from apps.cli.explanation import code_of, show_code, show_transaction
from apps.cli.network import hash_of, json_option, node_option, run
from apps.cli.output import OK_STYLE, console, json_text, show_json, show_pairs, show_table
from apps.cli.say import described, say
from apps.messages import preferred_language
from chaincode.catalogue import TYPES
from quancheng.api.transactions import CheckResult, TransactionState, WaitResult
from quancheng.builders import declaration_of
from quancheng.client import Client
from quancheng.errors import TransactionNotFinal


@click.group(help=say("tx.help"))
def tx() -> None:
    """Group of commands."""


@tx.command("types", **described("tx.types", "quancheng tx types credit.mint"))
@click.argument("type_name", metavar="[TYPE]", required=False)
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
def types(type_name: str | None, *, as_json: bool) -> None:
    """List the transaction types, or the fields of one."""
    if as_json:
        chosen = TYPES.values() if type_name is None else [declaration_of(type_name)]
        click.echo(json_text([item.describe() for item in chosen]))
        return
    if type_name is None:
        rows = [
            [item.name, item.facts.signed_by, _first_line(item.meaning)] for item in TYPES.values()
        ]
        show_table("", [say(f"column.{name}") for name in ("type", "signed_by", "meaning")], rows)
        return
    declaration = declaration_of(type_name)
    show_table(
        f"{type_name} – {_first_line(declaration.meaning)}",
        [say(f"column.{name}") for name in ("field", "form", "meaning")],
        [[item.name, form_text(item.form), item.meaning] for item in declaration.fields()],
    )
    console().print(f"{say('column.signed_by')}: {declaration.facts.signed_by}")


@tx.command(
    "send",
    **described(
        "tx.send",
        "quancheng tx send credit.mint --as settlement-bank --body mint.json",
    ),
)
@draft_options
@node_option
@json_option
def send(draft: Draft, node: str | None, *, as_json: bool) -> None:
    """Send a transaction and wait until it is final."""
    result = run(node, lambda client: _sent(draft, client))
    if as_json:
        show_json(result)
    else:
        show_result(result)
    if result.state is TransactionState.PENDING:
        raise click.exceptions.Exit(ExitCode.PENDING)
    if result.state is not TransactionState.FINAL_OK:
        raise click.exceptions.Exit(ExitCode.REFUSED)


@tx.command(
    "check",
    **described("tx.check", "quancheng tx check credit.mint --as settlement-bank --body mint.json"),
)
@draft_options
@node_option
@json_option
def check(draft: Draft, node: str | None, *, as_json: bool) -> None:
    """Try a transaction on the current state; nothing is recorded."""
    result = run(node, lambda client: _checked(draft, client))
    if as_json:
        show_json(result)
    else:
        _show_check(result)
    if result.refusal is not None:
        raise click.exceptions.Exit(ExitCode.REFUSED)


@tx.command("explain", **described("tx.explain", "quancheng tx explain E307"))
@click.argument("what", metavar="CODE|TX_ID")
@node_option
def explain(what: str, node: str | None) -> None:
    """Say what a refusal code means, or what became of a transaction and why."""
    code = code_of(what)
    if code is not None:
        show_code(code)
        return
    tx_id = hash_of(what)
    if tx_id is None:
        raise Failure(say("explain.unknown", text=what), ExitCode.USAGE)
    show_transaction(run(node, lambda client: client.transaction(tx_id)))


def show_result(result: WaitResult) -> None:
    """Show what became of a transaction."""
    pairs = [
        (say("column.tx_id"), result.tx_id.hex()),
        (say("column.outcome"), say(f"state.{result.state.value}")),
    ]
    if result.height is not None:
        pairs.append((say("column.height"), str(result.height)))
    show_pairs(pairs)
    if result.refusal is not None:
        console().print(result.refusal.text(preferred_language().value), style="red")
    for event in result.receipt.events if result.receipt is not None else ():
        console().print(f"  {event.name} {' '.join(item.hex() for item in event.ids)}")


def _show_check(result: CheckResult) -> None:
    if result.refusal is not None:
        console().print(result.refusal.text(preferred_language().value), style="red")
        return
    receipt = result.receipt
    if receipt is None:
        raise Failure(say("tx.no_receipt"), ExitCode.PENDING)
    show_pairs(
        [
            (say("column.tx_id"), result.tx_id.hex()),
            (say("column.outcome"), Text(say("tx.would_take_effect"), style=OK_STYLE)),
            (say("column.height"), say("tx.after_height", height=result.height)),
        ]
    )


async def _sent(draft: Draft, client: Client) -> WaitResult:
    signed = await draft.signed(client)
    try:
        return await client.submit_and_wait(signed)
    except TransactionNotFinal as failure:
        return failure.result


async def _checked(draft: Draft, client: Client) -> CheckResult:
    return await client.check(await draft.signed(client))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
