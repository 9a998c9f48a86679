"""The envelope header has one canonical form, and its hashes bind every field."""

import copy
import dataclasses
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import Value, encode
from ledger.envelope_header import (
    CHUNK_SIZE_DEFAULT,
    RECIPIENTS_MAX,
    EnvelopeHeader,
    EnvelopePreamble,
    Recipient,
    chunk_count,
    decode_envelope_header,
)
from ledger.refusal import Code, Refused

T = TypeVar("T")

KEY = b"\x01" + bytes(32)

PREAMBLE = EnvelopePreamble(
    genesis_hash=b"\x01" * 32,
    line=b"\x02" * 32,
    product=b"\x03" * 32,
    product_version=1,
    purpose=11,
    fields=0b101,
    consent=b"\x04" * 32,
    matter=b"\x05" * 32,
    sid=b"\x01" + b"\x06" * 32,
    retention_until_ms=1_700_000_000_000,
    user=b"\x07" * 32,
    receiving_key=b"\x01" + b"\x08" * 32,
    channel=b"\x09" * 32,
    chunk_size=CHUNK_SIZE_DEFAULT,
    recipients=(Recipient(5, b"\x01" + b"\x08" * 32), Recipient(6, KEY)),
    committee=0,
    source=b"\x0d" * 32,
    key_commitment=b"\x0a" * 32,
)
HEADER = EnvelopeHeader(PREAMBLE, b"\x0b" * 32, 1_000, b"\x0c" * 32)

hashes = st.binary(min_size=32, max_size=32)
keys = hashes.map(lambda body: b"\x01" + body)
preambles = st.builds(
    EnvelopePreamble,
    genesis_hash=hashes,
    line=hashes,
    product=hashes,
    product_version=st.integers(0, 2**32 - 1),
    purpose=st.integers(0, 2**32 - 1),
    fields=st.integers(0, 2**64 - 1),
    consent=st.none() | hashes,
    matter=st.none() | hashes,
    sid=st.none() | keys,
    retention_until_ms=st.integers(0, 2**63),
    user=hashes,
    receiving_key=keys,
    channel=hashes,
    chunk_size=st.integers(1_024, 1_048_576),
    recipients=st.lists(
        st.tuples(st.integers(0, 255), keys), min_size=1, max_size=RECIPIENTS_MAX, unique=True
    ).map(lambda rows: tuple(Recipient(*row) for row in sorted(rows))),
    committee=st.integers(0, 2**32 - 1),
    source=st.none() | hashes,
    key_commitment=hashes,
)
headers = st.builds(
    EnvelopeHeader,
    preamble=preambles,
    cipher_root=hashes,
    size=st.integers(0, 2**30),
    content_commitment=hashes,
)


def with_field(value: T, name: str, other: object) -> T:
    """Return a copy of a dataclass with one field replaced, whatever its type."""
    changed = copy.copy(value)
    object.__setattr__(changed, name, other)
    return changed


@given(headers)
def test_decoding_returns_what_was_encoded(header: EnvelopeHeader) -> None:
    """Every sound header survives its own bytes."""
    assert decode_envelope_header(header.encoded()) == header


@given(preambles, preambles)
def test_different_preambles_have_different_hashes(
    first: EnvelopePreamble, second: EnvelopePreamble
) -> None:
    """The preamble hash is injective over the fields."""
    assert (first == second) == (first.hash() == second.hash())


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(EnvelopePreamble)])
def test_every_field_of_the_preamble_is_bound(name: str) -> None:
    """No field can be exchanged without changing the preamble hash and the header hash."""
    value = getattr(PREAMBLE, name)
    other: object = value + 1 if isinstance(value, int) else value[:-1]
    changed = with_field(PREAMBLE, name, other)
    assert changed.hash() != PREAMBLE.hash()
    assert dataclasses.replace(HEADER, preamble=changed).hash() != HEADER.hash()


@pytest.mark.parametrize("name", ["cipher_root", "size", "content_commitment"])
def test_the_header_binds_what_sealing_made(name: str) -> None:
    """Root, size and content commitment move the header hash and leave the preamble hash alone."""
    value = getattr(HEADER, name)
    other: object = value + 1 if isinstance(value, int) else bytes(32)
    changed = with_field(HEADER, name, other)
    assert changed.hash() != HEADER.hash()
    assert changed.preamble.hash() == HEADER.preamble.hash()


def refused_field(header: EnvelopeHeader) -> str:
    """Decode a header that must be refused with E006 and return the field that is named."""
    with pytest.raises(Refused) as caught:
        decode_envelope_header(header.encoded())
    assert caught.value.refusal.code is Code.SCHEMA
    return caught.value.refusal.field


def test_unsound_headers_are_refused() -> None:
    """Recipients too many, repeated, disordered or none, and chunks out of bounds, are named."""
    rows = PREAMBLE.recipients
    many = tuple(Recipient(index, KEY) for index in range(RECIPIENTS_MAX + 1))
    for recipients in ((), rows[::-1], (rows[0], rows[0]), many):
        preamble = dataclasses.replace(PREAMBLE, recipients=recipients)
        header = dataclasses.replace(HEADER, preamble=preamble)
        assert refused_field(header) in ("envelope.recipients", "size")
    for chunk_size in (0, 1_023, 1_048_577):
        preamble = dataclasses.replace(PREAMBLE, chunk_size=chunk_size)
        header = dataclasses.replace(HEADER, preamble=preamble)
        assert refused_field(header) == "envelope.chunk_size"
    assert refused_field(dataclasses.replace(HEADER, size=2**63)) == "envelope.size"


@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_refused_with_a_code(data: bytes) -> None:
    """Hostile bytes give a refusal and nothing else."""
    with pytest.raises(Refused):
        decode_envelope_header(data)


def decode_parts() -> list[Value]:
    """Return the items of the preamble."""
    parts = HEADER.preamble.to_value()
    assert isinstance(parts, list)
    return parts


def test_another_version_or_suite_is_refused() -> None:
    """The version and suite stand first and must be known; true is not one."""
    parts = decode_parts()
    for position in (0, 1):
        for other in (2, True, None):
            changed = [*parts]
            changed[position] = other
            data = encode([changed, HEADER.cipher_root, HEADER.size, HEADER.content_commitment])
            with pytest.raises(Refused):
                decode_envelope_header(data)


def test_chunks_cover_the_content() -> None:
    """Empty content still has its one final chunk; a full chunk needs no second."""
    assert [chunk_count(size, 1_024) for size in (0, 1, 1_024, 1_025, 2_048)] == [1, 1, 1, 2, 2]
