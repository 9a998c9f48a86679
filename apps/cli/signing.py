"""Who signs: keystores of parties and where their passphrases come from."""

from collections.abc import Sequence
from pathlib import Path

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.network import local_testnet
from apps.cli.say import say
from genesis.organisation import SIGN_KEY
from genesis.testnet import PASSPHRASE_FILE
from quancheng import passphrase
from quancheng.keystore import Keystore


def signing_seeds(signers: Sequence[str], descriptor: int | None) -> list[bytes]:
    """Return one seed for each signer: a party of the test network, or FOLDER or FOLDER:KEY."""
    if not signers:
        raise Failure(say("signer.missing"), ExitCode.USAGE)
    taken: str | None = None if descriptor is None else passphrase.from_descriptor(descriptor)
    seeds = []
    for signer in signers:
        folder, name = _keystore_of(signer)
        seeds.append(Keystore(folder).secret(name, taken or passphrase_for(folder)))
    return seeds


def passphrase_for(folder: Path) -> str:
    """Return the passphrase of a keystore: kept by a test network, in the environment, or asked."""
    kept = folder / PASSPHRASE_FILE
    if kept.exists():
        return kept.read_text(encoding="utf-8").strip()
    try:
        return passphrase.from_environment()
    except passphrase.PassphraseMissing:
        return str(click.prompt(say("passphrase.prompt", folder=folder), hide_input=True, err=True))


def new_passphrase(folder: Path, descriptor: int | None) -> str:
    """Return a passphrase for new keys, asked twice where a person types it."""
    if descriptor is not None:
        return passphrase.from_descriptor(descriptor)
    try:
        return passphrase.from_environment()
    except passphrase.PassphraseMissing:
        question = say("passphrase.new", folder=folder)
        repeat = say("passphrase.again")
        return str(click.prompt(question, hide_input=True, confirmation_prompt=repeat, err=True))


def _keystore_of(signer: str) -> tuple[Path, str]:
    testnet = local_testnet()
    for party in testnet.parties if testnet is not None else ():
        assert testnet is not None
        if party.label == signer:
            return testnet.keystore(party), SIGN_KEY
    folder, separator, name = signer.rpartition(":")
    if not separator:
        return Path(signer), SIGN_KEY
    return Path(folder), name
