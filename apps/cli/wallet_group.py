"""The group of a person's commands, and the wallet that each of them opens."""

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.network import node_option, node_url
from apps.cli.say import say
from apps.cli.signing import keystore_passphrase
from quancheng.person import OwnConsent, Person, Use
from quancheng.wallet import Wallet, open_wallet

WALLET_VARIABLE = "QUANCHENG_WALLET"
DEFAULT_WALLET = Path("wallet")
PREFIX_DIGITS_MIN = 6
"""So many digits of an id suffice where they name one thing of one's own."""

T = TypeVar("T")


@click.group(help=say("wallet.help"))
def wallet() -> None:
    """Group of commands."""


@dataclass(frozen=True, slots=True)
class OpenWallet:
    """A wallet and the node it asks."""

    wallet: Wallet
    node: str | None

    def run(self, work: Callable[[Person], Awaitable[T]]) -> T:
        """Let the person do something at the node and return what it gives."""

        async def session() -> T:
            async with Person(self.wallet, node_url(self.node)) as person:
                return await work(person)

        return asyncio.run(session())


def person_command(
    name: str, texts: Mapping[str, str]
) -> Callable[[Callable[..., None]], click.Command]:
    """Return the decorator that makes a command with its help and example."""
    return click.command(name, help=texts["help"], epilog=texts["epilog"])


def folder_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--wallet`: the folder of the wallet."""
    decorated: Callable[..., None] = click.option(
        "--wallet",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar=WALLET_VARIABLE,
        default=DEFAULT_WALLET,
        show_default=True,
        help=say("wallet.option.folder"),
    )(command)
    return decorated


def passphrase_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--passphrase-fd`."""
    decorated: Callable[..., None] = click.option(
        "--passphrase-fd", type=int, help=say("option.passphrase_fd")
    )(command)
    return decorated


def offline_wallet(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the opened `wallet`; it needs no node."""

    @functools.wraps(command)
    def with_wallet(**values: Any) -> None:  # noqa: ANN401 - click's own values, by name
        command(wallet=_opened(values.pop("folder"), values.pop("passphrase_fd")), **values)

    return folder_option(passphrase_option(with_wallet))


def online_wallet(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the `opened` wallet with the node that it asks."""

    @functools.wraps(command)
    def with_wallet(**values: Any) -> None:  # noqa: ANN401 - click's own values, by name
        found = _opened(values.pop("folder"), values.pop("passphrase_fd"))
        command(opened=OpenWallet(found, values.pop("node")), **values)

    decorated: Callable[..., None] = node_option(with_wallet)
    return folder_option(passphrase_option(decorated))


async def own_consent(person: Person, text: str) -> OwnConsent:
    """Return the one consent of this person whose id begins so, or end the command."""
    return await _only_one(person.consents(), lambda own: own.id, text)


async def own_delivery(person: Person, text: str) -> tuple[OwnConsent, Use]:
    """Return the one delivery of this person whose envelope's id begins so."""
    return await _only_one(person.deliveries(), lambda pair: pair[1].line.asset or b"", text)


async def own_line(person: Person, text: str) -> tuple[OwnConsent, Use]:
    """Return the one order line about this person whose id begins so."""
    return await _only_one(person.deliveries(), lambda pair: pair[1].line_id, text)


async def _only_one(found: AsyncIterator[T], id_of: Callable[[T], bytes], text: str) -> T:
    wanted = text.lower()
    hits = [item async for item in found if id_of(item).hex().startswith(wanted)]
    if len(wanted) < PREFIX_DIGITS_MIN or len(hits) != 1:
        raise Failure(say("wallet.not_one", text=text, count=len(hits)), ExitCode.USAGE)
    return hits[0]


def _opened(folder: Path, descriptor: int | None) -> Wallet:
    if not folder.is_dir():
        raise Failure(say("wallet.missing", folder=os.fspath(folder)), ExitCode.LOCAL)
    return open_wallet(folder, keystore_passphrase(folder, descriptor))
