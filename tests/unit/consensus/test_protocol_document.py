"""docs/protocol.md names code, tests and bounds that exist, and its table has every rule."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
RULES = re.findall(r"^\| (R\d+) \| .* \| (`.*`) \| `(.*)` \|$", PAGE, re.MULTILINE)
BOUNDS = re.findall(r"`([a-z_]+\.[A-Z_]+)`", PAGE)


def resolve(package: str, dotted: str) -> object:
    """Return what `module.name` means in a package."""
    module, _, name = dotted.partition(".")
    return getattr(importlib.import_module(f"{package}.{module}"), name)


def test_the_table_has_every_rule() -> None:
    """R0 to R14, in order."""
    assert [rule for rule, _, _ in RULES] == [f"R{number}" for number in range(15)]


@pytest.mark.parametrize(("rule", "code", "test"), RULES)
def test_code_and_test_of_a_rule_exist(rule: str, code: str, test: str) -> None:
    """The named functions and the test exist, and one of the modules cites the rule."""
    modules = []
    for name in re.findall(r"`([^`]+)`", code):
        resolve("consensus", name)
        modules.append(name.partition(".")[0])
    found = [importlib.import_module(f"consensus.{module}").__file__ or "" for module in modules]
    text = "".join(Path(path).read_text(encoding="utf-8") for path in found)
    cited = re.findall(r"R\d+(?:–R\d+)?", text)
    assert rule in _expanded(cited), f"{modules} do not cite {rule}"
    assert callable(resolve("tests.unit.consensus", test))


def test_bounds_exist() -> None:
    """Each named bound is a constant of the code."""
    assert BOUNDS
    for name in BOUNDS:
        assert resolve("consensus", name)


def _expanded(cited: list[str]) -> list[str]:
    """Return R2–R6 as R2, R3, … R6."""
    rules = []
    for item in cited:
        first, _, last = item.replace("R", "").partition("–")
        rules += [f"R{number}" for number in range(int(first), int(last or first) + 1)]
    return rules
