"""Who signs: keystores of parties and where their passphrases come from."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.network import local_testnet
from apps.cli.say import say
from genesis.organisation import SIGN_KEY
from genesis.testnet import PASSPHRASE_FILE
from quancheng import passphrase
from quancheng.keystore import Keystore


@dataclass(frozen=True, slots=True)
class OpenKeystore:
    """A party's keystore with its passphrase, and the key that signs."""

    folder: Path
    sign_key: str
    passphrase: str

    def secret(self, name: str) -> bytes:
        """Return a secret key by its name."""
        return Keystore(self.folder).secret(name, self.passphrase)

    def sign_seed(self) -> bytes:
        """Return the seed of the key that signs."""
        return self.secret(self.sign_key)


def signing_seeds(signers: Sequence[str], descriptor: int | None) -> list[bytes]:
    """Return one seed for each signer: a party of the test network, or FOLDER or FOLDER:KEY."""
    if not signers:
        raise Failure(say("signer.missing"), ExitCode.USAGE)
    given = _given_passphrase(descriptor)
    return [_opened(signer, given).sign_seed() for signer in signers]


def open_keystore(signer: str, descriptor: int | None) -> OpenKeystore:
    """Open the keystore of one signer, named as for `signing_seeds`."""
    return _opened(signer, _given_passphrase(descriptor))


def signer_option(help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the `keystore` that its user names by --as."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_keystore(**values: Any) -> None:  # noqa: ANN401 - click's own values, by name
            keystore = open_keystore(values.pop("signer"), values.pop("passphrase_fd"))
            command(keystore=keystore, **values)

        named = click.option("--as", "signer", required=True, help=help_text)
        secret = click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
        decorated: Callable[..., None] = named(secret(with_keystore))
        return decorated

    return decorate


def keystore_passphrase(folder: Path, descriptor: int | None) -> str:
    """Return the passphrase of a keystore: kept beside it, given, or typed."""
    return _passphrase_of(folder, _given_passphrase(descriptor))


def _opened(signer: str, given: str | None) -> OpenKeystore:
    folder, name = _keystore_of(signer)
    return OpenKeystore(folder, name, _passphrase_of(folder, given))


def _passphrase_of(folder: Path, given: str | None) -> str:
    return _kept_passphrase(folder) or given or _asked_passphrase(folder)


def new_passphrase(folder: Path, descriptor: int | None) -> str:
    """Return a passphrase for new keys, asked twice where a person types it."""
    given = _given_passphrase(descriptor)
    if given is not None:
        return given
    question, repeat = say("passphrase.new", folder=folder), say("passphrase.again")
    return str(click.prompt(question, hide_input=True, confirmation_prompt=repeat, err=True))


def _given_passphrase(descriptor: int | None) -> str | None:
    """Return the passphrase of the descriptor or of the environment, which is read only once."""
    if descriptor is not None:
        return passphrase.from_descriptor(descriptor)
    try:
        return passphrase.from_environment()
    except passphrase.PassphraseMissing:
        return None


def _kept_passphrase(folder: Path) -> str | None:
    """Return the passphrase that a test network keeps beside the keys."""
    kept = folder / PASSPHRASE_FILE
    return kept.read_text(encoding="utf-8").strip() if kept.exists() else None


def _asked_passphrase(folder: Path) -> str:
    return str(click.prompt(say("passphrase.prompt", folder=folder), hide_input=True, err=True))


def _keystore_of(signer: str) -> tuple[Path, str]:
    testnet = local_testnet()
    parties = (
        {} if testnet is None else {item.label: testnet.keystore(item) for item in testnet.parties}
    )
    if signer in parties:
        return parties[signer], SIGN_KEY
    folder, separator, name = signer.rpartition(":")
    keystore = Path(folder if separator else signer)
    if not keystore.is_dir():
        known = ", ".join(parties) or "–"
        raise Failure(say("signer.unknown", signer=signer, known=known), ExitCode.USAGE)
    return keystore, name if separator else SIGN_KEY
