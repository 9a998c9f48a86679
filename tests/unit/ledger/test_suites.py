"""Signatures and keys: the vectors of RFC 8032, and the edge cases on which libraries disagree.

The edge cases are derived here from the curve's definition: points of small order, encodings of a
field element above the prime, and signature scalars above the group order.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from ledger import suites
from ledger.suites import is_admissible_key, public_key_of, sign, tagged_hash, verify
from tests.unit.ledger.strategies import public_key, seed

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "rfc8032" / "ed25519.json").read_text("utf-8")
)
PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
SQRT_MINUS_1 = pow(2, (PRIME - 1) // 4, PRIME)
MESSAGE = b"message"


def compressed(x: int, y: int) -> bytes:
    """Encode a point as RFC 8032 §5.1.2 does."""
    return (y | (x & 1) << 255).to_bytes(32, "little")


def y_of_order_eight() -> int:
    """Return y of a point of order 8: doubled it has y = 0, so y² = (√(1 + d) - 1) / d."""
    for root in square_roots((1 + D) % PRIME):
        for y in square_roots((root - 1) * pow(D, -1, PRIME) % PRIME):
            return y
    raise AssertionError


def square_roots(value: int) -> list[int]:
    """Return the square roots of a field element; the prime is 5 modulo 8."""
    candidate = pow(value, (PRIME + 3) // 8, PRIME)
    for root in (candidate, candidate * SQRT_MINUS_1 % PRIME):
        if root * root % PRIME == value:
            return [root, PRIME - root]
    return []


def x_of(y: int) -> int:
    """Return the even x of a point with this y."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    return min(square_roots(square), key=lambda root: root & 1)


Y8 = y_of_order_eight()
SMALL_ORDER = {
    "the neutral point": compressed(0, 1),
    "order 2": compressed(0, PRIME - 1),
    "order 4": compressed(SQRT_MINUS_1, 0),
    "order 4, other sign": compressed(PRIME - SQRT_MINUS_1, 0),
    "order 8": compressed(x_of(Y8), Y8),
    "order 8, other sign": compressed(PRIME - x_of(Y8), Y8),
    "order 8, negative": compressed(x_of(PRIME - Y8), PRIME - Y8),
    "order 8, negative, other sign": compressed(PRIME - x_of(PRIME - Y8), PRIME - Y8),
}
NON_CANONICAL = {
    "the neutral point, y + p": (1 + PRIME).to_bytes(32, "little"),
    "the neutral point, sign of zero": (1 | 1 << 255).to_bytes(32, "little"),
    "order 2, sign of zero": (PRIME - 1 | 1 << 255).to_bytes(32, "little"),
    "order 4, y = p": PRIME.to_bytes(32, "little"),
    "y = p + 18": (PRIME + 18).to_bytes(32, "little"),
    "all ones": b"\xff" * 32,
}
SMALL = pytest.mark.parametrize("point", SMALL_ORDER.values(), ids=SMALL_ORDER)
STRANGE = pytest.mark.parametrize("point", NON_CANONICAL.values(), ids=NON_CANONICAL)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_rfc_8032(vector: dict[str, str]) -> None:
    """Key, signature and verification are those of RFC 8032 §7.1."""
    secret, message = bytes.fromhex(vector["seed"]), bytes.fromhex(vector["message"])
    key, signature = b"\x01" + bytes.fromhex(vector["public_key"]), sign(secret, message)
    assert public_key_of(secret) == key
    assert signature[1:].hex() == vector["signature"]
    assert verify(key, message, signature)
    assert not verify(key, message + b"\0", signature)


@given(st.integers(0, 50), st.binary(max_size=200), st.integers(0, 65 * 8 - 1))
def test_one_bit_spoils_a_signature(number: int, message: bytes, bit: int) -> None:
    """A signature verifies for its key and message; with any bit flipped, suite included, not."""
    signature = sign(seed(number), message)
    spoilt = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(65, "big")
    assert verify(public_key(number), message, signature)
    assert not verify(public_key(number), message, spoilt)
    assert not verify(public_key(number + 1), message, signature)


@given(st.binary(max_size=80), st.binary(max_size=20), st.binary(max_size=80))
def test_verification_is_total(key: bytes, message: bytes, signature: bytes) -> None:
    """Bytes of any length and content give an answer."""
    assert not verify(key, message, signature)


def test_the_suite_byte_must_be_known() -> None:
    """Key and signature of another suite, or without a suite, do not verify."""
    key, signature = public_key(1), sign(seed(1), MESSAGE)
    assert verify(key, MESSAGE, signature)
    assert not verify(b"\x02" + key[1:], MESSAGE, signature)
    assert not verify(key, MESSAGE, b"\x02" + signature[1:])
    assert not verify(key[1:], MESSAGE, signature[1:])
    assert not is_admissible_key(b"\x02" + key[1:])
    assert not is_admissible_key(key[1:])


def test_a_signature_has_one_scalar() -> None:
    """S + L is the same scalar and is refused: a signature cannot be rewritten by others."""
    signature = sign(seed(1), MESSAGE)
    scalar = int.from_bytes(signature[33:], "little") + ORDER
    assert not verify(public_key(1), MESSAGE, signature[:33] + scalar.to_bytes(32, "little"))


@SMALL
def test_small_order_keys_are_refused(point: bytes) -> None:
    """A key of small order would make one signature valid for many messages."""
    key = b"\x01" + point
    forged = b"\x01" + SMALL_ORDER["the neutral point"] + bytes(32)
    assert not is_admissible_key(key)
    assert not verify(key, MESSAGE, forged)


@SMALL
def test_a_small_order_commitment_is_refused(point: bytes) -> None:
    """A signature whose R has small order does not verify, whatever its scalar."""
    assert not verify(public_key(1), MESSAGE, b"\x01" + point + bytes(32))


@STRANGE
def test_non_canonical_keys_are_refused(point: bytes) -> None:
    """A point written in a second way is no key: one key, one registration."""
    forged = b"\x01" + SMALL_ORDER["the neutral point"] + bytes(32)
    assert not is_admissible_key(b"\x01" + point)
    assert not verify(b"\x01" + point, MESSAGE, forged)


@SMALL
def test_keys_of_mixed_order_are_refused(point: bytes) -> None:
    """An honest key moved by a point of small order is refused, though signatures may verify."""
    moved = bindings.crypto_core_ed25519_add(public_key(1)[1:], point)
    is_same = point == SMALL_ORDER["the neutral point"]
    assert is_admissible_key(b"\x01" + moved) is is_same


@given(st.integers(0, 1_000))
def test_honest_keys_are_admissible(number: int) -> None:
    """Every key made from a seed may be registered."""
    assert is_admissible_key(public_key(number))


def test_small_order_points_are_what_they_are_called() -> None:
    """The eight points derived above are distinct, and each added eight times gives the neutral."""
    assert len(set(SMALL_ORDER.values())) == 8
    for point in SMALL_ORDER.values():
        total = SMALL_ORDER["the neutral point"]
        for _ in range(8):
            total = bindings.crypto_core_ed25519_add(total, point)
        assert total == SMALL_ORDER["the neutral point"]


def test_a_tag_separates_objects() -> None:
    """The same bytes under two tags have two hashes, and parts are simply joined."""
    assert tagged_hash(b"qc/tx/v1", b"ab") == tagged_hash(b"qc/tx/v1", b"a", b"b")
    assert tagged_hash(b"qc/tx/v1", b"ab") != tagged_hash(b"qc/header/v1", b"ab")


def test_sizes_are_those_of_the_layout() -> None:
    """One suite byte before the 32 bytes of a key and the 64 of a signature."""
    assert len(public_key(1)) == suites.PUBLIC_KEY_SIZE
    assert len(sign(seed(1), b"")) == suites.SIGNATURE_SIZE
