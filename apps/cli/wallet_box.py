"""`quancheng wallet`: one's own copy of what was delivered, opened, or carried to another user."""

import asyncio
import tempfile
from pathlib import Path

import click

from apps.channel.client import ChannelClient
from apps.cli.output import console, show_pairs
from apps.cli.say import PROGRAM, described, say
from apps.cli.wallet_consents import show_done
from apps.cli.wallet_group import OpenWallet, online_wallet, own_delivery, own_line, person_command
from quancheng.api.transactions import WaitResult
from quancheng.envelope_files import open_to_file
from quancheng.person import Person
from quancheng.safe_box import (
    OwnEnvelope,
    own_content_key,
    own_envelope,
    prepare,
    release,
    seal_for,
)

_channel = click.option("--channel", required=True, metavar="URL", help=say("option.channel"))
_envelope = click.argument("envelope", metavar="ENVELOPE")
_line = click.argument("line", metavar="LINE")
_SCRATCH = ".wallet-"


@person_command(
    "open",
    described("wallet.open", "quancheng wallet open ENVELOPE --channel URL --out data.json"),
)
@_envelope
@_channel
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=say("option.out")
)
@online_wallet
def open_(envelope: str, channel: str, out: Path, opened: OpenWallet) -> None:
    """Open one's own copy of an envelope into a file."""

    async def read(person: Person) -> None:
        own, use = await own_delivery(person, envelope)
        found = await own_envelope(person, own.matter.sid, use.line_id)
        content_key = own_content_key(found, person.wallet.keys_of(own.matter.sid))
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=_SCRATCH) as scratch:
            ciphertext = Path(scratch, "ciphertext")
            async with ChannelClient(channel) as store:
                await store.fetch(found.header, ciphertext)
            await asyncio.to_thread(_open, found, content_key, ciphertext, out)

    opened.run(read)
    show_pairs([(say("option.file"), str(out))])


@person_command(
    "carry", described("wallet.carry", "quancheng wallet carry ENVELOPE LINE --channel URL")
)
@_envelope
@_line
@_channel
@online_wallet
def carry(envelope: str, line: str, channel: str, opened: OpenWallet) -> None:
    """Seal one's own copy anew for the user of a line, and put it in their place on the chain."""

    async def carried(person: Person) -> WaitResult:
        own, use = await own_delivery(person, envelope)
        target, wanted = await own_line(person, line)
        source = await own_envelope(person, own.matter.sid, use.line_id)
        with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch:
            held, sealed = Path(scratch, "held"), Path(scratch, "sealed")
            async with ChannelClient(channel) as store:
                await store.fetch(source.header, held)
                place = target.matter.sid, wanted.line_id
                parcel = await seal_for(person, source, held, place, sealed)
                await store.put(parcel.header, sealed)
        return await prepare(person, parcel)

    show_done(opened.run(carried))
    console().print(say("wallet.carried", command=f"{PROGRAM} wallet release {line}"))


@person_command("release", described("wallet.release", "quancheng wallet release LINE"))
@_line
@online_wallet
def release_(line: str, opened: OpenWallet) -> None:
    """Give the key of what one carried to its user, once they have acknowledged the envelope."""

    async def released(person: Person) -> WaitResult:
        target, wanted = await own_line(person, line)
        return await release(person, target.matter.sid, wanted.line_id)

    show_done(opened.run(released))


def _open(envelope: OwnEnvelope, content_key: bytes, ciphertext: Path, out: Path) -> None:
    with ciphertext.open("rb") as source:
        open_to_file(envelope.header, content_key, source, out)


COMMANDS = (open_, carry, release_)
