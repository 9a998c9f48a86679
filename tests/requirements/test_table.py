"""The table is whole: every row leads to code and to tests that exist, and the page says so."""

import importlib
import subprocess
import sys
from itertools import chain

import pytest

from tests.requirements.page import requirements_page
from tests.requirements.removals import REMOVALS
from tests.requirements.row import Row
from tests.requirements.table import KEYS, ROWS, named_tests, places_of
from tests.tidy.sources import ROOT

LIMITED = ("X17", "X25", "X27", "X28", "X41")


def test_every_requirement_has_its_row() -> None:
    assert tuple(row.key for row in ROWS) == KEYS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_leads_to_code_and_tests(row: Row) -> None:
    """What is not met here says whose work brings it."""
    assert row.says
    assert row.rule
    for place in places_of(row):
        module, _, path = place.partition(":")
        found = importlib.import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    assert row.elsewhere or row.removals
    assert row.elsewhere or (places_of(row) and named_tests(row))


def test_every_removal_serves_a_row() -> None:
    assert set(REMOVALS) == {name for row in ROWS for name in row.removals}


def test_what_no_chain_prevents_is_stated() -> None:
    assert set(LIMITED) <= {row.key for row in ROWS if row.limit}


def test_every_test_of_the_table_is_collected() -> None:
    """Pytest itself finds each of them by its id."""
    ids = sorted(set(chain.from_iterable(named_tests(row) for row in ROWS)))
    words = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    found = subprocess.run([*words, *ids], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_page_is_current() -> None:
    """`scripts/document` writes it."""
    written = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert written == requirements_page()
