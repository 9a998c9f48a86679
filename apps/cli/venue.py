"""`quancheng venue`: match as the market operator, and prove that every match followed the rule."""

from pathlib import Path

import click
from rich.text import Text

from apps.cli.exits import ExitCode
from apps.cli.network import identifier, node_option, run
from apps.cli.output import BAD_STYLE, OK_STYLE, console, show_table
from apps.cli.say import described, say
from apps.cli.signing import signing_seeds
from apps.venue.matcher import Matcher
from apps.venue.replay import JudgedMatch, replay
from apps.venue.rule import Pair
from ledger.genesis import GENESIS_SIZE_MAX, decode_genesis
from quancheng.bounded_files import read_bounded
from quancheng.client import Client

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help=say("venue.help"))
def venue() -> None:
    """Group of commands."""


@venue.command("match", **described("venue.match", "quancheng venue match --as market --venue ID"))
@click.option("--as", "signer", required=True, help=say("venue.option.as"))
@click.option("--venue", "venue_id", required=True, help=say("venue.option.venue"))
@click.option("--once", is_flag=True, help=say("venue.option.once"))
@click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
@node_option
def match(
    *, signer: str, venue_id: str, once: bool, passphrase_fd: int | None, node: str | None
) -> None:
    """Match until stopped, or until nothing fits."""
    place = identifier(venue_id)
    (seed,) = signing_seeds([signer], passphrase_fd)

    async def work(client: Client) -> None:
        matcher = Matcher(client, seed, place)
        if once:
            while made := await matcher.match_next():
                _show_pair(made)
            console().print(say("venue.nothing"))
            return
        console().print(say("venue.open", venue=venue_id))
        async for made in matcher.matches():
            _show_pair(made)

    run(node, work)


@venue.command(
    "replay", **described("venue.replay", "quancheng venue replay --genesis testnet/genesis.qc")
)
@click.option(
    "--genesis", "genesis_path", type=_FILE, required=True, help=say("venue.option.genesis")
)
@node_option
def replay_matches(genesis_path: Path, node: str | None) -> ExitCode:
    """Judge every match of the chain; a breach ends with the status of a refusal."""
    genesis = decode_genesis(read_bounded(genesis_path, GENESIS_SIZE_MAX))
    replayed = run(node, lambda client: replay(client, genesis))
    columns = ("column.height", "column.match", "column.judgement", "column.rival")
    rows = (_row(item) for item in replayed.matches)
    show_table(say("venue.matches"), [say(column) for column in columns], rows)
    count, root = len(replayed.matches), replayed.state_root.hex()
    if replayed.breaches:
        breaches = len(replayed.breaches)
        console().print(say("venue.breached", breaches=breaches, count=count))
        return ExitCode.REFUSED
    console().print(say("venue.follows", count=count, height=replayed.height, root=root))
    return ExitCode.OK


def _show_pair(made: tuple[bytes, Pair]) -> None:
    match_id, pair = made
    facts = (
        ("column.match", match_id.hex()),
        ("column.supply", pair.supply.hex()),
        ("column.demand", pair.demand.hex()),
        ("column.price", str(pair.price)),
    )
    console().print("  ".join(f"{say(key)} {value}" for key, value in facts))


def _row(item: JudgedMatch) -> tuple[str | Text, ...]:
    if item.judgement is None:
        right = Text(say("venue.judgement.right"), style=OK_STYLE)
        return str(item.height), item.match.hex(), right, ""
    wrong = Text(say(f"venue.judgement.{item.judgement.breach.value}"), style=BAD_STYLE)
    rival = "" if item.judgement.rival is None else item.judgement.rival.hex()
    return str(item.height), item.match.hex(), wrong, rival
