"""`quancheng node`: one node as a process."""

from pathlib import Path

import click

from apps.cli.say import described, say
from node.main import run_node
from node.node import Run


@click.group(help=say("node.help"))
def node() -> None:
    """Group of commands."""


@node.command("run", **described("node.run", "quancheng node run --home bank/node"))
@click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help=say("node.option.home"),
)
@click.option("--forget-votes", is_flag=True, help=say("node.option.forget_votes"))
@click.pass_context
def run(context: click.Context, home: Path, *, forget_votes: bool) -> None:
    """Run a node in the foreground until it is told to stop."""
    context.exit(run_node(home, Run(forget_votes)))
