"""The README is followed to the letter: every command of its own network, and its program."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.testnet_processes import processes_of
from genesis.testnet import load_testnet

ROOT = Path(__file__).parents[2]
URL = "http://127.0.0.1:26680"
REFUSED = "E007"

_LAUNCHER = f"""#!/usr/bin/env bash
export QUANCHENG_PROGRAM=$0 PYTHONPATH={ROOT} LC_ALL=C.UTF-8
exec {sys.executable} -m apps.cli.main "$@"
"""
"""What `scripts/quancheng` does, with the interpreter of the tests instead of one set up anew."""

pytestmark = pytest.mark.e2e


def commands(name: str) -> list[str]:
    """Return the commands of the network in a README, without comments; a here-document is one."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^(?:    .*\n)+", text, re.MULTILINE)
    lines = "".join(block for block in blocks if "testnet" in block or "bicycles" in block)
    script = re.sub(r"^    ", "", lines, flags=re.MULTILINE)
    script = re.sub(r" +#.*$", "", script, flags=re.MULTILINE)
    return re.findall(r"^(?:cat > [\s\S]*?^JSON|\./scripts/quancheng .*)$", script, re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a checkout that has the launcher; leave no node behind, whatever happens."""
    launcher = tmp_path / "scripts" / "quancheng"
    launcher.parent.mkdir()
    launcher.write_text(_LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)
    try:
        yield tmp_path
    finally:
        if (tmp_path / "testnet" / "testnet.json").exists():
            for process in processes_of(load_testnet(tmp_path / "testnet")):
                process.kill()


def run(folder: Path, command: str) -> str:
    """Run one command of the README; it succeeds unless the README says that it is refused."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )
    shown = done.stdout + done.stderr
    is_refused = "--as bank" in command
    assert done.returncode == int(is_refused), f"{command}\n{shown}"
    assert not is_refused or REFUSED in shown, shown
    return shown


def test_both_languages_show_the_same_commands() -> None:
    """A command that is mended in one README is mended in the other."""
    assert commands("README.md") == commands("README.zh.md")


def test_the_readme_works_as_written(folder: Path) -> None:
    """From an empty folder to evidence, a refusal, a killed node and nothing left."""
    steps = commands("README.md")
    assert len(steps) >= 12
    sent = ""
    for step in steps[:-1]:
        # Other networks may stand on the usual ports of this machine.
        literal = step.replace("testnet up", "testnet up --port 0").replace(" ID", f" {sent}")
        shown = run(folder, literal)
        if "tx send" in step and not sent:
            found = re.search(r"[0-9a-f]{64}", shown)
            assert found is not None, shown
            sent = found.group()
        if step.endswith("testnet parties"):
            run_program(folder)
    run(folder, steps[-1])
    assert not (folder / "testnet").exists()


def run_program(folder: Path) -> None:
    """Run the program that the README shows, on a node of this network."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    program = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    address = load_testnet(folder / "testnet").nodes[0].rpc_address
    program = program.replace(URL, f"http://{address}")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "subject.bound" in done.stdout, done.stderr
