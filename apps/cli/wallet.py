"""`quancheng wallet`: a person decides who uses their data, and sees who did."""

import json
from pathlib import Path

import click

from apps.cli import wallet_box, wallet_consents, wallet_offline
from apps.cli.exits import ExitCode, Failure
from apps.cli.network import json_option
from apps.cli.output import console, json_text, show_pairs, show_table
from apps.cli.say import described, say
from apps.cli.signing import new_passphrase
from apps.cli.wallet_group import (
    OpenWallet,
    folder_option,
    offline_wallet,
    online_wallet,
    passphrase_option,
    wallet,
)
from apps.messages import preferred_language
from chaincode.fields import Json
from quancheng.bounded_files import read_bounded
from quancheng.identity_claim import write_claim
from quancheng.person import Person
from quancheng.private_files import create_private_file
from quancheng.seed_words import seed_of, words_of
from quancheng.wallet import Matter, Wallet, create_wallet
from quancheng.wallet_keys import MatterKeys

_WORDS_IN_ROW = 6
_WORDS_SIZE_MAX = 4_096
__all__ = ["wallet"]

for module in (wallet_consents, wallet_box, wallet_offline):
    for command in module.COMMANDS:
        wallet.add_command(command)


@wallet.command("new", **described("wallet.new", "quancheng wallet new --wallet my-wallet"))
@folder_option
@passphrase_option
def new(folder: Path, passphrase_fd: int | None) -> None:
    """Make a wallet, and show the words that bring it back."""
    made = create_wallet(folder, new_passphrase(folder, passphrase_fd))
    show_pairs([(say("column.wallet"), str(folder))])
    _show_words(made)


@wallet.command(
    "restore",
    **described("wallet.restore", "quancheng wallet restore --words words.txt"),
)
@click.option(
    "--words",
    "words_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("wallet.option.words"),
)
@folder_option
@passphrase_option
def restore(words_path: Path | None, folder: Path, passphrase_fd: int | None) -> None:
    """Make a wallet from its words; `recover` then finds its matters."""
    text = (
        str(click.prompt(say("wallet.words"), err=True))
        if words_path is None
        else read_bounded(words_path, _WORDS_SIZE_MAX).decode("utf-8")
    )
    create_wallet(folder, new_passphrase(folder, passphrase_fd), seed_of(text))
    show_pairs([(say("column.wallet"), str(folder))])
    console().print(say("wallet.restored"))


@wallet.command("words", **described("wallet.show_words", "quancheng wallet words"))
@offline_wallet
def words(wallet: Wallet) -> None:
    """Show the words that bring the wallet back."""
    _show_words(wallet)


@wallet.command("begin", **described("wallet.begin", "quancheng wallet begin 贷款申请"))
@click.argument("note")
@click.option("--claim", type=click.Path(path_type=Path), help=say("wallet.option.claim"))
@offline_wallet
def begin(note: str, claim: Path | None, wallet: Wallet) -> None:
    """Begin a matter under a fresh pseudonym."""
    keys = wallet.begin_matter(note)
    if claim is not None:
        _write_claim(claim, keys)
    show_pairs(
        [
            (say("column.note"), note),
            (say("column.sid"), keys.sid.hex()),
            (say("column.kem_key"), keys.kem_key.hex()),
        ]
    )


@wallet.command("matters", **described("wallet.matters", "quancheng wallet matters"))
@online_wallet
@json_option
def matters(opened: OpenWallet, *, as_json: bool) -> None:
    """List one's matters, and whether their pseudonyms are bound."""

    async def listed(person: Person) -> list[tuple[Matter, bool]]:
        return [(item, await person.is_bound(item.sid)) for item in person.wallet.matters]

    found = opened.run(listed)
    if as_json:
        click.echo(json_text([_matter_json(*row) for row in found]))
        return
    show_table(
        "",
        [say(f"column.{name}") for name in ("note", "bound", "sid")],
        [[item.note, say(f"answer.{str(bound).lower()}"), item.sid.hex()] for item, bound in found],
    )


@wallet.command("recover", **described("wallet.recover", "quancheng wallet recover"))
@online_wallet
def recover(opened: OpenWallet) -> None:
    """Find the matters of a restored wallet by their pseudonyms on the chain."""
    count = opened.run(lambda person: person.recover())
    console().print(say("wallet.recovered", count=count))


def _matter_json(matter: Matter, bound: bool) -> dict[str, Json]:
    return {"note": matter.note, "sid": matter.sid.hex(), "bound": bound}


def _show_words(wallet: Wallet) -> None:
    console().print(say("wallet.write_down"))
    found = words_of(wallet.seed, preferred_language())
    for start in range(0, len(found), _WORDS_IN_ROW):
        row = found[start : start + _WORDS_IN_ROW]
        numbered = [f"{start + index:2} {word}" for index, word in enumerate(row, start=1)]
        console().print("  " + "  ".join(f"{item:<12}" for item in numbered), markup=False)


def _write_claim(path: Path, keys: MatterKeys) -> None:
    identity = str(click.prompt(say("wallet.identity"), hide_input=True, err=True)).strip()
    if not identity:
        raise Failure(say("wallet.identity"), ExitCode.USAGE)
    create_private_file(path, json.dumps(write_claim(keys, identity)).encode())
