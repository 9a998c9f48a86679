"""`quancheng validators`: who votes, and how one joins, leaves or changes its key."""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.genesis import read_addresses
from apps.cli.network import identifier, json_option, node_option, run
from apps.cli.output import console, show_json, show_pairs, show_table
from apps.cli.say import described, say
from apps.cli.signing import signing_seeds
from apps.cli.validator_checks import Network, Obstacle, network_of, obstacles
from chaincode.membership.validator import ValidatorsChange
from chaincode.validators import Member
from genesis.joining import prepare_node
from genesis.organisation import OrganisationFolder
from ledger.genesis import GENESIS_SIZE_MAX
from ledger.suites import PUBLIC_KEY_SIZE
from quancheng.api.transactions import WaitResult
from quancheng.bounded_files import read_bounded
from quancheng.client import Client

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

_OPTIONS = (
    click.option("--as", "signer", required=True, help=say("validators.option.as")),
    click.option("--organisation", help=say("validators.option.organisation")),
    click.option(
        "--from-height", type=click.IntRange(min=0), default=0, help=say("validators.option.from")
    ),
    click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd")),
    click.option("--force", is_flag=True, help=say("validators.option.force")),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is proposed: by whom, from when, and whether the network must look ready."""

    signer: str
    organisation: str | None
    from_height: int
    passphrase_fd: int | None
    force: bool


def _terms_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `Terms` made of its options."""

    @functools.wraps(command)
    def with_terms(**values: Any) -> None:  # noqa: ANN401 - click's own values, by name
        terms = Terms(**{field.name: values.pop(field.name) for field in fields(Terms)})
        command(terms=terms, **values)

    decorated: Callable[..., None] = with_terms
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@click.group(help=say("validators.help"))
def validators() -> None:
    """Group of commands."""


@validators.command("list", **described("validators.list", "quancheng validators list"))
@click.argument("height", type=click.IntRange(min=1), required=False)
@node_option
@json_option
def show(height: int | None, node: str | None, *, as_json: bool) -> None:
    """List the validators of a height, by default of the next block."""
    found = run(node, lambda client: client.validators(height))
    if as_json:
        show_json(found)
        return
    title = say("validators.title", height=found.height, epoch=found.epoch, quorum=found.quorum)
    names = ("position", "organisation", "key")
    show_table(
        title,
        [say(f"column.{name}") for name in names],
        [
            [str(item.index), item.organisation_name, item.public_key.hex()]
            for item in found.validators
        ],
    )


@validators.command(
    "prepare",
    **described(
        "validators.prepare",
        "quancheng validators prepare --dir bank --genesis genesis.qc"
        " --node 10.0.0.9:26600,127.0.0.1:26680 --peer 10.0.0.4:26600",
    ),
)
@click.option("--dir", "folder", type=_FOLDER, required=True, help=say("genesis.option.dir"))
@click.option("--genesis", type=_FILE, required=True, help=say("evidence.genesis"))
@click.option(
    "--node", "address", required=True, metavar="PEERS,RPC", help=say("genesis.option.node")
)
@click.option("--peer", "peers", multiple=True, required=True, help=say("validators.option.peer"))
def prepare(folder: Path, genesis: Path, address: str, peers: Sequence[str]) -> None:
    """Make the home of a node that joins the running chain."""
    (addresses,) = read_addresses([address])
    data = read_bounded(genesis, GENESIS_SIZE_MAX)
    made = prepare_node(OrganisationFolder(folder), data, addresses, peers, dt.datetime.now(dt.UTC))
    show_pairs(
        [
            (say("validators.home"), str(made.home)),
            (say("column.key"), made.public_key.hex()),
            (say("column.organisation"), made.organisation.hex()),
        ]
    )
    console().print(say("validators.prepared", home=made.home, key=made.public_key.hex()))


@validators.command(
    "add", **described("validators.add", "quancheng validators add KEY --as department")
)
@click.argument("key")
@_terms_options
@node_option
def add(key: str, node: str | None, terms: Terms) -> None:
    """Propose that a node which follows the chain becomes a validator."""
    _propose(node, terms, added=_public_key(key), removed=None)


@validators.command(
    "remove", **described("validators.remove", "quancheng validators remove KEY --as department")
)
@click.argument("key")
@_terms_options
@node_option
def remove(key: str, node: str | None, terms: Terms) -> None:
    """Propose that a validator only follows."""
    _propose(node, terms, added=None, removed=_public_key(key))


@validators.command(
    "replace",
    **described("validators.replace", "quancheng validators replace OLD NEW --as department"),
)
@click.argument("old")
@click.argument("new")
@_terms_options
@node_option
def replace(old: str, new: str, node: str | None, terms: Terms) -> None:
    """Propose that a key votes in the place of another, as when one is rotated."""
    _propose(node, terms, added=_public_key(new), removed=_public_key(old))


def _propose(node: str | None, terms: Terms, *, added: bytes | None, removed: bytes | None) -> None:
    seeds = signing_seeds([terms.signer], terms.passphrase_fd)

    async def propose(client: Client) -> WaitResult:
        network = await network_of(client)
        if not terms.force:
            _refuse(obstacles(network, added, removed), network)
        member = None
        if added is not None:
            member = Member(added, _organisation_of(network, added, terms.organisation))
        action = ValidatorsChange(member, removed, terms.from_height)
        return await client.send("proposal.open", seeds, action=action)

    result = run(node, propose)
    show_pairs([(say("validators.proposal"), result.tx_id.hex())])
    console().print(say("validators.proposed", proposal=result.tx_id.hex()))


def _refuse(found: Sequence[Obstacle], network: Network) -> None:
    if found:
        lines = [say(f"validators.obstacle.{item.name}", **item.facts) for item in found]
        remark = say("validators.force", node_height=network.height)
        raise Failure("\n".join([*lines, remark]), ExitCode.REFUSED)


def _organisation_of(network: Network, key: bytes, given: str | None) -> bytes:
    """Return the organisation that runs a key's node: as given, or as its certificate says."""
    if given is not None:
        return identifier(given)
    peer = network.peer_of(key)
    if peer is None:
        raise Failure(say("validators.organisation_needed"), ExitCode.USAGE)
    return peer.organisation


def _public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != PUBLIC_KEY_SIZE:
        raise Failure(say("validators.bad_key", text=text), ExitCode.USAGE)
    return key
