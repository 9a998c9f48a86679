"""Who signs is found by label or folder; passphrases come from where they may, each read once."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from apps.cli.exits import Failure
from apps.cli.signing import new_passphrase, signing_seeds
from genesis.testnet import PASSPHRASE_FILE
from quancheng.keystore import DerivationCost, KeyKind, Keystore, WrongPassphrase
from quancheng.passphrase import VARIABLE

CHEAP = DerivationCost(operations=1, memory=8_192)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in a folder with two keystores of the same passphrase and no network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QUANCHENG_TESTNET", raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    for name, seed in (("one", b"\x01" * 32), ("two", b"\x02" * 32)):
        Keystore(Path(name), CHEAP).add("sign", KeyKind.SIGN, seed, "open")


def test_one_passphrase_from_the_environment_serves_all_signers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The order of signers is kept: the first one is charged."""
    monkeypatch.setenv(VARIABLE, "open")
    assert signing_seeds(["two", "one:sign"], None) == [b"\x02" * 32, b"\x01" * 32]


def test_a_kept_passphrase_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test network keeps it beside the keys; that one counts for its own folder only."""
    Path("one", PASSPHRASE_FILE).write_text("open\n", encoding="utf-8")
    assert signing_seeds(["one"], None) == [b"\x01" * 32]
    monkeypatch.setenv(VARIABLE, "wrong")
    with pytest.raises(WrongPassphrase):
        signing_seeds(["one", "two"], None)


def test_a_person_is_asked() -> None:
    """Typed once to sign and twice for new keys; never shown."""

    @click.command()
    def ask() -> None:
        click.echo(signing_seeds(["one"], None)[0].hex())
        click.echo(new_passphrase(Path("three"), None))

    result = CliRunner().invoke(ask, input="open\nfresh\nfresh\n")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == ["01" * 32, "fresh"]
    assert "open" not in result.output


def test_nobody_signs_nothing() -> None:
    """Without a signer the command says what it wants."""
    with pytest.raises(Failure, match="--as"):
        signing_seeds([], None)


def test_a_mistyped_signer_is_named_before_any_passphrase() -> None:
    """Nobody types a secret for a keystore that is not there."""
    with pytest.raises(Failure, match="departement"):
        signing_seeds(["departement"], None)
