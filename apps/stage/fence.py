"""The fence: a party's process opens nothing in the folders of others.

All processes of the scenario run under one account of one machine, where file permissions do not
keep them apart as separate machines would. So each process forbids itself, before it reads its
first key, every file of the network's folder that is neither its own nor public.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

_GUARDED = frozenset({"open", "os.listdir", "os.scandir", "os.rename", "os.remove", "os.link"})


class FenceCrossed(PermissionError):
    """This process tried to reach a file of somebody else; `path` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} belongs to another party")
        self.path = path


def raise_fence(around: Path, allowed: Sequence[Path]) -> None:
    """Forbid, for the rest of this process, all below `around` but the allowed files and folders.

    The interpreter's audit hooks cannot be removed again.
    """
    root = os.path.realpath(around)
    gates = [os.path.realpath(path) for path in allowed]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event not in _GUARDED:
            return
        for argument in arguments[:2]:
            if isinstance(argument, str | bytes | os.PathLike):
                _require_allowed(os.fsdecode(argument), root, gates)

    sys.addaudithook(watch)


def _require_allowed(name: str, root: str, gates: Sequence[str]) -> None:
    path = os.path.realpath(name)
    if not _is_below(path, root):
        return
    if not any(_is_below(path, gate) for gate in gates):
        raise FenceCrossed(path)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)
