"""Every decoder of the ledger is strict and total.

For any bytes at all a decoder returns an object whose encoding is those very bytes, or refuses with
a code. Nothing is accepted in a second form, and no input raises anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.block import BLOCK_SIZE_MAX, decode_block
from ledger.certificate import CERTIFICATE_SIZE_MAX, decode_certificate
from ledger.encoding import DEPTH_MAX, Value, decode, encode
from ledger.genesis import GENESIS_SIZE_MAX, decode_genesis
from ledger.header import HEADER_SIZE_MAX, decode_header
from ledger.merkle import inclusion_proof_from_value
from ledger.receipt import RECEIPT_SIZE_MAX, decode_receipt
from ledger.refusal import Code, Refused
from ledger.state_proof import STATE_PROOF_SIZE_MAX, decode_state_proof
from ledger.transaction import TRANSACTION_SIZE_MAX, decode_transaction
from ledger.validators import validator_set_from_value
from tests.unit.ledger import strategies
from tests.unit.ledger.test_state_proof import PROOFS

VALIDATORS_SIZE_MAX = 32_768


@dataclass(frozen=True, slots=True)
class Codec:
    """One kind of object: how to draw it, write it and read it."""

    name: str
    objects: st.SearchStrategy[Any]
    decode: Callable[[bytes], Any]
    size_max: int
    encoded: Callable[[Any], bytes] = lambda item: bytes(item.encoded())


def _decode_validators(data: bytes) -> object:
    return validator_set_from_value(decode(data, size_max=VALIDATORS_SIZE_MAX))


def _decode_inclusion(data: bytes) -> object:
    return inclusion_proof_from_value(decode(data, size_max=STATE_PROOF_SIZE_MAX))


INCLUSIONS = st.tuples(
    strategies.NUMBERS, strategies.NUMBERS, st.lists(strategies.HASHES, max_size=64)
).map(lambda parts: inclusion_proof_from_value(list(parts)))

CODECS = [
    Codec(
        "transaction",
        strategies.transactions(),
        decode_transaction,
        TRANSACTION_SIZE_MAX,
        lambda item: bytes(item.data),
    ),
    Codec("header", strategies.HEADERS, decode_header, HEADER_SIZE_MAX),
    Codec("certificate", strategies.CERTIFICATES, decode_certificate, CERTIFICATE_SIZE_MAX),
    Codec("block", strategies.blocks(), decode_block, BLOCK_SIZE_MAX),
    Codec("receipt", strategies.RECEIPTS, decode_receipt, RECEIPT_SIZE_MAX),
    Codec("genesis", strategies.geneses(), decode_genesis, GENESIS_SIZE_MAX),
    Codec("state proof", PROOFS, decode_state_proof, STATE_PROOF_SIZE_MAX),
    Codec(
        "validator set",
        strategies.validator_sets(),
        _decode_validators,
        VALIDATORS_SIZE_MAX,
        lambda item: encode(item.to_value()),
    ),
    Codec(
        "inclusion proof",
        INCLUSIONS,
        _decode_inclusion,
        STATE_PROOF_SIZE_MAX,
        lambda item: encode(item.to_value()),
    ),
]
EVERY_CODEC = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)


def is_refused_or_the_same(codec: Codec, data: bytes) -> bool:
    """Say whether bytes are refused; if not, they must be the one encoding of what they mean."""
    try:
        item = codec.decode(data)
    except Refused as refused:
        return refused.refusal.code in {Code.SCHEMA, Code.BAD_BODY}
    return codec.encoded(item) == data


@EVERY_CODEC
@given(data=st.data())
def test_what_is_encoded_decodes_to_itself(codec: Codec, data: st.DataObject) -> None:
    """decode(encode(x)) == x, within the size that the decoder allows."""
    item = data.draw(codec.objects)
    encoded = codec.encoded(item)
    assert len(encoded) <= codec.size_max
    assert codec.decode(encoded) == item


@EVERY_CODEC
@given(junk=st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_code(codec: Codec, junk: bytes) -> None:
    """Random bytes never raise anything but a refusal."""
    assert is_refused_or_the_same(codec, junk)


@EVERY_CODEC
@given(data=st.data())
def test_changed_bytes_are_refused_or_mean_something_else(
    codec: Codec, data: st.DataObject
) -> None:
    """Bytes flipped, cut, added or inserted never decode to an object that encodes differently."""
    encoded = codec.encoded(data.draw(codec.objects))
    at = data.draw(st.integers(0, len(encoded) - 1))
    byte = data.draw(st.integers(1, 255))
    changed = encoded[:at] + bytes([encoded[at] ^ byte]) + encoded[at + 1 :]
    for other in (
        changed,
        encoded[:at],
        encoded + bytes([byte]),
        encoded[:at] + bytes([byte]) + encoded[at:],
        encoded[:at] + encoded[at + 1 :],
    ):
        assert is_refused_or_the_same(codec, other)


@EVERY_CODEC
@given(value=strategies.VALUES)
def test_other_values_are_refused(codec: Codec, value: Value) -> None:
    """Canonical values of other shapes are refused."""
    assert is_refused_or_the_same(codec, encode(value))


@EVERY_CODEC
@settings(max_examples=30)
@given(data=st.data())
def test_one_item_of_another_type_is_refused(codec: Codec, data: st.DataObject) -> None:
    """Replacing any one item, however deep, by a value of another type never passes unnoticed."""
    value = cbor2.loads(codec.encoded(data.draw(codec.objects)))
    path = data.draw(st.lists(st.integers(0, 30), min_size=1, max_size=4))
    other: Value = data.draw(
        st.sampled_from([None, True, False, 0, 1, -1, b"", "", [], [[]], 2**63])
    )
    assert is_refused_or_the_same(codec, encode(_replaced(value, path, other)))


def _replaced(value: Value, path: list[int], other: Value) -> Value:
    if not isinstance(value, list) or not value:
        return other
    at = path[0] % len(value)
    inner = _replaced(value[at], path[1:], other) if len(path) > 1 else other
    return [*value[:at], inner, *value[at + 1 :]]


@EVERY_CODEC
def test_an_oversized_input_is_refused_by_its_size_alone(codec: Codec) -> None:
    """One byte too many is refused before anything is decoded."""
    with pytest.raises(Refused) as caught:
        codec.decode(bytes(codec.size_max + 1))
    assert caught.value.refusal.field == "size"


@EVERY_CODEC
@given(data=st.data())
def test_objects_of_another_kind_are_refused(codec: Codec, data: st.DataObject) -> None:
    """No object decodes as one of another kind."""
    other: Codec = data.draw(st.sampled_from([item for item in CODECS if item.name != codec.name]))
    encoded = other.encoded(data.draw(other.objects))
    with pytest.raises(Refused):
        codec.decode(encoded)


NON_CANONICAL = {
    "an integer in more bytes than it needs": "1800",
    "an integer in eight bytes": "1b0000000000000001",
    "a length in more bytes than it needs": "580100",
    "an indefinite array": "9f00ff",
    "indefinite bytes": "5f4100ff",
    "indefinite text": "7f6161ff",
    "a map": "a0",
    "a map with an entry": "a10000",
    "a date": "c000",
    "a large integer": "c24101",
    "a large integer out of range": "c249010000000000000000",
    "a negative integer out of range": "3bffffffffffffffff",
    "an unknown tag": "d9ffff00",
    "a self-described item": "d9d9f700",
    "a shared reference": "d81d00",
    "a set": "d9010280",
    "half a float": "f93c00",
    "a float": "fa3f800000",
    "a double": "fb3ff0000000000000",
    "not a number": "f97e00",
    "undefined": "f7",
    "a simple value": "e0",
    "a simple value in two bytes": "f8ff",
    "a lone break": "ff",
    "reserved information": "1c",
    "two items": "0000",
    "nothing": "",
    "text that is not UTF-8": "61ff",
    "a surrogate": "63eda080",
    "a string longer than the input": "5affffffff00",
    "an array longer than the input": "9affffffff00",
    "an array of 2^64 - 1 items": "9bffffffffffffffff",
}


@pytest.mark.parametrize("data", NON_CANONICAL.values(), ids=NON_CANONICAL)
def test_what_is_not_canonical_is_refused(data: str) -> None:
    """Every other way to write a value, and every value outside the profile, is refused."""
    for encoded in (bytes.fromhex(data), b"\x81" + bytes.fromhex(data)):
        with pytest.raises(Refused) as caught:
            decode(encoded, size_max=100)
        assert caught.value.refusal.code is Code.SCHEMA


@given(strategies.VALUES)
def test_values_decode_to_themselves(value: Value) -> None:
    """Every value of the profile has one encoding and comes back with the same types."""
    encoded = encode(value)
    decoded = decode(encoded, size_max=len(encoded))
    assert decoded == value
    assert encode(decoded) == encoded


@pytest.mark.parametrize("depth", [DEPTH_MAX + 1, 1_000, 30_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """Nesting beyond the bound is refused, never a crash of the decoder."""
    with pytest.raises(Refused):
        decode(b"\x81" * depth + b"\x00", size_max=100_000)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65_536, "1a00010000"),
        (2**32, "1b0000000100000000"),
        (2**64 - 1, "1bffffffffffffffff"),
        (-1, "20"),
        (-(2**63), "3b7fffffffffffffff"),
        (b"", "40"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("", "60"),
        ("水", "63e6b0b4"),
        ([], "80"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        (False, "f4"),
        (True, "f5"),
        (None, "f6"),
    ],
)
def test_values_are_written_as_rfc_8949_does(value: Value, encoded: str) -> None:
    """The examples of RFC 8949, appendix A, that lie within the profile."""
    assert encode(value).hex() == encoded
    assert decode(bytes.fromhex(encoded), size_max=100) == value
