"""The loan scenario from outside: it ends well, keeps its parties apart, leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.loan.cast import CAST, Role

pytestmark = pytest.mark.e2e

SCENARIO_SECONDS = 280
WATCHER = Path(__file__).parent / "watcher"
_INTERRUPTED = 130


def _environment(watch: Path) -> dict[str, str]:
    watch.mkdir()
    paths = [str(WATCHER), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "KEY_WATCH_FOLDER": str(watch),
        "LANG": "C.UTF-8",
    }


def _play(folder: Path, watch: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "apps.loan", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(watch),
        start_new_session=True,
    )


def _opened(watch: Path) -> list[set[str]]:
    """Return the files that each process opened."""
    return [set(log.read_text(encoding="utf-8").splitlines()) for log in watch.iterdir()]


def _ports(folder: Path) -> list[int]:
    directory = json.loads((folder / "public" / "directory.json").read_text(encoding="utf-8"))
    urls = [*directory["nodes"].values(), *directory["services"].values()]
    return [int(url.rpartition(":")[2]) for url in urls]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _left_behind(folder: Path) -> list[str]:
    """Return the command lines of processes that still work on the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(str(folder).encode() in word for word in words):
            found.append(b" ".join(words).decode(errors="replace"))
    return found


def test_the_loan_ends_well_and_its_parties_stay_apart(tmp_path: Path) -> None:
    """The scenario succeeds; no process opens two parties' keys or the department's rows."""
    folder, watch = tmp_path / "network", tmp_path / "watch"
    process = _play(folder, watch)
    output, _ = process.communicate(timeout=SCENARIO_SECONDS)
    assert process.returncode == 0, output
    keystores = [str(folder / CAST.party_folder(role)) + os.sep for role in CAST.roles]
    for opened in _opened(watch):
        owners = {
            keystore
            for keystore in keystores
            for path in opened
            if path.startswith(keystore) and path.endswith((".key", "passphrase"))
        }
        assert len(owners) <= 1, owners
    department = str(folder / CAST.party_folder(Role.DEPARTMENT)) + os.sep
    bank = str(folder / CAST.party_folder(Role.BANK)) + os.sep
    for opened in _opened(watch):
        if any(path.startswith(bank) and path.endswith(".key") for path in opened):
            assert not any(path.startswith(department) for path in opened)
    keys = {path for opened in _opened(watch) for path in opened if path.endswith("sign.key")}
    assert len(keys) >= len(CAST.founders)
    assert _left_behind(folder) == []
    assert not any(_listens(port) for port in _ports(folder))


def test_an_interrupt_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C while everybody works ends every process and frees every port."""
    folder, watch = tmp_path / "network", tmp_path / "watch"
    process = _play(folder, watch)
    log = folder / "logs" / "citizens.log"
    deadline = time.monotonic() + SCENARIO_SECONDS
    while not log.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == _INTERRUPTED, output
    assert _left_behind(folder) == []
    assert not any(_listens(port) for port in _ports(folder))
