"""The only module that calls cryptographic primitives for hashed and signed objects.

Keys and signatures carry one leading suite byte, so that another suite (for instance SM2 with SM3)
can be added without changing any layout. A chain's suite is fixed in its genesis. Suite 1 is
Ed25519 (RFC 8032) as libsodium verifies it, with SHA-256 (FIPS 180-4): one verifier everywhere,
because libraries disagree on edge cases and that forks a chain.
"""

import hashlib

from nacl import bindings
from nacl.exceptions import BadSignatureError
from nacl.exceptions import RuntimeError as SodiumError

ED25519_SHA256 = 0x01
"""The suite of Ed25519 signatures over SHA-256 hashes."""

HASH_SIZE = 32
SEED_SIZE = 32
PUBLIC_KEY_SIZE = 33
"""Suite byte and 32 bytes of key."""
SIGNATURE_SIZE = 65
"""Suite byte and 64 bytes of signature."""

ZERO_HASH = bytes(HASH_SIZE)

SCALAR_SIZE = 32
"""A number below the order of the group, little-endian as libsodium takes it."""
POINT_SIZE = 33
"""Suite byte and 32 bytes of a point of the prime-order group."""

_SUITE_BYTE = bytes([ED25519_SHA256])


def tagged_hash(tag: bytes, *parts: bytes) -> bytes:
    """Return H(tag, …) = SHA-256(tag ‖ …), the only way an object of the chain is hashed."""
    digest = hashlib.sha256(tag)
    for part in parts:
        digest.update(part)
    return digest.digest()


def public_key_of(seed: bytes) -> bytes:
    """Return the 33-byte public key that belongs to a 32-byte Ed25519 seed."""
    assert len(seed) == SEED_SIZE
    public_key, _ = bindings.crypto_sign_seed_keypair(seed)
    return _SUITE_BYTE + public_key


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 65-byte signature of a message by the key of a 32-byte seed.

    The same input gives the same bytes.
    """
    assert len(seed) == SEED_SIZE
    _, secret_key = bindings.crypto_sign_seed_keypair(seed)
    return _SUITE_BYTE + bindings.crypto_sign(message, secret_key)[: bindings.crypto_sign_BYTES]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature of a known suite is valid; total: any bytes give an answer.

    About 47 µs.
    """
    if len(public_key) != PUBLIC_KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    if public_key[0] != ED25519_SHA256 or signature[0] != ED25519_SHA256:
        return False
    try:
        bindings.crypto_sign_open(signature[1:] + message, public_key[1:])
    except BadSignatureError:
        return False
    return True


def is_admissible_key(public_key: bytes) -> bool:
    """Say whether a key may be registered.

    It is of a known suite and a canonical point of the prime-order group, not of small order.
    Small-order keys make one signature valid for many messages (ed25519-speccheck cases 0, 1, 10,
    11).
    """
    if len(public_key) != PUBLIC_KEY_SIZE or public_key[0] != ED25519_SHA256:
        return False
    return bool(bindings.crypto_core_ed25519_is_valid_point(public_key[1:]))


class NoPoint(Exception):
    """An operation of the group gave the neutral element, or was given no point of the group."""


def hash_to_scalar(tag: bytes, *parts: bytes) -> bytes:
    """Return a scalar from 64 bytes of tagged hashes, so that reducing them leaves no bias."""
    wide = tagged_hash(tag, b"\x00", *parts) + tagged_hash(tag, b"\x01", *parts)
    return bindings.crypto_core_ed25519_scalar_reduce(wide)


def scalar_of(number: int) -> bytes:
    """Return a small number as a scalar."""
    return number.to_bytes(SCALAR_SIZE, "little")


def is_scalar(data: bytes) -> bool:
    """Say whether bytes are a scalar in its one form, and not zero."""
    if len(data) != SCALAR_SIZE or data == bytes(SCALAR_SIZE):
        return False
    return bindings.crypto_core_ed25519_scalar_reduce(data + bytes(SCALAR_SIZE)) == data


def scalar_sum(first: bytes, second: bytes) -> bytes:
    """Return the sum of two scalars."""
    return bindings.crypto_core_ed25519_scalar_add(first, second)


def scalar_difference(first: bytes, second: bytes) -> bytes:
    """Return the first scalar less the second."""
    return bindings.crypto_core_ed25519_scalar_sub(first, second)


def scalar_product(first: bytes, second: bytes) -> bytes:
    """Return the product of two scalars."""
    return bindings.crypto_core_ed25519_scalar_mul(first, second)


def scalar_inverse(scalar: bytes) -> bytes:
    """Return the inverse of a scalar that is not zero."""
    return bindings.crypto_core_ed25519_scalar_invert(scalar)


def base_times(scalar: bytes) -> bytes:
    """Return the base point times a scalar; raise NoPoint for zero. About 25 µs."""
    try:
        return _SUITE_BYTE + bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
    except SodiumError as error:
        raise NoPoint from error


def point_times(scalar: bytes, point: bytes) -> bytes:
    """Return a point times a scalar; raise NoPoint. About 60 µs."""
    try:
        return _SUITE_BYTE + bindings.crypto_scalarmult_ed25519_noclamp(scalar, point[1:])
    except SodiumError as error:
        raise NoPoint from error


def point_sum(first: bytes, second: bytes) -> bytes:
    """Return the sum of two points; raise NoPoint for bytes that are none."""
    try:
        return _SUITE_BYTE + bindings.crypto_core_ed25519_add(first[1:], second[1:])
    except SodiumError as error:
        raise NoPoint from error


def point_difference(first: bytes, second: bytes) -> bytes:
    """Return the first point less the second; raise NoPoint for bytes that are none."""
    try:
        return _SUITE_BYTE + bindings.crypto_core_ed25519_sub(first[1:], second[1:])
    except SodiumError as error:
        raise NoPoint from error
