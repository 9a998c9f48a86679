"""A computed content has one commitment in however many envelopes, and opens to nothing else."""

import dataclasses
import hashlib
import io
from pathlib import Path

import pytest

from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader
from ledger.refusal import Code, Refused
from quancheng.carrying import SafeBoxEnvelope, open_carried, seal_carried
from quancheng.computed import (
    answer_salt,
    computed_commitment,
    computed_content,
    open_computed,
    salt_in,
    seal_computed,
)
from quancheng.envelope import open_sealed, seal
from quancheng.envelope_files import open_computed_to_file
from quancheng.envelope_keys import SALT_SIZE, key_commitment_of
from quancheng.origin import origin_of
from tests.unit.quancheng.envelopes import preamble_for

KEYS = (b"\x11" * 32, b"\x12" * 32)
SALT = answer_salt(b"\x21" * 32, b"\x22" * 32)
RESULT = b"figures " * 300
SIZE_MAX = 10_000


def sealed(content_key: bytes, content: bytes) -> tuple[EnvelopeHeader, bytes]:
    target = io.BytesIO()
    header = seal_computed(preamble_for(content_key), content_key, content, target)
    return header, target.getvalue()


def refusal(header: EnvelopeHeader, ciphertext: bytes, size_max: int = SIZE_MAX) -> Refused:
    with pytest.raises(Refused) as caught:
        open_computed(header, KEYS[0], io.BytesIO(ciphertext), size_max)
    return caught.value


@pytest.mark.parametrize("result", [b"", b"7", RESULT, bytes(CHUNK_SIZE_MIN - SALT_SIZE)])
def test_one_answer_has_one_commitment_in_every_envelope(result: bytes) -> None:
    content = computed_content(SALT, result)
    headers = []
    for key in KEYS:
        header, ciphertext = sealed(key, content)
        assert open_computed(header, key, io.BytesIO(ciphertext), SIZE_MAX) == result
        headers.append(header)
    assert headers[0].preamble.key_commitment != headers[1].preamble.key_commitment
    assert len({header.content_commitment for header in headers}) == 1
    # Written out: keyed BLAKE2b under the salt, over salt and result.
    expected = hashlib.blake2b(SALT + result, digest_size=32, key=SALT).digest()
    assert headers[0].content_commitment == computed_commitment(content) == expected


def test_the_salt_follows_from_the_question_and_the_holders_secret() -> None:
    label = b"qc/answer-salt/v1"
    expected = hashlib.blake2b(label + b"\x22" * 32, digest_size=32, key=b"\x21" * 32).digest()
    assert expected == SALT
    assert SALT not in (
        answer_salt(b"\x21" * 32, b"\x23" * 32),
        answer_salt(b"\x20" * 32, b"\x22" * 32),
    )


def test_another_content_or_salt_is_refused() -> None:
    header, ciphertext = sealed(KEYS[0], computed_content(SALT, RESULT))
    other = dataclasses.replace(header, content_commitment=bytes(32))
    assert refusal(other, ciphertext).refusal.field == "content_commitment"
    # Sealed with the commitment of another salt than the content begins with.
    target = io.BytesIO()
    source = io.BytesIO(computed_content(bytes(SALT_SIZE), RESULT))
    header = seal(preamble_for(KEYS[0]), KEYS[0], source, target, SALT)
    assert refusal(header, target.getvalue()).refusal.field == "content_commitment"


def test_a_content_without_room_for_a_salt_is_refused() -> None:
    target = io.BytesIO()
    source = io.BytesIO(bytes(SALT_SIZE - 1))
    header = seal(preamble_for(KEYS[0]), KEYS[0], source, target, SALT)
    assert refusal(header, target.getvalue()).refusal.field == "salt"


def test_the_two_kinds_of_content_do_not_open_as_each_other() -> None:
    header, ciphertext = sealed(KEYS[0], computed_content(SALT, RESULT))
    with pytest.raises(Refused) as caught:
        open_sealed(header, KEYS[0], io.BytesIO(ciphertext), io.BytesIO())
    assert caught.value.refusal.field == "content_commitment"
    target = io.BytesIO()
    plain = seal(preamble_for(KEYS[0]), KEYS[0], io.BytesIO(RESULT), target)
    assert refusal(plain, target.getvalue()).refusal.field == "content_commitment"


def test_a_result_becomes_a_file_without_its_salt_or_no_file(tmp_path: Path) -> None:
    header, ciphertext = sealed(KEYS[0], computed_content(SALT, RESULT))
    open_computed_to_file(header, KEYS[0], io.BytesIO(ciphertext), tmp_path / "result")
    assert (tmp_path / "result").read_bytes() == RESULT
    with pytest.raises(Refused):
        open_computed_to_file(header, KEYS[0], io.BytesIO(ciphertext[:-1]), tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_a_carried_result_has_the_commitment_of_the_job() -> None:
    """The person of a MODEL product carries its result; the user compares it like any content."""
    own_header, ciphertext = sealed(KEYS[0], computed_content(SALT, RESULT))
    salt = salt_in(own_header, KEYS[0], io.BytesIO(ciphertext))
    assert salt == SALT
    origin = origin_of(bytes(32), own_header, KEYS[0], salt)
    own = SafeBoxEnvelope(own_header, KEYS[0], io.BytesIO(ciphertext), salt)
    preamble = dataclasses.replace(preamble_for(KEYS[1]), source=origin.source())
    target, content = io.BytesIO(), io.BytesIO()
    header = seal_carried(own, origin, preamble, KEYS[1], target)
    carried = open_carried(header, KEYS[1], io.BytesIO(target.getvalue()), content)
    assert content.getvalue() == SALT + RESULT
    assert carried.content_commitment == own_header.content_commitment
    assert carried.size == own_header.size
    without = dataclasses.replace(own, ciphertext=io.BytesIO(ciphertext), salt=None)
    with pytest.raises(Refused):
        seal_carried(without, origin, preamble, KEYS[1], io.BytesIO())


def test_too_large_a_result_is_refused_before_it_is_opened() -> None:
    header, _ = sealed(KEYS[0], computed_content(SALT, RESULT))
    assert header.preamble.key_commitment == key_commitment_of(KEYS[0])
    assert refusal(header, b"", size_max=header.size - 1).refusal.code is Code.OUTPUT_TOO_LARGE
