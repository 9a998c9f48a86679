"""A group that imports a command only when it is used: the help of all needs the code of none."""

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

import click

from apps.cli.say import say


class LazyGroup(click.Group):
    """A group of groups, each named by the module that holds it under its own name."""

    modules: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of their declaration."""
        del ctx
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name."""
        del ctx
        if cmd_name not in self.modules:
            return None
        command = getattr(import_module(self.modules[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write name and help of every command, which the texts hold without any import."""
        del ctx
        with formatter.section(say("commands")):
            formatter.write_dl([(name, say(f"{name}.help")) for name in self.modules])
