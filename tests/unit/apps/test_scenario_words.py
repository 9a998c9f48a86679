"""What the scenarios say exists in both languages, with the same blanks, and counts truly."""

import ast
import io
from collections.abc import Iterator
from importlib import import_module

import pytest
from rich.console import Console

from apps.messages import Texts
from apps.messages.texts import placeholders
from apps.stage.reading import Standing
from apps.stage.tables import standings_table
from ledger.refusal_texts import Language
from tests.tidy.sources import sources

SCENARIOS = ("loan", "statistics", "insurance")
_PUT_TOGETHER = ("abuse.", "figures.", "step.")
"""Keys of attempts and steps, which the scenario names by type, code and count."""


def say_of(scenario: str) -> Texts:
    """Return the words of a scenario."""
    say: Texts = import_module(f"apps.{scenario}.words").say
    return say


def named_keys(scenario: str) -> Iterator[str]:
    """Yield every constant that stage and scenario could mean as a key."""
    for source in sources("apps/stage", f"apps/{scenario}"):
        if source.name.endswith("words.py"):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def said_keys(scenario: str) -> Iterator[str]:
    """Yield every key that is said by name."""
    for source in sources("apps/stage", f"apps/{scenario}"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                name = node.func.id if isinstance(node.func, ast.Name) else name
                first = node.args[0]
                if name == "say" and isinstance(first, ast.Constant):
                    yield str(first.value)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_languages_show_the_same_facts(scenario: str) -> None:
    """Each text has the same blanks in both languages."""
    say = say_of(scenario)
    keys = say.keys()
    for key in keys:
        blanks = [placeholders(say.text(key, language)) for language in Language]
        assert blanks[0] == blanks[1], key


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_key_exists_and_is_said(scenario: str) -> None:
    """No text is missing, and none is left over."""
    keys, named = set(say_of(scenario).keys()), set(named_keys(scenario))
    assert set(said_keys(scenario)) <= keys
    unused = {key for key in keys - named if not key.startswith(_PUT_TOGETHER)}
    assert unused == set()


@pytest.mark.parametrize(("count", "language"), [(3, "en_US.UTF-8"), (11, "zh_CN.UTF-8")])
def test_the_list_of_nodes_counts_itself(
    count: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The title names as many nodes as are listed."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", language)
    standings = [Standing(f"node-{number}", 7, bytes(32), bytes(32)) for number in range(count)]
    console = Console(file=io.StringIO(), width=100)
    console.print(standings_table(say_of("loan"), standings))
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    assert text.startswith(str(count))
    assert text.count("node-") == count
