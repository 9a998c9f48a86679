"""The command helps, answers offline what needs no node, and ends with codes scripts can use."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from apps.cli.documentation import commands
from apps.cli.draft import Draft
from apps.cli.exits import ExitCode, Failure
from apps.cli.main import run_cli
from apps.messages.cli_chinese import CHINESE
from chaincode.catalogue import TYPES
from genesis.plan import Plan, PlannedOrganisation, PlannedParty
from genesis.plan_file import chosen_parameters, render_plan
from ledger.genesis import decode_genesis
from quancheng.keystore import QUICK, KeyKind, Keystore
from quancheng.passphrase import VARIABLE

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, in English, with no network known."""
    monkeypatch.chdir(tmp_path)
    for name in ("QUANCHENG_NODE", "QUANCHENG_TESTNET", VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def test_every_command_has_help_and_an_example_of_itself() -> None:
    """The example at the end of each help is a call of this very command."""
    found = list(commands())
    assert len(found) > 25
    for path, command in found:
        assert command.help, path
        assert command.epilog is not None, path
        assert path in command.epilog
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)


def test_help_speaks_the_language_of_the_locale() -> None:
    """A fresh process in a Chinese locale lists all commands in Chinese."""
    environment = {**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONIOENCODING": "utf-8"}
    shown = subprocess.run(
        [sys.executable, "-m", "apps.cli.main", "--help"],
        capture_output=True,
        check=True,
        env=environment,
        cwd=ROOT,
    ).stdout.decode()
    for name in ("testnet", "tx", "explorer", "evidence", "keys", "genesis", "node"):
        assert CHINESE[f"{name}.help"] in shown


def test_the_reference_pages_are_those_of_the_commands() -> None:
    """docs/commands.md and docs/configuration.md are made anew, in English, and compared."""
    script = "import json; from apps.cli.documentation import pages; print(json.dumps(pages()))"
    shown = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        cwd=ROOT,
    ).stdout
    for name, text in json.loads(shown).items():
        found = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert found == text, f"run scripts/document: docs/{name} is older than the commands"


def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown commands, ids of another form, and fields without a value."""
    assert run_cli(["unheard-of"]) == ExitCode.USAGE
    assert run_cli(["explorer", "tx", "abc"]) == ExitCode.USAGE
    assert run_cli(["explorer", "status", "--node", "no-such-node"]) == ExitCode.USAGE
    assert run_cli(["tx", "explain", "E12345"]) == ExitCode.USAGE
    assert "64 hexadecimal digits" in capsys.readouterr().err


def test_a_missing_network_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command that needs a test network says how to get one."""
    for name in ("status", "stop", "resume", "restart", "down"):
        assert run_cli(["testnet", name]) == ExitCode.LOCAL
        assert "quancheng testnet up" in capsys.readouterr().err


def test_a_silent_node_is_told_from_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens: nothing is known, so the code is not that of a refusal."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert run_cli(["explorer", "status", "--node", url]) == ExitCode.UNREACHABLE
    assert url in capsys.readouterr().err


@pytest.mark.parametrize("word", ["E307", "e307", "307", "CONSENT_EXHAUSTED"])
def test_a_code_is_explained_in_both_languages(
    capsys: pytest.CaptureFixture[str], word: str
) -> None:
    """Rule and remedy, however the code is written."""
    assert run_cli(["tx", "explain", word]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert shown.startswith("E307 CONSENT_EXHAUSTED")
    for heading in ("Rule", "Remedy", "规则", "处理办法"):
        assert heading in shown


def test_transaction_types_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """All types, or the fields of one; an unknown one is refused with its code."""
    assert run_cli(["tx", "types"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert all(name in shown for name in TYPES)
    assert run_cli(["tx", "types", "credit.mint", "--json"]) == ExitCode.OK
    (described,) = json.loads(capsys.readouterr().out)
    assert described == TYPES["credit.mint"].describe()
    assert run_cli(["tx", "types", "credit.mind"]) == ExitCode.REFUSED
    assert "E019" in capsys.readouterr().err


def test_fields_are_read_as_they_are_meant(tmp_path: Path) -> None:
    """Ids and numbers stay text, JSON is JSON, single fields stand over the file's."""
    body = tmp_path / "body.json"
    body.write_text('{"amount": 1, "name": "泉城"}', encoding="utf-8")
    fields = ("amount=" + "1" * 64, "list=[1,2]", 'text="7"', "flag=true", "empty=", "eq=a=b")
    draft = Draft("credit.mint", (), fields, body, None)
    assert draft.body() == {
        "amount": "1" * 64,
        "name": "泉城",
        "list": [1, 2],
        "text": "7",
        "flag": True,
        "empty": "",
        "eq": "a=b",
    }
    with pytest.raises(Failure) as caught:
        Draft("credit.mint", (), ("amount",), None, None).body()
    assert caught.value.code is ExitCode.USAGE


def test_keys_are_made_and_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public part is shown without passphrase; a second key of the name is not made."""
    monkeypatch.setenv(VARIABLE, "passphrase")
    assert run_cli(["keys", "new", "sign", "--keystore", "keys"]) == ExitCode.OK
    public_key = Keystore(Path("keys")).public_key("sign").public_key.hex()
    assert public_key in capsys.readouterr().out
    assert run_cli(["keys", "show", "--keystore", "keys"]) == ExitCode.OK
    assert public_key in capsys.readouterr().out
    monkeypatch.setenv(VARIABLE, "passphrase")
    assert run_cli(["keys", "new", "sign", "--keystore", "keys"]) == ExitCode.LOCAL


def test_a_key_is_exported_with_the_passphrase_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The secret goes to stdout alone, with a warning beside it; a wrong passphrase shows none."""
    Keystore(Path("keys"), QUICK).add("sign", KeyKind.SIGN, bytes(range(32)), "passphrase")
    export = ["keys", "export", "sign", "--keystore", "keys"]
    monkeypatch.setenv(VARIABLE, "passphrase")
    assert run_cli(export) == ExitCode.OK
    shown = capsys.readouterr()
    assert shown.out == f"{bytes(range(32)).hex()}\n"
    assert "signs as its owner" in shown.err
    monkeypatch.setenv(VARIABLE, "another")
    assert run_cli(export) == ExitCode.LOCAL
    assert capsys.readouterr().out == ""


def small_plan() -> Plan:
    """Return a development chain of one organisation with a party and one without."""
    party = PlannedParty("bank", "泉城银行", 6, (6,))
    return Plan(
        chain_name="small",
        time_ms=1,
        protocol_version=1,
        development=True,
        organisations=(
            PlannedOrganisation("one", "一号机构", governing=True, validators=1, parties=(party,)),
            PlannedOrganisation("two", "二号机构", governing=False, validators=1),
        ),
        parameters=chosen_parameters({}, testnet=True),
    )


def test_the_ceremony_works_by_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plan, contributions, document, check, homes: each step on its own, as founders take them."""
    Path("plan.toml").write_text(render_plan(small_plan()), encoding="utf-8")
    contributions = []
    for label, port in (("one", 1), ("two", 2)):
        monkeypatch.setenv(VARIABLE, "passphrase")
        node = f"10.0.0.{port}:26600,127.0.0.1:26680"
        where = ["--plan", "plan.toml", "--label", label, "--dir", label, "--node", node]
        assert run_cli(["genesis", "contribute", *where]) == ExitCode.OK
        contributions.append(f"{label}/contribution.qc")
    assemble = ["genesis", "new", "--plan", "plan.toml", "--out", "genesis.qc"]
    assert run_cli([*assemble, *contributions]) == ExitCode.OK
    document = decode_genesis(Path("genesis.qc").read_bytes())
    assert document.hash().hex() in capsys.readouterr().out
    check = ["genesis", "verify", "genesis.qc"]
    assert run_cli([*check, "--plan", "plan.toml", *contributions]) == ExitCode.OK
    assert run_cli([*check, "--plan", "plan.toml", contributions[0]]) == ExitCode.REFUSED
    assert run_cli([*check, "--hash", document.hash().hex()]) == ExitCode.OK
    assert run_cli([*check, "--hash", "00" * 32]) == ExitCode.REFUSED
    assert run_cli(["genesis", "show", "genesis.qc"]) == ExitCode.OK
    assert "泉城银行" in capsys.readouterr().out
    finish = ["genesis", "finish", "--plan", "plan.toml", "--label", "two", "--dir", "two"]
    given = ["--node", "10.0.0.2:26600,127.0.0.1:26680", *contributions]
    assert run_cli([*finish, *given]) == ExitCode.OK
    assert '["10.0.0.1:26600"]' in Path("two/node/config.toml").read_text(encoding="utf-8")


def test_a_plan_is_written_once() -> None:
    """The sample is a plan that can be read; a file that stands is not overwritten."""
    assert run_cli(["genesis", "plan", "--out", "plan.toml"]) == ExitCode.OK
    before = Path("plan.toml").read_bytes()
    assert run_cli(["genesis", "plan", "--out", "plan.toml"]) == ExitCode.LOCAL
    assert Path("plan.toml").read_bytes() == before


def test_a_file_that_is_no_evidence_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Garbage gives a code and a part, never a traceback; a missing file is wrong usage."""
    Path("file.qce").write_bytes(b"garbage")
    Path("genesis.qc").write_bytes(b"garbage")
    arguments = ["evidence", "verify", "file.qce", "--genesis", "genesis.qc"]
    assert run_cli(arguments) == ExitCode.REFUSED
    assert "E904" in capsys.readouterr().err
    arguments[2] = "missing.qce"
    assert run_cli(arguments) == ExitCode.USAGE


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_the_command(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    """The script asks the command itself, which knows its groups without importing them all."""
    assert run_cli(["completion", shell]) == ExitCode.OK
    assert "_QUANCHENG_COMPLETE" in capsys.readouterr().out
    asked = {
        **os.environ,
        "_QUANCHENG_COMPLETE": "bash_complete",
        "COMP_WORDS": "quancheng explorer w",
        "COMP_CWORD": "2",
    }
    words = [sys.executable, "-m", "apps.cli.main"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, env=asked, cwd=ROOT)
    assert shown.stdout == "plain,watch\n"
