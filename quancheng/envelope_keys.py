"""The keys of one envelope: a random content key and what keyed BLAKE2b (RFC 7693) makes of it.

The stream key and the content-commitment key bind the preamble, so that a content key used with
another preamble opens nothing. The key commitment stands in the preamble itself; without it a
Poly1305 ciphertext can have two keys that both open it (Albertini et al., "How to Abuse and Fix
Authenticated Encryption Without Key Commitment", USENIX Security 2022).
"""

import hashlib
import secrets
from typing import Protocol

CONTENT_KEY_SIZE = 32
SALT_SIZE = 32
"""Bytes of the salt with which a computed content begins."""

_STREAM_LABEL = b"qc/envelope-stream/v1"
_CONTENT_LABEL = b"qc/envelope-content/v1"
_COMMITMENT_LABEL = b"qc/envelope-key-commitment/v1"
_WRAP_LABEL = b"qc/envelope-wrap/v1"


class Hasher(Protocol):
    """A hash that takes bytes piece by piece."""

    def update(self, data: bytes, /) -> None:
        """Take the next bytes."""

    def digest(self) -> bytes:
        """Return the hash of all bytes taken."""


def new_content_key() -> bytes:
    """Return a fresh content key; one for each envelope, never used twice."""
    return secrets.token_bytes(CONTENT_KEY_SIZE)


def key_commitment_of(content_key: bytes) -> bytes:
    """Return the 32 bytes that let nobody show another key for the same envelope."""
    return _derived(content_key, _COMMITMENT_LABEL)


def stream_key_of(content_key: bytes, preamble_hash: bytes) -> bytes:
    """Return the key of the stream cipher."""
    return _derived(content_key, _STREAM_LABEL + preamble_hash)


def content_commitment_key_of(content_key: bytes, preamble_hash: bytes) -> bytes:
    """Return the key of the content commitment, with which others check it and open nothing."""
    return _derived(content_key, _CONTENT_LABEL + preamble_hash)


def content_hasher(commitment_key: bytes) -> Hasher:
    """Return the hasher of the content commitment; keyed, so that guessing is of no use."""
    return hashlib.blake2b(digest_size=32, key=commitment_key)


def wrap_secret_of(content_key: bytes, header_hash: bytes, recipient_key: bytes) -> bytes:
    """Return the ephemeral secret of a wrap, the same for everybody who knows the content key."""
    return _derived(content_key, _WRAP_LABEL + header_hash + recipient_key)


def _derived(content_key: bytes, data: bytes) -> bytes:
    assert len(content_key) == CONTENT_KEY_SIZE
    return hashlib.blake2b(data, digest_size=32, key=content_key).digest()
