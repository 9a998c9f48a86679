"""`quancheng audit`: t members of the supervisors' committee open an envelope for an inspector."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from apps.channel.client import ChannelClient
from apps.cli.audit_view import AuditView, audit_view, log_view, pending_view
from apps.cli.network import identifier, json_option, node_option, run
from apps.cli.output import console, json_text, show_pairs, show_table
from apps.cli.say import PROGRAM, described, say
from apps.cli.signing import OpenKeystore, signer_option
from chaincode.delivery.records import ASSETS
from chaincode.rights import Right
from chaincode.supervision.records import LegalBasis
from genesis.committee import share_key_name
from ledger.envelope_header import Recipient
from quancheng.audit_opening import (
    CaseEvidence,
    PreparedCase,
    case_evidence,
    give_share,
    inspector_key_name,
    prepare_case,
)
from quancheng.carrying import require_taken_from
from quancheng.client import Client
from quancheng.consignments import consignment_of, known
from quancheng.envelope_files import (
    open_carried_to_file,
    open_computed_to_file,
    open_to_file,
)
from quancheng.keystore import KeyKind, Keystore

_asset = click.argument("asset", metavar="ASSET")
_signer = signer_option(say("audit.option.as"))
_BASES = {item.name.lower().replace("_", "-"): item for item in LegalBasis}


def _opening(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the ids of case and envelope."""

    @functools.wraps(command)
    def with_ids(case: str, asset: str, **values: Any) -> None:  # noqa: ANN401 - click's own
        command(wanted=(identifier(case), identifier(asset)), **values)

    decorated: Callable[..., None] = click.argument("case", metavar="CASE")(_asset(with_ids))
    return decorated


@click.group(help=say("audit.help"))
def audit() -> None:
    """Group of commands."""


@audit.command(
    "request",
    **described("audit.request", "quancheng audit request ASSET --as supervisor --basis complaint"),
)
@_asset
@_signer
@click.option("--basis", type=click.Choice(list(_BASES)), required=True, help=say("audit.basis"))
@node_option
def request(asset: str, keystore: OpenKeystore, basis: str, node: str | None) -> None:
    """Open a case about an envelope's order, with a fresh key to which it may be opened."""
    wanted = identifier(asset)

    async def opened(client: Client) -> PreparedCase:
        seed = keystore.sign_seed()
        prepared = await prepare_case(client, seed, wanted, _BASES[basis])
        # Kept before it is sent: a case whose key is lost opens nothing, and stands all the same.
        store = Keystore(keystore.folder)
        name = inspector_key_name(prepared.case)
        store.add(name, KeyKind.INSPECTOR, prepared.secret, keystore.passphrase)
        await client.submit_and_wait(prepared.signed)
        return prepared

    case = run(node, opened).case.hex()
    show_pairs([(say("column.case"), case), (say("column.asset"), wanted.hex())])
    console().print(say("audit.requested"))
    console().print(f"  {PROGRAM} audit share {case} {wanted.hex()} --as …", markup=False)


@audit.command("pending", **described("audit.pending", "quancheng audit pending"))
@node_option
@json_option
def pending(node: str | None, *, as_json: bool) -> None:
    """List what open cases ask the members to open."""
    found = run(node, pending_view)
    if as_json:
        click.echo(json_text([item.to_json() for item in found]))
    elif not found:
        console().print(say("audit.nothing"))
    for item in () if as_json else found:
        _show(item)


@audit.command(
    "share", **described("audit.share", "quancheng audit share CASE ASSET --as supervisor")
)
@_opening
@_signer
@click.option("--yes", is_flag=True, help=say("audit.option.yes"))
@node_option
def share(
    wanted: tuple[bytes, bytes], keystore: OpenKeystore, node: str | None, *, yes: bool
) -> None:
    """Give one's share, after a look at what it opens, for whom and on which basis."""
    if not yes:
        _show(run(node, lambda client: audit_view(client, *wanted)))
        click.confirm(say("audit.confirm"), abort=True, err=True)

    async def given(client: Client) -> AuditView:
        evidence = await case_evidence(client, *wanted)
        own = keystore.secret(share_key_name(evidence.goods.asset.committee))
        await give_share(client, keystore.sign_seed(), own, evidence)
        return await audit_view(client, *wanted)

    _show(run(node, given))


@audit.command(
    "open",
    **described(
        "audit.open",
        "quancheng audit open CASE ASSET --as supervisor --channel URL --out evidence.json",
    ),
)
@_opening
@_signer
@click.option("--channel", required=True, metavar="URL", help=say("option.channel"))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=say("option.out")
)
@node_option
def open_(
    wanted: tuple[bytes, bytes], keystore: OpenKeystore, channel: str, out: Path, node: str | None
) -> None:
    """Join the shares on the chain, fetch the ciphertext, and open it into a file."""

    async def opened(client: Client) -> tuple[AuditView, tuple[Recipient, ...]]:
        evidence = await case_evidence(client, *wanted)
        differing = await _open(client, evidence, keystore, channel, out)
        return await audit_view(client, *wanted), differing

    view, differing = run(node, opened)
    _show(view)
    show_pairs([(say("option.file"), str(out))])
    if not differing:
        console().print(say("audit.same_key"))
    for recipient in differing:
        text = say(
            "audit.other_key", right=Right(recipient.right).name.lower(), key=recipient.key.hex()
        )
        console().print(text, style="bold red", markup=False)


@audit.command("log", **described("audit.log", "quancheng audit log ASSET"))
@_asset
@node_option
@json_option
def log(asset: str, node: str | None, *, as_json: bool) -> None:
    """Show who gave shares of an envelope, when, and under which case."""
    wanted = identifier(asset)
    found = run(node, lambda client: log_view(client, wanted))
    if as_json:
        click.echo(json_text([item.to_json() for item in found]))
        return
    names = ("height", "time", "event", "who", "case", "basis", "tx_id")
    show_table("", [say(f"column.{name}") for name in names], [item.row() for item in found])


async def _open(
    client: Client, evidence: CaseEvidence, keystore: OpenKeystore, channel: str, out: Path
) -> tuple[Recipient, ...]:
    """Open the envelope into a file; return the right holders who were given another key."""
    content_key = evidence.content_key(keystore.secret(inspector_key_name(evidence.case_id)))
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".opening-") as scratch:
        sealed = Path(scratch) / "ciphertext"
        async with ChannelClient(channel) as store:
            await store.fetch(evidence.header, sealed)
        with sealed.open("rb") as source:
            if evidence.goods.asset.source is not None:
                carried = open_carried_to_file(evidence.header, content_key, source, out)
                origin = await known(client, ASSETS, carried.origin.asset)
                require_taken_from(carried, await consignment_of(client, origin.line))
            elif evidence.goods.line.product_class.is_computed:
                open_computed_to_file(evidence.header, content_key, source, out)
            else:
                open_to_file(evidence.header, content_key, source, out)
    return evidence.other_keys(content_key)


def _show(view: AuditView) -> None:
    show_pairs(view.pairs())
