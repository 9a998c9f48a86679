"""Strict JSON: what is read is exactly what was written, and nothing soft gets through."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.fields import Json
from ledger.refusal import Code, Refused
from quancheng import strict_json

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_round_trip(value: Json) -> None:
    """Whatever we write we read back."""
    assert strict_json.loads(strict_json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_refusal(data: bytes) -> None:
    """Reading is total: a value, or E911."""
    assert _refusal_of(data) in (None, Code.BAD_REQUEST)


def _refusal_of(data: bytes) -> Code | None:
    try:
        strict_json.loads(data)
    except Refused as refused:
        return refused.refusal.code
    return None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"a":1,"a":2}', "json.duplicate_key"),
        ('[{"a":{"b":1,"b":1}}]', "json.duplicate_key"),
        ("NaN", "json.number"),
        ("[Infinity]", "json.number"),
        ("-Infinity", "json.number"),
        ("1.0", "json.number"),
        ("1e3", "json.number"),
        ("1" * 21, "json.integer"),
        ('"\\ud800"', "json.text"),
        ('{"\\udfff":1}', "json.text"),
        ("[" * 25 + "]" * 25, "json.depth"),
        ("[" * 100_000 + "]" * 100_000, "json"),
        ("\ufeff{}", "json"),
        ("{'a':1}", "json"),
        ("[1,]", "json"),
        ("", "json"),
    ],
)
def test_soft_spots_are_refused(text: str, field: str) -> None:
    """Each soft spot of JSON is refused by name."""
    with pytest.raises(Refused) as caught:
        strict_json.loads(text.encode())
    assert (caught.value.refusal.code, caught.value.refusal.field) == (Code.BAD_REQUEST, field)


def test_other_encodings_are_refused() -> None:
    """Only UTF-8 is read; the standard library would guess UTF-16 and UTF-32."""
    for encoding in ("utf-16", "utf-32", "utf-8-sig"):
        with pytest.raises(Refused):
            strict_json.loads(json.dumps({"a": 1}).encode(encoding))


def test_depth_bound_is_exact() -> None:
    """Nesting up to the bound is read."""
    depth = strict_json.DEPTH_MAX
    assert strict_json.loads(("[" * depth + "]" * depth).encode())
