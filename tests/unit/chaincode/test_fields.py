"""Field kinds and the codecs made of them: total, canonical, and the same in JSON."""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.codec import alternative, codec_of, record_codec
from chaincode.fields import (
    JSON_INTEGER_MAX,
    NAME_SIZE_MAX,
    AtMost,
    BasisPoints,
    Commitment,
    Fen,
    FieldSet,
    Flag,
    Identifier,
    Json,
    KemKey,
    Milliseconds,
    PublicKey,
    PublicName,
    Unsigned8,
    Unsigned64,
    Wrap,
    is_public_name,
)
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refusal, Refused


class Colour(IntEnum):
    """An enumeration with a gap."""

    RED = 1
    GREEN = 3


@alternative(4, "test.inner")
@dataclass(frozen=True, slots=True)
class Inner:
    """A nested record that is also an alternative."""

    amount: Annotated[Fen, "An amount."]
    flag: Annotated[Flag, "A flag."]


@alternative(9, "test.other")
@dataclass(frozen=True, slots=True)
class Other:
    """The other alternative."""

    share: Annotated[BasisPoints, "A share."]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every kind of field there is."""

    id: Annotated[Identifier, "An id."]
    commitment: Annotated[Commitment | None, "A commitment or none."]
    key: Annotated[PublicKey, "A key."]
    kem_key: Annotated[KemKey, "An envelope key."]
    wrap: Annotated[Wrap, "A wrap."]
    name: Annotated[PublicName, "A name."]
    fields: Annotated[FieldSet, "Fields."]
    time_ms: Annotated[Milliseconds, "A time."]
    number: Annotated[Unsigned64 | None, "A number or none."]
    colour: Annotated[Colour, "A colour."]
    inner: Annotated[Inner, "A record."]
    inners: Annotated[tuple[Inner, ...], AtMost(3), "Records."]
    colours: Annotated[tuple[Colour, ...], AtMost(2), "Colours."]
    choice: Annotated[Inner | Other, "One of two."]
    perhaps: Annotated[Inner | Other | None, "One of two or none."]


CODEC = record_codec(Everything)

NAMES = st.text(min_size=1, max_size=20).filter(is_public_name)
INNERS = st.builds(Inner, st.integers(0, 10**15), st.booleans())
OTHERS = st.builds(Other, st.integers(0, 10_000))
SUITED = st.binary(min_size=32, max_size=32).map(lambda data: b"\x01" + data)
HASHES = st.binary(min_size=32, max_size=32)
SAMPLE = Everything(
    id=bytes(32),
    commitment=None,
    key=b"\x01" + bytes(32),
    kem_key=b"\x01" + bytes(32),
    wrap=bytes(112),
    name="name",
    fields=0,
    time_ms=0,
    number=None,
    colour=Colour.RED,
    inner=Inner(0, flag=False),
    inners=(),
    colours=(),
    choice=Other(0),
    perhaps=None,
)
EVERYTHING = st.builds(
    Everything,
    id=HASHES,
    commitment=st.none() | HASHES,
    key=SUITED,
    kem_key=SUITED,
    wrap=st.binary(min_size=112, max_size=112),
    name=NAMES,
    fields=st.integers(0, 2**64 - 1),
    time_ms=st.integers(0, 2**53 - 1),
    number=st.none() | st.integers(0, 2**64 - 1),
    colour=st.sampled_from(Colour),
    inner=INNERS,
    inners=st.lists(INNERS, max_size=3).map(tuple),
    colours=st.lists(st.sampled_from(Colour), max_size=2).map(tuple),
    choice=INNERS | OTHERS,
    perhaps=st.none() | INNERS | OTHERS,
)
LEAVES: st.SearchStrategy[Value] = (
    st.none()
    | st.booleans()
    | st.integers(-5, 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(max_size=9)
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=6), max_leaves=30
)


def read_or_refusal(values: Value) -> tuple[Everything, Refusal | None]:
    try:
        return CODEC.read(values), None
    except Refused as refused:
        return SAMPLE, refused.refusal


@given(EVERYTHING)
def test_what_is_written_is_read_back(record: Everything) -> None:
    """Canonical form and JSON form both give back the record."""
    written = CODEC.write(record)
    assert CODEC.read(decode(encode(written), size_max=10_000)) == record
    text = json.dumps(CODEC.write_json(record))
    assert CODEC.read_json(json.loads(text)) == record


@given(EVERYTHING, st.integers(0, 14), VALUES)
def test_reading_is_total_and_canonical(record: Everything, place: int, value: Value) -> None:
    """Any value in any field is refused with its path, or read as what writes the same value."""
    values = CODEC.write(record)
    values[place] = value
    read, refusal = read_or_refusal(values)
    if refusal is None:
        assert encode(CODEC.write(read)) == encode(values)
    else:
        assert refusal.code is Code.SCHEMA
        assert refusal.field.startswith(CODEC.names[place])


@given(VALUES)
def test_any_value_is_read_or_refused(value: Value) -> None:
    with pytest.raises(Refused):
        CODEC.read(value)


def test_a_missing_or_extra_field_is_refused() -> None:
    values = CODEC.write(SAMPLE)
    for changed in (values[:-1], [*values, 0], []):
        with pytest.raises(Refused):
            CODEC.read(changed)


def test_the_path_leads_into_lists_and_records() -> None:
    @dataclass(frozen=True, slots=True)
    class Outer:
        """A record around lists."""

        inners: Annotated[tuple[Inner, ...], AtMost(3), "Records."]

    codec = record_codec(Outer)
    with pytest.raises(Refused) as refused:
        codec.read([[[1, True], [1, 2], [1, True]]])
    assert refused.value.refusal.field == "inners[1].flag"
    with pytest.raises(Refused) as refused:
        codec.read_json({"inners": [{"amount": 1, "flag": True}, {"amount": -1, "flag": True}]})
    assert refused.value.refusal.field == "inners[1].amount"


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Unsigned8, True),
        (Unsigned8, 256),
        (Unsigned8, -1),
        (Flag, 1),
        (Colour, 2),
        (Colour, True),
        (Identifier, bytes(31)),
        (PublicKey, b"\x02" + bytes(32)),
        (BasisPoints, 10_001),
        (PublicName, b"name"),
    ],
)
def test_neighbouring_values_are_refused(annotation: object, value: Value) -> None:
    with pytest.raises(Refused):
        codec_of(annotation).read(value)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Identifier, "AB" * 32),
        (Identifier, "0x" + "ab" * 31),
        (Unsigned64, "01"),
        (Unsigned64, "-1"),
        (Unsigned64, 1.0),
        (Unsigned64, True),
        (Unsigned64, "18446744073709551616"),
        (Colour, "RED"),
        (Colour, "blue"),
        (Flag, 0),
    ],
)
def test_loose_json_is_refused(annotation: object, value: Json) -> None:
    with pytest.raises(Refused):
        codec_of(annotation).read_json(value)


def test_unknown_json_fields_are_refused_by_name() -> None:
    with pytest.raises(Refused) as refused:
        record_codec(Inner).read_json({"amount": 1, "flag": True, "extra": 1})
    assert refused.value.refusal.field == "extra"


def test_large_integers_are_strings_in_json() -> None:
    codec = codec_of(Unsigned64)
    assert codec.write_json(JSON_INTEGER_MAX) == JSON_INTEGER_MAX
    assert codec.write_json(JSON_INTEGER_MAX + 1) == str(JSON_INTEGER_MAX + 1)


@given(st.text(max_size=60))
def test_public_names_carry_no_numbers_and_nothing_invisible(text: str) -> None:
    """By another wording of the rule: of six characters in a row one is no digit."""
    if not is_public_name(text):
        return
    assert len(text.encode()) <= NAME_SIZE_MAX
    windows = [text[i : i + 6] for i in range(len(text) - 5)]
    assert not any(all(character.isdigit() for character in window) for window in windows)
    assert text.isprintable()
    assert text == text.strip()


@pytest.mark.parametrize("name", ["济南市大数据局", "中国工商银行 12345", "Bank (No. 7)", "é"])
def test_names_of_public_bodies_are_accepted(name: str) -> None:
    assert is_public_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " name",
        "two  spaces",
        "370102199",
        "户123456",
        "１２３４５６",
        "①②③④⑤⑥",
        "٠١٢٣٤٥",
        "line\nbreak",
        "zero\u200bwidth",
        "right\u202eto left",
        "tab\t",
        "soft\u00adhyphen",
        "filler\u3164",
        "selector\ufe0f",
        "no\u00a0break",
        "e\u0301",
        "\ud800",
        "\U0001f600",
        "泉" * 33,
    ],
)
def test_what_could_hide_something_is_no_name(name: str) -> None:
    assert not is_public_name(name)
