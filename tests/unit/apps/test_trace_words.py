"""Every step that a trace can have is said in both languages."""

import ast
from collections.abc import Iterator

from apps.messages.trace_words import KINDS, RELATIONS
from tests.tidy.sources import ROOT

SOURCE = ast.parse((ROOT / "chaincode" / "trace.py").read_text(encoding="utf-8"))


def texts_in_links(place: int) -> Iterator[str]:
    """Yield the texts at a place of each `Link(…)` and of each row of steps."""
    for node in ast.walk(SOURCE):
        parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        if len(parts) == 3 and isinstance(parts[2], ast.Constant):
            yield from _texts(parts[place])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def test_every_relation_is_said_in_chinese() -> None:
    assert set(texts_in_links(2)) == set(RELATIONS)


def test_every_kind_is_said_in_chinese() -> None:
    assert set(texts_in_links(0)) == set(KINDS)
