"""The Python sources of the project as syntax trees, for the tests that hold its style."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("apps", "node", "genesis", "quancheng", "consensus", "chaincode", "lightclient", "ledger")
CORE_ROOMS = ("consensus", "chaincode", "lightclient", "ledger")


@dataclass(frozen=True, slots=True)
class Source:
    """One module: where it is, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path as people write it."""
        return str(self.path.relative_to(ROOT))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Return all modules below the given folders of the project."""
    return tuple(
        _read(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))
    )


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function and method of a module."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text))
