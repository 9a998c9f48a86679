"""Loaded by every interpreter of the scenario under test: writes down which key files it opens."""

import os
import sys
from pathlib import Path

_FOLDER = Path(os.environ["KEY_WATCH_FOLDER"])
_seen: set[str] = set()


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | os.PathLike):
        return
    path = os.fspath(arguments[0])
    if path in _seen or not path.endswith((".key", ".csv", ".json", "passphrase", "matters.qc")):
        return
    _seen.add(path)
    with (_FOLDER / str(os.getpid())).open("a", encoding="utf-8") as log:
        log.write(f"{os.path.realpath(path)}\n")


sys.addaudithook(_watch)
