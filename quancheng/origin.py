"""Origin: which envelope a carried content was taken from, told to its user alone.

A carried content begins with its origin, canonical CBOR of ORIGIN_SIZE bytes:

    [version, asset, salt, content commitment key]

The chain has only `source`, keyed BLAKE2b of the asset under the salt, so that nobody else links
the two matters of one person. With the content commitment key the user computes the commitment that
the holder's side put on chain for the source; the key opens nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass

from ledger import shape
from ledger.encoding import decode, encode
from ledger.envelope_header import EnvelopeHeader
from quancheng.envelope_keys import content_commitment_key_of

VERSION = 1
ORIGIN_SIZE = 104
SALT_SIZE = 32

_SOURCE_LABEL = b"qc/envelope-source/v1"


@dataclass(frozen=True, slots=True)
class Origin:
    """The asset that a content stands in, and what it takes to compare the two."""

    asset: bytes
    salt: bytes
    content_commitment_key: bytes

    def encoded(self) -> bytes:
        """Return the ORIGIN_SIZE bytes with which the carried content begins."""
        data = encode([VERSION, self.asset, self.salt, self.content_commitment_key])
        assert len(data) == ORIGIN_SIZE
        return data

    def source(self) -> bytes:
        """Return the commitment that stands in the header and on the chain."""
        data = _SOURCE_LABEL + self.asset
        return hashlib.blake2b(data, digest_size=32, key=self.salt).digest()


def origin_of(
    asset: bytes, header: EnvelopeHeader, content_key: bytes, salt: bytes | None = None
) -> Origin:
    """Return a fresh origin of what stands in an envelope that one opened.

    A computed content was committed to under the salt with which it begins.
    """
    key = salt or content_commitment_key_of(content_key, header.preamble.hash())
    return Origin(asset, secrets.token_bytes(SALT_SIZE), key)


def decode_origin(data: bytes) -> Origin:
    """Return the origin of strict canonical bytes, or refuse with E006."""
    version, asset, salt, key = shape.array(decode(data, size_max=ORIGIN_SIZE), 4, "origin")
    shape.constant(version, VERSION, "origin.version")
    return Origin(
        shape.hash32(asset, "origin.asset"),
        shape.hash32(salt, "origin.salt"),
        shape.hash32(key, "origin.content_commitment_key"),
    )
