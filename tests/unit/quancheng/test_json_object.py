"""Declared requests and results: exact parsing, refusals by path, and round trips."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.fields import JSON_INTEGER_MAX, Json
from ledger.refusal import Code, Refused
from quancheng.json_form import BytesForm, IntegerForm, TextForm
from quancheng.json_object import ItemsMax, object_form


class Colour(StrEnum):
    """A closed set."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    """An object in an object."""

    flag: bool
    name: Annotated[str, TextForm(5)] = "abc"


@dataclass(frozen=True, slots=True)
class Outer:
    """One field of each kind."""

    id: Annotated[bytes, BytesForm(2, 4), "Some bytes."]
    count: Annotated[int, IntegerForm(100, 1), "A count."]
    large: int
    colour: Colour
    inner: Inner
    many: Annotated[tuple[Inner, ...], ItemsMax(2)]
    maybe: Annotated[bytes, BytesForm(1, 1)] | None = None
    free: Annotated[object, "Anything."] = None


GOOD: dict[str, Json] = {
    "id": "0aff",
    "count": 100,
    "large": "18446744073709551615",
    "colour": "red",
    "inner": {"flag": True},
    "many": [{"flag": False, "name": "x"}],
}
FORM = object_form(Outer)


def test_parses_every_kind() -> None:
    """A good object gives the typed value, defaults filled in."""
    assert FORM.parse(GOOD, "") == Outer(
        id=b"\x0a\xff",
        count=100,
        large=2**64 - 1,
        colour=Colour.RED,
        inner=Inner(True),
        many=(Inner(False, "x"),),
    )


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "0AFF"}, "id"),
        ({"id": "0af"}, "id"),
        ({"id": "0a"}, "id"),
        ({"id": "0x0a"}, "id"),
        ({"id": "00" * 5}, "id"),
        ({"id": 10}, "id"),
        ({"count": 0}, "count"),
        ({"count": 101}, "count"),
        ({"count": True}, "count"),
        ({"count": "07"}, "count"),
        ({"count": "+7"}, "count"),
        ({"count": "٣"}, "count"),
        ({"large": 2**64}, "large"),
        ({"large": -1}, "large"),
        ({"colour": "green"}, "colour"),
        ({"colour": ["red"]}, "colour"),
        ({"inner": {}}, "inner.flag"),
        ({"inner": {"flag": 1}}, "inner.flag"),
        ({"inner": {"flag": True, "name": "abcdef"}}, "inner.name"),
        ({"inner": {"flag": True, "more": 1}}, "inner.more"),
        ({"many": [{"flag": True}] * 3}, "many"),
        ({"many": [{"flag": True}, {}]}, "many[1].flag"),
        ({"many": {}}, "many"),
        ({"maybe": ""}, "maybe"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_refuses_by_path(change: dict[str, Json], path: str) -> None:
    """Whatever does not fit is refused with the path of the culprit."""
    with pytest.raises(Refused) as caught:
        FORM.parse({**GOOD, **change}, "")
    assert (caught.value.refusal.code, caught.value.refusal.field) == (Code.BAD_REQUEST, path)


@given(
    st.builds(
        Outer,
        id=st.binary(min_size=2, max_size=4),
        count=st.integers(1, 100),
        large=st.integers(0, 2**64 - 1),
        colour=st.sampled_from(Colour),
        inner=st.builds(Inner, st.booleans(), st.text(max_size=5)),
        many=st.lists(st.builds(Inner, st.booleans(), st.text(max_size=5)), max_size=2).map(tuple),
        maybe=st.none() | st.binary(min_size=1, max_size=1),
    )
)
def test_round_trip(value: Outer) -> None:
    """What is rendered parses to the same value, and no number is larger than a double holds."""
    rendered = FORM.render(value)
    assert FORM.parse(rendered, "") == value
    assert isinstance(rendered, dict)
    large = rendered["large"]
    assert isinstance(large, str) == (value.large > JSON_INTEGER_MAX)


def test_client_reads_results_of_newer_servers() -> None:
    """Unknown fields are ignored where asked for, inner objects included."""
    newer: Json = {**GOOD, "new": 1, "inner": {"flag": True, "newer": []}}
    form = object_form(Outer, ignores_unknown=True)
    assert form.parse(newer, "") == FORM.parse(GOOD, "")


def test_schema_says_what_is_required() -> None:
    """The schema carries bounds, meanings and what may be left out."""
    schema: Any = FORM.schema()
    assert schema["required"] == ["id", "count", "large", "colour", "inner", "many"]
    assert schema["properties"]["id"] == {
        "type": "string",
        "pattern": "^[0-9a-f]{4,8}$",
        "description": "Some bytes.",
    }
