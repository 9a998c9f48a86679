"""Computed contents: what a job results in, committed to before any envelope is made for it.

    content    = salt (32 bytes) ‖ result
    commitment = keyed BLAKE2b(salt, content)           # `job.result`, and in the envelope's header
    salt       = keyed BLAKE2b(holder's secret, label ‖ id of the answer)

Other contents are committed to under a key of their one envelope. The same answer to the same
question has one commitment for ever, in however many envelopes it is delivered; so its salt follows
from the question, and travels within the content to those who may read it.
"""

import hashlib
import io
from typing import BinaryIO

from ledger.envelope_header import EnvelopeHeader, EnvelopePreamble
from ledger.refusal import Code, require
from quancheng.envelope import opened_chunks, seal
from quancheng.envelope_keys import SALT_SIZE, content_hasher

_SALT_LABEL = b"qc/answer-salt/v1"


def answer_salt(secret: bytes, answer: bytes) -> bytes:
    """Return the salt of the one answer to a question; only its holder can compute it."""
    return hashlib.blake2b(_SALT_LABEL + answer, digest_size=SALT_SIZE, key=secret).digest()


def computed_content(salt: bytes, result: bytes) -> bytes:
    """Return what is sealed of a result."""
    assert len(salt) == SALT_SIZE
    return salt + result


def computed_commitment(content: bytes) -> bytes:
    """Return the commitment that `job.result` and the header have."""
    hasher = content_hasher(content[:SALT_SIZE])
    hasher.update(content)
    return hasher.digest()


def seal_computed(
    preamble: EnvelopePreamble, content_key: bytes, content: bytes, target: BinaryIO
) -> EnvelopeHeader:
    """Write the ciphertext of a computed content and return its header, as `seal` does."""
    salt = content[:SALT_SIZE]
    return seal(preamble, content_key, io.BytesIO(content), target, salt)


def open_computed(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, size_max: int
) -> bytes:
    """Return the result without its salt; refuse (E505) another content, (E508) too large a one."""
    require(header.size <= size_max, Code.OUTPUT_TOO_LARGE, "size")
    target = io.BytesIO()
    write_computed(header, content_key, source, target)
    return target.getvalue()


def write_computed(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, target: BinaryIO
) -> None:
    """Write the result without its salt, or refuse (E505); then throw away what was written."""
    chunks = opened_chunks(header, content_key, source, computed=True)
    target.write(next(chunks)[SALT_SIZE:])
    target.writelines(chunks)


def salt_in(header: EnvelopeHeader, content_key: bytes, source: BinaryIO) -> bytes:
    """Return the salt of a ciphertext that one carries on; the whole is checked while carrying."""
    return next(opened_chunks(header, content_key, source, computed=True))[:SALT_SIZE]
