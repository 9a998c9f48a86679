"""A wrap opens with a stock sealed box, and whoever opened one knows all others."""

import dataclasses
import io
import json
from pathlib import Path

import pytest
from nacl.public import PrivateKey, SealedBox

from ledger.envelope_header import RECIPIENTS_MAX, EnvelopeHeader, Recipient, decode_envelope_header
from ledger.refusal import Code, Refused
from quancheng.envelope import open_sealed, seal
from quancheng.envelope_keys import (
    content_commitment_key_of,
    content_hasher,
    key_commitment_of,
    new_content_key,
    stream_key_of,
)
from quancheng.envelope_wraps import make_wrap, open_wrap, require_same_key
from quancheng.kem import kem_key_of
from tests.unit.quancheng.envelopes import CONTENT_KEY, RECIPIENTS, preamble_for

VECTORS = Path(__file__).parents[2] / "vectors" / "envelope.json"
OWN_SECRET = bytes([6]) * 32


@pytest.fixture
def header() -> EnvelopeHeader:
    """Header of a small envelope."""
    return seal(preamble_for(CONTENT_KEY), CONTENT_KEY, io.BytesIO(b"content"), io.BytesIO())


def wraps_of(header: EnvelopeHeader, content_key: bytes) -> dict[Recipient, bytes]:
    """Return the wraps for all recipients of a header."""
    hashed = header.hash()
    return {item: make_wrap(content_key, hashed, item.key) for item in header.preamble.recipients}


def refusal_field(header: EnvelopeHeader, wrap: bytes, secret: bytes = OWN_SECRET) -> str:
    """Open a wrap that must be refused with E506 and return the field."""
    with pytest.raises(Refused) as caught:
        open_wrap(header, wrap, secret)
    assert caught.value.refusal.code is Code.BAD_WRAP
    return caught.value.refusal.field


def test_a_stock_sealed_box_opens_a_wrap(header: EnvelopeHeader) -> None:
    """Nothing but libsodium's own sealed box is needed to read a wrap."""
    wrap = make_wrap(CONTENT_KEY, header.hash(), kem_key_of(OWN_SECRET))
    assert len(wrap) == 112
    assert SealedBox(PrivateKey(OWN_SECRET)).decrypt(wrap) == CONTENT_KEY + header.hash()


def test_whoever_opens_one_wrap_knows_all(header: EnvelopeHeader) -> None:
    """The user recomputes the person's and the holder's wraps from its own."""
    wraps = wraps_of(header, CONTENT_KEY)
    content_key = open_wrap(header, wraps[RECIPIENTS[-1]], OWN_SECRET)
    assert content_key == CONTENT_KEY
    require_same_key(header, content_key, wraps)


def test_swapped_missing_and_foreign_wraps_are_refused(header: EnvelopeHeader) -> None:
    """Another key, another recipient's wrap, a random sealed box, one less and one more."""
    wraps = wraps_of(header, CONTENT_KEY)
    first, second = RECIPIENTS[0], RECIPIENTS[1]
    random_box = SealedBox(PrivateKey(b"\x01" * 32).public_key).encrypt(CONTENT_KEY + header.hash())
    for changed in (
        {**wraps, first: make_wrap(b"\x33" * 32, header.hash(), first.key)},
        {**wraps, first: wraps[second], second: wraps[first]},
        {**wraps, first: random_box},
        {item: wraps[item] for item in RECIPIENTS[1:]},
        {**wraps, Recipient(8, first.key): wraps[first]},
    ):
        with pytest.raises(Refused) as caught:
            require_same_key(header, CONTENT_KEY, changed)
        assert caught.value.refusal.code is Code.BAD_WRAP


def test_a_wrap_of_another_envelope_is_refused(header: EnvelopeHeader) -> None:
    """A sound wrap for oneself, but for another header or with a key that was not committed to."""
    own_key = kem_key_of(OWN_SECRET)
    other = dataclasses.replace(header, size=header.size + 1)
    assert (
        refusal_field(header, make_wrap(CONTENT_KEY, other.hash(), own_key)) == "wrap.header_hash"
    )
    uncommitted = make_wrap(b"\x33" * 32, header.hash(), own_key)
    assert refusal_field(header, uncommitted) == "wrap.key_commitment"


def test_every_altered_byte_of_a_wrap_is_refused(header: EnvelopeHeader) -> None:
    """Each of the 112 bytes counts, and so does their number."""
    wrap = make_wrap(CONTENT_KEY, header.hash(), kem_key_of(OWN_SECRET))
    for position in range(len(wrap)):
        altered = bytearray(wrap)
        altered[position] ^= 1
        # The top bit of an X25519 key is ignored by every implementation (RFC 7748 §5).
        if position != 31:
            refusal_field(header, bytes(altered))
    for other in (b"", wrap[:-1], wrap + b"\0"):
        refusal_field(header, other)
    refusal_field(header, wrap, b"\x07" * 32)


def test_too_many_recipients_cost_no_key_operation(header: EnvelopeHeader) -> None:
    """A header with more recipients than allowed is refused before the wrap is touched."""
    many = tuple(Recipient(right, kem_key_of(OWN_SECRET)) for right in range(RECIPIENTS_MAX + 1))
    swollen = dataclasses.replace(header.preamble, recipients=many)
    with pytest.raises(Refused) as caught:
        open_wrap(dataclasses.replace(header, preamble=swollen), b"not even a wrap", OWN_SECRET)
    assert caught.value.refusal.field == "envelope.recipients"


@pytest.mark.parametrize("key", [b"", bytes(33), b"\x01" + bytes(32), b"\x02" + b"\x09" * 32])
def test_no_wrap_is_made_for_a_bad_key(header: EnvelopeHeader, key: bytes) -> None:
    """Wrong size, unknown suite and the point that makes every shared secret zero are refused."""
    with pytest.raises(Refused) as caught:
        make_wrap(CONTENT_KEY, header.hash(), key)
    assert caught.value.refusal.code is Code.BAD_KEY


def test_content_keys_are_fresh() -> None:
    """No two envelopes share a key."""
    assert len({new_content_key() for _ in range(100)}) == 100


def test_golden_vector() -> None:
    """The golden bytes hold: keys, header, wraps, and a ciphertext that opens."""
    vector = json.loads(VECTORS.read_text(encoding="utf-8"))
    content_key = bytes.fromhex(vector["content_key"])
    header = decode_envelope_header(bytes.fromhex(vector["header"]))
    preamble_hash = header.preamble.hash()
    hasher = content_hasher(content_commitment_key_of(content_key, preamble_hash))
    hasher.update(vector["content"].encode())
    assert preamble_hash.hex() == vector["preamble_hash"]
    assert header.hash().hex() == vector["header_hash"]
    assert key_commitment_of(content_key).hex() == vector["key_commitment"]
    assert stream_key_of(content_key, preamble_hash).hex() == vector["stream_key"]
    assert hasher.digest().hex() == vector["content_commitment"]
    for row in vector["wraps"]:
        wrap = make_wrap(content_key, header.hash(), bytes.fromhex(row["recipient_key"]))
        assert wrap.hex() == row["wrap"]
        assert open_wrap(header, wrap, bytes.fromhex(row["recipient_secret"])) == content_key
    target = io.BytesIO()
    open_sealed(header, content_key, io.BytesIO(bytes.fromhex(vector["ciphertext"])), target)
    assert target.getvalue().decode() == vector["content"]
