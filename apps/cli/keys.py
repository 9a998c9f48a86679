"""`quancheng keys`: encrypted keys of a party."""

from pathlib import Path

import click

from apps.cli.output import show_pairs, show_table
from apps.cli.say import described, say
from apps.cli.signing import new_passphrase, open_keystore
from quancheng.keystore import KeyKind, Keystore

_KINDS = {"sign": KeyKind.SIGN, "kem": KeyKind.KEM}
_folder = click.option(
    "--keystore",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help=say("keys.option.keystore"),
)
_existing_folder = click.option(
    "--keystore",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help=say("keys.option.keystore"),
)


@click.group(help=say("keys.help"))
def keys() -> None:
    """Group of commands."""


@keys.command("new", **described("keys.new", "quancheng keys new sign --keystore keys"))
@click.argument("name")
@_folder
@click.option(
    "--kind",
    type=click.Choice(sorted(_KINDS)),
    default="sign",
    show_default=True,
    help=say("keys.option.kind"),
)
@click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
def new(name: str, folder: Path, kind: str, passphrase_fd: int | None) -> None:
    """Make a key; show its public part."""
    made = Keystore(folder).create(name, _KINDS[kind], new_passphrase(folder, passphrase_fd))
    show_pairs([(say("column.name"), made.name), (say("column.key"), made.public_key.hex())])


@keys.command("export", **described("keys.export", "quancheng keys export sign --keystore keys"))
@click.argument("name")
@_existing_folder
@click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
def export(name: str, folder: Path, passphrase_fd: int | None) -> None:
    """Show a secret key, for programs in other languages."""
    secret = open_keystore(str(folder), passphrase_fd).secret(name)
    click.echo(say("keys.exported"), err=True)
    click.echo(secret.hex())


@keys.command("show", **described("keys.show", "quancheng keys show --keystore keys"))
@_existing_folder
def show(folder: Path) -> None:
    """Show the public parts of all keys; no passphrase is needed."""
    keystore = Keystore(folder)
    rows = [keystore.public_key(name) for name in keystore.names()]
    show_table(
        str(folder),
        [say("column.name"), say("column.kind"), say("column.key")],
        [[row.name, row.kind.name.lower(), row.public_key.hex()] for row in rows],
    )
