"""`quancheng completion`: what makes a shell complete commands, options, nodes and parties."""

import click
from click.shell_completion import get_completion_class

from apps.cli.say import NAME, described

VARIABLE = "_QUANCHENG_COMPLETE"
"""Set by the shell's script when it asks for what could come next."""
SHELLS = ("bash", "zsh", "fish")

_ABOUT = described("completion", 'eval "$(quancheng completion bash)"')


@click.command("completion", help=_ABOUT["help"], epilog=_ABOUT["epilog"])
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script of a shell, to be evaluated in its start-up file."""
    complete = get_completion_class(shell)
    assert complete is not None
    click.echo(complete(context.find_root().command, {}, NAME, VARIABLE).source())
