"""`quancheng node`: one node as a process, and what its operator asks of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from apps.cli.doctor import examine
from apps.cli.home_endpoint import home_endpoint
from apps.cli.network import json_option, node_option, node_url
from apps.cli.say import described, say
from apps.cli.why_stuck import show_why_stuck
from node.main import run_node
from node.node import Run
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
@click.pass_context
def run(context: click.Context, home: Path, *, forget_votes: bool) -> None:
    """Run a node in the foreground until it is told to stop."""
    context.exit(run_node(home, Run(forget_votes)))


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
