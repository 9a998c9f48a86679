"""Whoever mistypes a type or a field reads what would have been right."""

import pytest

from apps.cli.advice import advice
from ledger.refusal import Code, Refusal


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.mark.parametrize(
    ("type_name", "refusal", "said"),
    [
        ("resource.sumbit", Refusal(Code.UNKNOWN_TYPE, "type"), "resource.submit"),
        ("resource.submit", Refusal(Code.SCHEMA, "body.rows"), "below_1_000"),
        ("resource.submit", Refusal(Code.SCHEMA, "body.rowz"), "update_cycle"),
        ("proposal.open", Refusal(Code.SCHEMA, "body.action.party"), "party.admit"),
    ],
)
def test_what_would_have_been_right(type_name: str, refusal: Refusal, said: str) -> None:
    """Similar types, the form of a field, and the fields there are."""
    assert said in (advice(type_name, refusal) or "")


def test_nothing_is_said_of_what_is_not_in_the_body() -> None:
    """The refusal itself has said everything."""
    assert advice("resource.submit", Refusal(Code.SCHEMA, "salt")) is None
