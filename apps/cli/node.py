"""`quancheng node`: one node as a process, and what its operator asks of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from apps.cli.doctor import examine
from apps.cli.exits import ExitCode, Failure
from apps.cli.home_endpoint import home_endpoint
from apps.cli.keeping import show_backup, show_drill, show_restore
from apps.cli.network import json_option, node_option, node_url
from apps.cli.output import console
from apps.cli.say import described, say
from apps.cli.signing import new_passphrase
from apps.cli.why_stuck import show_why_stuck
from node.home import Home
from node.main import passphrase_from, run_node
from node.node import Run
from node.signing import require_plain_key, seal_validator_key
from quancheng.transport import Endpoint

F = TypeVar("F", bound=Callable[..., object])


def _home_option(command: F) -> F:
    """Add `--home`: the folder of the node."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    option = click.option("--home", type=kind, required=True, help=say("node.option.home"))
    return option(command)


@click.group(help=say("node.help"))
def node() -> None:
    """Group of commands."""


@node.command("run", **described("node.run", "quancheng node run --home bank/node"))
@_home_option
@click.option("--forget-votes", is_flag=True, help=say("node.option.forget_votes"))
@click.option("--passphrase-fd", type=int, help=say("node.option.passphrase_fd"))
@click.pass_context
def run(
    context: click.Context, home: Path, *, forget_votes: bool, passphrase_fd: int | None
) -> None:
    """Run a node in the foreground until it is told to stop."""
    context.exit(run_node(home, Run(forget_votes, passphrase_from(passphrase_fd))))


@node.command("seal-key", **described("seal_key", "quancheng node seal-key --home bank/node"))
@_home_option
@click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
def seal_key(home: Path, passphrase_fd: int | None) -> None:
    """Encrypt the validator key of a node."""
    path = Home(home).validator_key
    require_plain_key(path)
    public_key = seal_validator_key(path, new_passphrase(path, passphrase_fd))
    console().print(say("seal_key.done", key=public_key.hex()))


@node.command("doctor", **described("doctor", "quancheng node doctor --home bank/node"))
@_home_option
@json_option
@click.pass_context
def doctor(context: click.Context, home: Path, *, as_json: bool) -> None:
    """Look at a node and say what is wrong with it."""
    context.exit(examine(home, as_json=as_json))


@node.command("why-stuck", **described("why_stuck", "quancheng node why-stuck --home bank/node"))
@click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=say("why_stuck.option.home"),
)
@node_option
@json_option
@click.pass_context
def why_stuck(
    context: click.Context, home: Path | None, node: str | None, *, as_json: bool
) -> None:
    """Ask a running node what it waits for."""
    endpoint = Endpoint(node_url(node)) if home is None else home_endpoint(home)
    context.exit(show_why_stuck(endpoint, as_json=as_json))


@node.command(
    "backup", **described("backup", "quancheng node backup --home bank/node --out bank.backup")
)
@_home_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=say("backup.option.out"),
)
def backup(home: Path, out: Path) -> None:
    """Back up a node."""
    show_backup(Home(home), out)


@node.command(
    "restore", **described("restore", "quancheng node restore --home bank/node --from bank.backup")
)
@_home_option
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help=say("restore.option.from"),
)
@click.option("--drill", is_flag=True, help=say("restore.option.drill"))
@click.option("--replay", is_flag=True, help=say("restore.option.replay"))
def restore(home: Path, source: Path, *, drill: bool, replay: bool) -> None:
    """Restore a node, or prove that one could."""
    if replay and not drill:
        raise Failure(say("restore.usage"), ExitCode.USAGE)
    if drill:
        show_drill(Home(home), source, replays=replay)
    else:
        show_restore(Home(home), source)
