"""Scenarios from outside: played as a command, watched for the files and ports they touch."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from apps.stage.scenario import Scenario
from node.home import Home
from tests.canaries.planting import Planted
from tests.canaries.scanner import findings
from tests.canaries.sinks import kept, logs, recorded, stored
from tests.tidy.sources import ROOT

SCENARIO_SECONDS = 280
INTERRUPTED = 130
RECORDS_FOLDER = "records"
PLANTED_FILE = "planted.json"
SINKS = {"block", "state", "receipt", "index", "log", "metric", "frame", "answer", "file"}
_WATCHER = Path(__file__).parent / "watcher"


def play(
    scenario: Scenario, folder: Path, watch: Path, language: str = "C.UTF-8"
) -> subprocess.Popen[str]:
    """Start a scenario in a folder; every process writes into `watch` which files it opens."""
    return subprocess.Popen(
        [sys.executable, "-m", scenario.package, "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(watch, language),
        encoding="utf-8",
        start_new_session=True,
    )


def play_with_canaries(
    scenario: Scenario, scratch: Path, language: str = "C.UTF-8"
) -> subprocess.Popen[str]:
    """Start a scenario with canaries in every row of its sources, under `scratch / "network"`.

    What its nodes say and answer is written down, for `require_no_canary`.
    """
    records = scratch / RECORDS_FOLDER
    records.mkdir()
    module = "tests.canaries.playing"
    folder, planted = scratch / "network", scratch / PLANTED_FILE
    environment = _environment(scratch / "watch", language)
    return subprocess.Popen(
        [sys.executable, "-m", module, scenario.package, str(folder), str(planted)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment | {"UNIT_RECORD_FOLDER": str(records)},
        encoding="utf-8",
        start_new_session=True,
    )


def require_no_canary(scratch: Path) -> None:
    """See that no node keeps, logs, sends or answers anything of a row (I10)."""
    network = scratch / "network"
    units = list(recorded(scratch / RECORDS_FOLDER)) + list(logs(network / "logs"))
    for folder in sorted(network.glob("*/node")):
        units += [*stored(Home(folder)), *kept(Home(folder))]
    assert {unit.sink for unit in units} >= SINKS
    needles = Planted.read(scratch / PLANTED_FILE).needles()
    assert findings(needles, units) == []


def opened_files(watch: Path) -> list[set[str]]:
    """Return the files that each process opened."""
    return [set(log.read_text(encoding="utf-8").splitlines()) for log in watch.iterdir()]


def require_keys_apart(scenario: Scenario, folder: Path, opened: list[set[str]]) -> None:
    """See that every founding party's key was used, and no process opened those of two parties."""
    cast = scenario.cast
    keystores = [str(folder / cast.party_folder(role)) + os.sep for role in cast.roles]
    for files in opened:
        owners = {
            keystore
            for keystore in keystores
            for path in files
            if path.startswith(keystore) and path.endswith((".key", "passphrase"))
        }
        assert len(owners) <= 1, owners
    keys = {path for files in opened for path in files if path.endswith("sign.key")}
    assert len(keys) >= len(cast.founders)


def require_rows_at_home(
    scenario: Scenario, folder: Path, opened: list[set[str]], holder: str
) -> None:
    """See that nobody who opens the keys of another party opens a file of a holder."""
    home = str(folder / scenario.cast.party_folder(holder)) + os.sep
    for files in opened:
        owns = any(path.startswith(home) and path.endswith(".key") for path in files)
        others = any(path.endswith(".key") and not path.startswith(home) for path in files)
        assert owns or not others or not any(path.startswith(home) for path in files)


def require_gone(folder: Path) -> None:
    """See that no process still works on the folder, and that every port is free."""
    assert _left_behind(folder) == []
    assert not any(_listens(port) for port in _ports(folder))


def _environment(watch: Path, language: str) -> dict[str, str]:
    watch.mkdir()
    paths = [str(_WATCHER), str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    return environment | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "KEY_WATCH_FOLDER": str(watch),
        "LANG": language,
        "PYTHONUTF8": "1",
    }


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
