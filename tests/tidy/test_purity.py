"""The core is pure: integers only, no order that differs between processes, no silenced checks."""

import ast
import re

from tests.tidy.sources import CORE_ROOMS, ROOMS, Source, sources

SILENCED = re.compile(r"#\s*(type:\s*ignore|noqa|pragma: no cover)")
MARKER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def test_the_core_has_no_floats() -> None:
    """Neither a float literal nor a true division stands in a core room."""
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources(*CORE_ROOMS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.expr | ast.AugAssign) and _is_float(node)
    ]
    assert found == []


def test_the_core_iterates_over_no_set() -> None:
    """No loop or comprehension of a core room runs over a set literal, a set call or a set name."""
    found = [
        f"{source.name}:{iterable.lineno}"
        for source in sources(*CORE_ROOMS)
        for iterable in _iterables(source)
        if _is_set(iterable)
    ]
    assert found == []


def test_the_core_silences_no_check() -> None:
    """No type or lint check is silenced in a core room."""
    found = [
        f"{source.name}:{number}"
        for source in sources(*CORE_ROOMS)
        for number, line in enumerate(source.text.splitlines(), start=1)
        if SILENCED.search(line)
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    """No marker for later work stands in the product or its tests."""
    found = [
        f"{source.name}:{number}"
        for source in sources(*ROOMS, "tests", "scripts")
        if "tidy" not in source.name
        for number, line in enumerate(source.text.splitlines(), start=1)
        if MARKER.search(line)
    ]
    assert found == []


def test_the_core_asks_no_clock_and_no_dice() -> None:
    """No core room calls hash(), id(), open() or print(): all differ by process or do I/O."""
    forbidden = {"hash", "id", "open", "print", "input", "eval", "exec"}
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources(*CORE_ROOMS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in forbidden
    ]
    assert found == []


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    return isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)


def _iterables(source: Source) -> list[ast.expr]:
    return [
        node.iter for node in ast.walk(source.tree) if isinstance(node, ast.For | ast.comprehension)
    ]


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"set", "frozenset"}
    return False
