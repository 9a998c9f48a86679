"""Everything the command says exists in both languages, with the same blanks, and is used."""

import ast
from collections.abc import Iterator

import pytest

from apps.cli.say import say
from apps.messages import Texts
from apps.messages.cli_chinese import CHINESE
from apps.messages.cli_english import ENGLISH
from apps.messages.texts import placeholders
from ledger.refusal_texts import Language
from tests.tidy.sources import sources

_BY_PREFIX = (
    "affair.",
    "answer.",
    "basis.",
    "class.",
    "column.",
    "doctor.",
    "process.",
    "resource_kind.",
    "right.",
    "state.",
    "status.",
    "testnet.column.",
    "validators.obstacle.",
    "why_stuck.cause.",
    "why_stuck.remedy.",
    "why_stuck.step.",
    "venue.judgement.",
)
"""Keys that are put together at run time."""


def said_keys() -> Iterator[str]:
    """Yield every key that the command's sources name."""
    for source in sources("apps/cli", "apps/bench", "apps/top"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name == "described":
                yield f"{first.value}.help"
            elif name in ("say", "text"):
                yield first.value


def test_both_languages_say_everything() -> None:
    """No key is missing in a language, and no text is empty."""
    assert list(ENGLISH) == list(CHINESE)
    for texts in (ENGLISH, CHINESE):
        assert all(text.strip() for text in texts.values())


def test_both_languages_have_the_same_blanks() -> None:
    """A text shows the same facts in both languages."""
    differing = [key for key in ENGLISH if placeholders(ENGLISH[key]) != placeholders(CHINESE[key])]
    assert differing == []


def test_every_key_that_is_said_exists() -> None:
    """No command stumbles over a missing text."""
    assert sorted(set(said_keys()) - set(ENGLISH)) == []


def test_every_text_is_used() -> None:
    """No text is left over from something that is no longer said."""
    used = set(said_keys())
    literals = {
        node.value
        for source in sources("apps/cli", "apps/bench", "apps/top")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = [
        key for key in ENGLISH if key not in used | literals and not key.startswith(_BY_PREFIX)
    ]
    groups = {f"{name}.help" for name in ("testnet", "genesis", "node", "keys", "tx")}
    assert set(unused) <= groups | {
        "explorer.help",
        "evidence.help",
        "validators.help",
        "venue.help",
    }


def test_the_locale_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Chinese locale reads Chinese, every other one English."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    for locale, text in (("zh_CN.UTF-8", "已中断。"), ("de_DE.UTF-8", "Interrupted."), ("", None)):
        monkeypatch.setenv("LANG", locale)
        assert say("interrupted") == (text or "Interrupted.")
    assert say.text("interrupted", Language.CHINESE) == "已中断。"


def test_incomplete_texts_do_not_start() -> None:
    """A key in one language only is our own mistake and stops the program at once."""
    with pytest.raises(AssertionError):
        Texts({"a": "A", "b": "B"}, {"a": "甲"})
