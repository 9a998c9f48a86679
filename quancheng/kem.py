"""Envelope keys (KEM): X25519 key pairs (RFC 7748) behind a suite byte, as signing keys.

They are a kind of their own: no signing key opens an envelope, and no envelope key signs.
"""

from nacl import bindings

from ledger import suites

SECRET_SIZE = 32
PUBLIC_SIZE = 33
"""Suite byte and 32 bytes of key."""

_SUITE_BYTE = bytes([suites.ED25519_SHA256])


def kem_key_of(secret: bytes) -> bytes:
    """Return the 33-byte public envelope key of a 32-byte secret."""
    assert len(secret) == SECRET_SIZE
    return _SUITE_BYTE + bindings.crypto_scalarmult_base(secret)
