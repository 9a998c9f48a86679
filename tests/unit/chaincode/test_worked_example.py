"""`docs/add-a-transaction.md` as it stands: its type is joined, built, executed and tested."""

import ast
import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from chaincode import catalogue
from chaincode.declaration import AnyDeclaration, declare
from ledger.refusal import Code
from ledger.suites import public_key_of
from ledger.transaction import decode_transaction
from quancheng.builders import Terms, body_to_json, build, sign
from tests.tidy.sources import ROOT
from tests.unit.chaincode import world as worlds
from tests.unit.chaincode.world import World

PAGE = ROOT / "docs" / "add-a-transaction.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS: dict[str, str] = dict(BLOCK.findall(TEXT))
TESTS = [node.name for node in ast.parse(BLOCKS["tests"]).body if isinstance(node, ast.FunctionDef)]
MODULE = "worked_example_contacts"
SEED = bytes(31) + b"\x01"


@pytest.fixture
def contacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the page's file as a module, its type joined to the catalogue."""
    file = tmp_path / "contacts.py"
    file.write_text(BLOCKS["contacts"], encoding="utf-8")
    spec = importlib.util.spec_from_file_location(MODULE, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, MODULE, module)
    spec.loader.exec_module(module)
    names = {"contacts": module, "declare": declare}
    declaration: AnyDeclaration = eval(BLOCKS["declaration"], names)  # noqa: S307 - our own page
    monkeypatch.setattr(catalogue, "TYPES", {**catalogue.TYPES, declaration.name: declaration})
    monkeypatch.setattr("quancheng.builders.TYPES", catalogue.TYPES)
    monkeypatch.setitem(worlds._DECLARATION_OF, declaration.body, declaration)
    return module


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_of_the_page_hold(contacts: ModuleType, name: str) -> None:
    names = {**vars(worlds), **vars(contacts)}
    exec(compile(BLOCKS["tests"], PAGE.name, "exec"), names)  # noqa: S102 - our own page
    test: Callable[[World], None] = names[name]
    test(World.founded())


@pytest.mark.parametrize("condition", ["until_ms > ", "require_signers(1)"])
def test_without_a_rule_of_the_page_its_tests_turn_red(
    monkeypatch: pytest.MonkeyPatch, condition: str, request: pytest.FixtureRequest
) -> None:
    """The example is no decoration: each of these lines is held by a test of the page."""
    lines = [line for line in BLOCKS["contacts"].splitlines() if condition not in line]
    assert len(lines) == len(BLOCKS["contacts"].splitlines()) - 1
    monkeypatch.setitem(BLOCKS, "contacts", "\n".join(lines) + "\n")
    contacts = request.getfixturevalue("contacts")
    red = 0
    for name in TESTS:
        try:
            test_the_tests_of_the_page_hold(contacts, name)
        except AssertionError:
            red += 1
    assert red == 1


def test_the_type_is_built_signed_and_read(contacts: ModuleType) -> None:
    """The builder of the SDK and the JSON form follow from the declaration."""
    terms = Terms(bytes(32), 1_000, [public_key_of(SEED)])
    unsigned = build("contact.set", terms, card="ab" * 32, until_ms="2000")
    decoded = decode_transaction(sign(unsigned, SEED).data).unsigned
    assert body_to_json(decoded) == {"card": "ab" * 32, "until_ms": 2_000}
    declaration = catalogue.TYPES["contact.set"]
    assert declaration.read(decoded.body) == contacts.ContactSet(b"\xab" * 32, 2_000)


def test_the_page_names_real_files() -> None:
    """What a reader is sent to is there."""
    for place in re.findall(r"`((?:chaincode|tests|apps|docs)/[\w/.]+)`", TEXT):
        assert (ROOT / place).exists() or place == "chaincode/supervision/contacts.py", place
    assert Code.OUT_OF_BOUNDS.name in TEXT
