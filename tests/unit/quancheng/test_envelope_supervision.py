"""The supervisors' wrap opens with K alone, and can be recomputed by whoever knows the key."""

import dataclasses
import io
import json
from pathlib import Path

import pytest

from chaincode.rights import Right
from ledger import suites
from ledger.envelope_header import EnvelopeHeader, Recipient
from ledger.refusal import Code, Refused
from quancheng.dealing import random_scalar
from quancheng.envelope import seal
from quancheng.envelope_supervision import (
    ephemeral_of,
    make_supervision_wrap,
    open_supervision_wrap,
)
from quancheng.envelope_wraps import require_same_key, wrap_for
from tests.unit.quancheng.envelopes import CONTENT_KEY, RECIPIENTS, preamble_for

VECTOR = json.loads(
    (Path(__file__).parents[2] / "vectors" / "supervision.json").read_text(encoding="utf-8")
)
SECRET = random_scalar()
JOINT_KEY = suites.base_times(SECRET)


@pytest.fixture
def header() -> EnvelopeHeader:
    """Header of a small envelope for persons and supervisors."""
    watched = Recipient(Right.WATCH, JOINT_KEY)
    preamble = preamble_for(CONTENT_KEY)
    preamble = dataclasses.replace(preamble, recipients=(*RECIPIENTS, watched), committee=1)
    return seal(preamble, CONTENT_KEY, io.BytesIO(b"content"), io.BytesIO())


def opened(header: EnvelopeHeader, wrap: bytes) -> bytes:
    """Open a wrap with the whole secret, as nobody can outside of a test."""
    shared = suites.point_times(SECRET, ephemeral_of(wrap))
    return open_supervision_wrap(header, wrap, JOINT_KEY, shared)


def test_the_joint_secret_opens_and_every_altered_byte_is_refused(header: EnvelopeHeader) -> None:
    wrap = make_supervision_wrap(CONTENT_KEY, header.hash(), JOINT_KEY)
    assert len(wrap) == 112
    assert opened(header, wrap) == CONTENT_KEY
    for position in range(len(wrap)):
        altered = bytearray(wrap)
        altered[position] ^= 1
        with pytest.raises(Refused) as caught:
            opened(header, bytes(altered))
        assert caught.value.refusal.code is Code.BAD_WRAP


def test_a_wrap_of_another_header_or_key_is_refused(header: EnvelopeHeader) -> None:
    for key, hashed in ((CONTENT_KEY, bytes(32)), (b"\x01" * 32, header.hash())):
        with pytest.raises(Refused) as caught:
            opened(header, make_supervision_wrap(key, hashed, JOINT_KEY))
        assert caught.value.refusal.code is Code.BAD_WRAP
    with pytest.raises(Refused) as caught:
        make_supervision_wrap(CONTENT_KEY, header.hash(), b"\x01" + bytes(32))
    assert caught.value.refusal.code is Code.BAD_KEY


def test_a_user_checks_the_supervisors_wrap_too(header: EnvelopeHeader) -> None:
    """X14: another key for the supervisors is noticed before the receipt."""
    hashed = header.hash()
    wraps = {item: wrap_for(CONTENT_KEY, hashed, item) for item in header.preamble.recipients}
    require_same_key(header, CONTENT_KEY, wraps)
    watched = header.preamble.recipients[-1]
    wraps[watched] = make_supervision_wrap(b"\x01" * 32, hashed, JOINT_KEY)
    with pytest.raises(Refused):
        require_same_key(header, CONTENT_KEY, wraps)


def test_golden_vector() -> None:
    """The bytes of the wrap hold."""
    part = {name: bytes.fromhex(text) for name, text in VECTOR.items() if name != "note"}
    wrap = make_supervision_wrap(part["content_key"], part["header_hash"], part["joint_key"])
    assert wrap == part["wrap"]
