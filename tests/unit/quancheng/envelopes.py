"""Envelopes for tests: a preamble that fits a key, and a content sealed in small chunks."""

import io

from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader, EnvelopePreamble, Recipient
from quancheng.cipher_tree import CHUNK_OVERHEAD
from quancheng.envelope import seal
from quancheng.envelope_keys import key_commitment_of
from quancheng.kem import kem_key_of

CONTENT_KEY = b"\x11" * 32
PIECE = CHUNK_SIZE_MIN + CHUNK_OVERHEAD
RECIPIENTS = tuple(Recipient(right, kem_key_of(bytes([right]) * 32)) for right in (1, 5, 6))


def preamble_for(content_key: bytes, chunk_size: int = CHUNK_SIZE_MIN) -> EnvelopePreamble:
    """Return a preamble that belongs to a content key."""
    return EnvelopePreamble(
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
        receiving_key=RECIPIENTS[-1].key,
        channel=b"\x09" * 32,
        chunk_size=chunk_size,
        recipients=RECIPIENTS,
        committee=0,
        source=None,
        key_commitment=key_commitment_of(content_key),
    )


def sealed(content: bytes, content_key: bytes = CONTENT_KEY) -> tuple[EnvelopeHeader, bytes]:
    """Seal a content in small chunks; return header and ciphertext."""
    target = io.BytesIO()
    header = seal(preamble_for(content_key), content_key, io.BytesIO(content), target)
    return header, target.getvalue()
