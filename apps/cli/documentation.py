"""The reference pages of the command and of the configuration, made from their declarations."""

from collections.abc import Iterator, Mapping

import click

from apps.cli.main import cli
from node.config import Config, render_config

_COMMANDS = """\
# The `quancheng` command

Made from the commands by `scripts/document`. From a checkout: `./scripts/quancheng`.

A test network is found in `./testnet`, or where `QUANCHENG_TESTNET` points; its nodes and parties
go by their names (`--node bank`, `--as authorizer`). Another node is named by `--node URL` or
`QUANCHENG_NODE`. Keystores ask for their passphrase; services give it by `--passphrase-fd` or
`QUANCHENG_PASSPHRASE`. The language follows the locale.

Exit codes: 0 done, 1 refused by the chain or a verifier, 2 wrong usage, 3 no node answered, 4
something on this machine, 5 not decided in the time given, 6 a node needs a person, 130
interrupted.
"""
_CONFIGURATION = """\
# The configuration of a node

Made from the declarations by `scripts/document`. A node reads `config.toml` in its home folder.
What is left out has the default shown here; an unknown key or a value out of bounds stops the start
and is named.

```toml
{config}
```
"""


def pages() -> dict[str, str]:
    """Return the pages by their file names."""
    return {
        "commands.md": _COMMANDS + "".join(_section(*item) for item in commands()),
        "configuration.md": _CONFIGURATION.format(config=render_config(Config()).strip()),
    }


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it, in the order of the help."""
    waiting: list[tuple[str, click.Command]] = [("quancheng", cli)]
    while waiting:
        path, command = waiting.pop(0)
        if not isinstance(command, click.Group):
            yield path, command
            continue
        context = click.Context(command)
        found: Mapping[str, click.Command | None] = {
            name: command.get_command(context, name) for name in command.list_commands(context)
        }
        children = [(f"{path} {name}", item) for name, item in found.items() if item is not None]
        waiting[:0] = children


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"\n## {path}\n", f"{command.help}\n", f"    {usage}\n"]
    options = [item for item in command.params if isinstance(item, click.Option)]
    if options:
        lines += ["| option | meaning |", "| --- | --- |"]
        lines += [f"| `{_name(option)}` | {_meaning(option)} |" for option in options]
        lines.append("")
    lines.append(f"{command.epilog}\n")
    return "\n".join(lines)


def _name(option: click.Option) -> str:
    if option.is_flag:
        return option.opts[0]
    context = click.Context(click.Command("none"))
    return f"{option.opts[0]} {option.make_metavar(context)}".replace("|", "\\|")


def _meaning(option: click.Option) -> str:
    text = option.help or ""
    if option.show_default and option.default is not None:
        text = f"{text} Default: {option.default}.".strip()
    return f"{text} Required.".strip() if option.required else text
