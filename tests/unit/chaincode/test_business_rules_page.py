"""The page of the business rules names every type of its areas, and only codes that exist."""

import re
from pathlib import Path

from chaincode.catalogue import TYPES
from ledger.refusal import Code

PAGE = Path(__file__).parents[3] / "docs" / "business-rules.md"
ELSEWHERE = ("algorithm", "channel", "key", "notice", "objection", "product")
REGISTRATION = (*ELSEWHERE, "proposal", "resource", "subject", "validators")


def test_every_type_of_the_business_has_its_row() -> None:
    """A new type is not complete before the page says what it refuses."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`([a-z]+\.[a-z]+)`", row)}
    wanted = {name for name in TYPES if name.split(".")[0] not in REGISTRATION} - {"party.apply"}
    assert named == wanted


def test_every_code_on_the_page_exists() -> None:
    known = {code.label for code in Code}
    assert set(re.findall(r"\bE\d{3}\b", PAGE.read_text(encoding="utf-8"))) <= known


def test_the_protective_types_are_named() -> None:
    protective = {name for name, item in TYPES.items() if item.facts.protective}
    text = PAGE.read_text(encoding="utf-8")
    sentence = text[text.index("*Protective*") : text.index("stand first in a block")]
    assert set(re.findall(r"`([a-z.]+)`", sentence)) == protective
