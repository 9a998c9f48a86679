"""`quancheng wallet`: requests, answers, and who used what, when, for what."""

from pathlib import Path

import click

from apps.cli.network import json_option
from apps.cli.output import console, json_text, show_pairs, show_table
from apps.cli.say import described, say
from apps.cli.wallet_group import (
    OpenWallet,
    online_wallet,
    own_consent,
    own_delivery,
    person_command,
)
from apps.cli.wallet_view import own_history, pending_requests, terms_of
from chaincode.fields import Json
from ledger.transaction import UnsignedTransaction
from quancheng.api.transactions import WaitResult
from quancheng.bounded_files import read_bounded
from quancheng.builders import build
from quancheng.notice import NOTICE_SIZE_MAX
from quancheng.odrl import consent_policy
from quancheng.person import OwnConsent, Person

_consent = click.argument("consent", metavar="CONSENT")
notice_option = click.option(
    "--notice",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help=say("wallet.option.notice"),
)
copy_option = click.option("--copy/--no-copy", default=True, help=say("wallet.option.copy"))
yes_option = click.option("--yes", is_flag=True, help=say("wallet.option.yes"))


@person_command("requests", described("wallet.requests", "quancheng wallet requests"))
@online_wallet
@json_option
def requests(opened: OpenWallet, *, as_json: bool) -> None:
    """List the requests that wait for an answer."""
    found = opened.run(pending_requests)
    if as_json:
        click.echo(json_text([item.to_json() for item in found]))
        return
    names = ("consent", "note", "user", "product", "purpose", "fields", "answer_until")
    show_table("", [say(f"column.{name}") for name in names], [item.row() for item in found])


@person_command(
    "grant", described("wallet.grant", "quancheng wallet grant CONSENT --notice notice.txt")
)
@_consent
@notice_option
@copy_option
@yes_option
@online_wallet
def grant(consent: str, notice: Path, opened: OpenWallet, *, copy: bool, yes: bool) -> None:
    """Show what is asked with the registered notice, and agree to it."""
    text = read_notice(notice)

    async def answered(person: Person) -> WaitResult | None:
        own = await own_consent(person, consent)
        client = await person.session(own.matter.sid)
        question = await person.question(own)
        terms = await terms_of(client, question, text)
        unsigned = build(
            "consent.grant",
            await person.terms(own.matter.sid),
            consent=question.consent,
            notice=question.asked.notice,
            copy_key=person.wallet.keys_of(own.matter.sid).kem_key if copy else None,
        )
        ask = shown if yes else agreed
        signed = person.wallet.answer(unsigned, terms, question.notice_text, ask)
        return None if signed is None else await person.send(signed)

    result = opened.run(answered)
    if result is None:
        raise click.Abort
    show_done(result)


@person_command("deny", described("wallet.deny", "quancheng wallet deny CONSENT"))
@_consent
@online_wallet
def deny(consent: str, opened: OpenWallet) -> None:
    """Refuse a request."""

    async def answered(person: Person) -> WaitResult:
        own = await own_consent(person, consent)
        return await _sent(person, own, "consent.deny", consent=own.id)

    show_done(opened.run(answered))


@person_command("revoke", described("wallet.revoke", "quancheng wallet revoke CONSENT --erase"))
@_consent
@click.option("--erase", is_flag=True, help=say("wallet.option.erase"))
@online_wallet
def revoke(consent: str, opened: OpenWallet, *, erase: bool) -> None:
    """Take a consent back: what is not released never will be."""

    async def answered(person: Person) -> WaitResult:
        own = await own_consent(person, consent)
        return await _sent(person, own, "consent.revoke", consent=own.id, erase=erase)

    show_done(opened.run(answered))


@person_command("erase", described("wallet.erase", "quancheng wallet erase ENVELOPE"))
@click.argument("envelope", metavar="ENVELOPE")
@online_wallet
def erase(envelope: str, opened: OpenWallet) -> None:
    """Demand that what was delivered be erased now."""

    async def demanded(person: Person) -> WaitResult:
        own, use = await own_delivery(person, envelope)
        return await _sent(person, own, "erasure.request", asset=use.line.asset)

    show_done(opened.run(demanded))


@person_command("history", described("wallet.history", "quancheng wallet history"))
@online_wallet
@json_option
def history(opened: OpenWallet, *, as_json: bool) -> None:
    """Show who used which of one's data, when, and for what."""
    found = opened.run(own_history)
    if as_json:
        click.echo(json_text([item.to_json() for item in found]))
        return
    names = ("time", "user", "product", "fields", "purpose", "status", "until", "consent", "asset")
    show_table("", [say(f"column.{name}") for name in names], [item.row() for item in found])


@person_command("export", described("wallet.export", "quancheng wallet export CONSENT"))
@_consent
@online_wallet
def export(consent: str, opened: OpenWallet) -> None:
    """Print a consent as an ODRL policy in JSON-LD."""

    async def policy(person: Person) -> dict[str, Json]:
        own = await own_consent(person, consent)
        genesis_hash = (await (await person.session(own.matter.sid)).status()).genesis_hash
        return consent_policy(genesis_hash, own.id, own.consent)

    click.echo(json_text(opened.run(policy)))


COMMANDS = (requests, grant, deny, revoke, erase, history, export)


def read_notice(path: Path) -> str:
    """Return the text of a notice exactly as it stands: every character is registered."""
    return read_bounded(path, NOTICE_SIZE_MAX).decode("utf-8")


def shown(text: str) -> bool:
    """Show what is agreed to."""
    console().print(text, markup=False)
    return True


def agreed(text: str) -> bool:
    """Show what is asked and return the person's answer."""
    console().print(text, markup=False)
    return click.confirm(say("wallet.confirm"), err=True)


async def _sent(person: Person, own: OwnConsent, type_name: str, **body: object) -> WaitResult:
    unsigned: UnsignedTransaction = build(type_name, await person.terms(own.matter.sid), **body)
    return await person.send(person.wallet.sign(unsigned))


def show_done(result: WaitResult) -> None:
    """Show the transaction that took effect."""
    show_pairs(
        [
            (say("column.tx_id"), result.tx_id.hex()),
            (say("column.outcome"), say(f"state.{result.state.value}")),
            (say("column.height"), str(result.height)),
        ]
    )
