"""Loaded by every interpreter of a scenario under test, as far as its environment asks for it.

Writes down which key files a process opens, and which frames and answers a node sends.
"""

import os
import sys
from pathlib import Path

_NODE_MODULES = frozenset({"node", "node.front"})
_seen: set[str] = set()


def _watch_keys(folder: Path) -> None:
    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | os.PathLike):
            return
        path = os.fspath(arguments[0])
        watched = (".key", ".csv", ".json", "passphrase", "matters.qc")
        if path in _seen or not path.endswith(watched):
            return
        _seen.add(path)
        with (folder / str(os.getpid())).open("a", encoding="utf-8") as log:
            log.write(f"{os.path.realpath(path)}\n")

    sys.addaudithook(watch)


def _module() -> str:
    words = sys.orig_argv
    return words[words.index("-m") + 1] if "-m" in words else ""


if "KEY_WATCH_FOLDER" in os.environ:
    _watch_keys(Path(os.environ["KEY_WATCH_FOLDER"]))
if "UNIT_RECORD_FOLDER" in os.environ and _module() in _NODE_MODULES:
    from tests.canaries import recording

    recording.record(Path(os.environ["UNIT_RECORD_FOLDER"]))
if "UNIT_RECORD_FOLDER" in os.environ and _module() == "apps.loan.process":
    from tests.canaries import one_person_twice

    one_person_twice.install()
