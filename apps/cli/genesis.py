"""`quancheng genesis`: founding a chain, each organisation on its own machine."""

import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.output import console, local_time, show_pairs, show_table
from apps.cli.say import described, say
from apps.cli.signing import new_passphrase
from chaincode.rights import PartyKind, Right
from genesis.assembly import assemble
from genesis.contribution import CONTRIBUTION_SIZE_MAX, Contribution, decode_contribution
from genesis.node_home import NodeAddresses, write_genesis_file
from genesis.organisation import (
    Founder,
    KeyCare,
    OrganisationFolder,
    finish_homes,
    found_organisation,
)
from genesis.plan_file import load_plan, render_plan
from genesis.sample_plan import sample_plan
from genesis.verification import verify_genesis
from ledger.genesis import GENESIS_SIZE_MAX, Genesis, decode_genesis, genesis_hash_of
from quancheng.bounded_files import read_bounded
from quancheng.private_files import create_private_file

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)

_plan = click.option("--plan", "plan_path", type=_FILE, required=True, help=say("genesis.plan"))
_addresses = click.option(
    "--node",
    "addresses",
    multiple=True,
    metavar="PEERS,RPC",
    help=say("genesis.option.node"),
)


@click.group(help=say("genesis.help"))
def genesis() -> None:
    """Group of commands."""


@genesis.command("plan", **described("genesis.plan", "quancheng genesis plan --out plan.toml"))
@click.option("--out", type=_NEW_FILE, required=True, help=say("option.out"))
@click.option(
    "--validators",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    help=say("testnet.option.validators"),
)
def plan(out: Path, validators: int) -> None:
    """Write a plan of a sample city to edit."""
    text = render_plan(sample_plan(validators, time.time_ns() // 1_000_000))
    create_private_file(out, text.encode())
    console().print(say("genesis.plan_written", path=out))


@genesis.command(
    "contribute",
    **described(
        "genesis.contribute",
        "quancheng genesis contribute --plan plan.toml --label bank --dir bank"
        " --node 10.0.0.4:26600,127.0.0.1:26680",
    ),
)
@_plan
@click.option("--label", required=True, help=say("genesis.option.label"))
@click.option("--dir", "folder", type=_FOLDER, required=True, help=say("genesis.option.dir"))
@_addresses
@click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
def contribute(
    plan_path: Path, label: str, folder: Path, addresses: Sequence[str], passphrase_fd: int | None
) -> None:
    """Make all keys of one organisation and write its contribution."""
    agreed = load_plan(plan_path)
    parties = agreed.organisation(label).parties
    passphrase = new_passphrase(folder, passphrase_fd) if parties else ""
    care = KeyCare({party.label: passphrase for party in parties})
    founder = Founder(OrganisationFolder(folder), label, read_addresses(addresses))
    found_organisation(founder, agreed, care, dt.datetime.now(dt.UTC))
    pairs = [
        (say("genesis.contribution"), str(founder.folder.contribution)),
        (say("genesis.plan_hash"), agreed.hash().hex()),
    ]
    show_pairs(pairs)
    console().print(say("genesis.contributed"))


@genesis.command(
    "new",
    **described("genesis.new", "quancheng genesis new --plan plan.toml --out genesis.qc *.qc"),
)
@_plan
@click.argument("contributions", nargs=-1, type=_FILE, required=True)
@click.option("--out", type=_NEW_FILE, required=True, help=say("option.out"))
def new(plan_path: Path, contributions: Sequence[Path], out: Path) -> None:
    """Assemble the founding document of a plan and all contributions."""
    document = assemble(load_plan(plan_path), _read_contributions(contributions))
    write_genesis_file(out, document.encoded())
    show_pairs([(say("genesis.hash"), document.hash().hex()), (say("option.file"), str(out))])
    console().print(say("genesis.compare"))


@genesis.command(
    "finish",
    **described(
        "genesis.finish",
        "quancheng genesis finish --plan plan.toml --label bank --dir bank"
        " --node 10.0.0.4:26600,127.0.0.1:26680 *.qc",
    ),
)
@_plan
@click.option("--label", required=True, help=say("genesis.option.label"))
@click.option("--dir", "folder", type=_FOLDER, required=True, help=say("genesis.option.dir"))
@_addresses
@click.argument("contributions", nargs=-1, type=_FILE, required=True)
def finish(
    plan_path: Path,
    label: str,
    folder: Path,
    addresses: Sequence[str],
    contributions: Sequence[Path],
) -> None:
    """Complete the homes of one's own nodes with document and configuration."""
    agreed = load_plan(plan_path)
    founder = Founder(OrganisationFolder(folder), label, read_addresses(addresses))
    homes = finish_homes(founder, agreed, _read_contributions(contributions))
    for home in homes:
        console().print(say("genesis.home", home=home))


@genesis.command("show", **described("genesis.show", "quancheng genesis show genesis.qc"))
@click.argument("path", type=_FILE)
def show(path: Path) -> None:
    """Show a founding document."""
    data = read_bounded(path, GENESIS_SIZE_MAX)
    document = decode_genesis(data)
    show_pairs(
        [
            (say("genesis.name"), document.chain_name),
            (say("genesis.hash"), genesis_hash_of(data).hex()),
            (say("genesis.time"), local_time(document.time_ms)),
            (say("genesis.version"), str(document.protocol_version)),
            (say("genesis.development"), say(f"answer.{str(document.development).lower()}")),
        ]
    )
    _show_organisations(document)
    _show_parties(document)
    show_table(
        say("genesis.parameters"),
        [say("column.name"), say("column.value"), say("column.bounds")],
        [
            [item.name, str(item.value), f"{item.minimum} – {item.maximum}"]
            for item in document.parameters
        ],
    )


@genesis.command(
    "verify",
    **described(
        "genesis.verify", "quancheng genesis verify genesis.qc --plan plan.toml contributions/*.qc"
    ),
)
@click.argument("path", type=_FILE)
@click.argument("contributions", nargs=-1, type=_FILE)
@click.option("--plan", "plan_path", type=_FILE, help=say("genesis.plan"))
@click.option("--hash", "expected", help=say("genesis.option.hash"))
def verify(
    path: Path, contributions: Sequence[Path], plan_path: Path | None, expected: str | None
) -> None:
    """Check a document: against plan and contributions, against a hash, and in itself."""
    data = read_bounded(path, GENESIS_SIZE_MAX)
    decode_genesis(data)
    found = genesis_hash_of(data)
    if plan_path is not None:
        verify_genesis(data, load_plan(plan_path), _read_contributions(contributions))
    if expected is not None and expected.lower() != found.hex():
        raise Failure(say("genesis.other_hash", hash=found.hex()), ExitCode.REFUSED)
    key = "genesis.verified" if plan_path is not None else "genesis.sound"
    console().print(say(key, hash=found.hex()))


def _show_organisations(document: Genesis) -> None:
    counts = {item.id: 0 for item in document.organisations}
    for validator in document.validators:
        counts[validator.organisation] += 1
    show_table(
        say("genesis.organisations"),
        [say("column.name"), say("column.governing"), say("column.validators"), say("column.id")],
        [
            [
                item.name,
                say(f"answer.{str(item.governing).lower()}"),
                str(counts[item.id]),
                item.id.hex(),
            ]
            for item in document.organisations
        ],
    )


def _show_parties(document: Genesis) -> None:
    names = {item.id: item.name for item in document.organisations}
    show_table(
        say("genesis.parties"),
        [
            say("column.name"),
            say("column.kind"),
            say("column.rights"),
            say("column.organisation"),
            say("column.key"),
        ],
        [
            [
                item.name,
                PartyKind(item.kind).name.lower(),
                ", ".join(Right(right).name.lower() for right in item.rights),
                names[item.organisation],
                item.sign_key.hex(),
            ]
            for item in document.parties
        ],
    )


def read_addresses(texts: Sequence[str]) -> tuple[NodeAddresses, ...]:
    """Return the addresses of nodes given as PEERS,RPC, or end the command."""
    addresses = []
    for text in texts:
        peers, separator, rpc = text.partition(",")
        if not separator or ":" not in peers or ":" not in rpc:
            raise Failure(say("genesis.bad_address", text=text), ExitCode.USAGE)
        addresses.append(NodeAddresses(peers, rpc))
    return tuple(addresses)


def _read_contributions(paths: Sequence[Path]) -> list[Contribution]:
    return [decode_contribution(read_bounded(path, CONTRIBUTION_SIZE_MAX)) for path in paths]
