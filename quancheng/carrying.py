"""Carrying: a person seals anew what their safe-box holds; the user compares it with its source.

    origin = origin_of(asset, header, content_key)       # of the person's own envelope
    seal_carried(own, origin, preamble, new_key, out)    # preamble.source == origin.source()
    carried = open_carried(header, key, ciphertext, out) # the user
    require_taken_from(carried, source_goods)            # what the chain says of the source

Content passes from one key to the other in memory, chunk by chunk, and never lies open on a disk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chaincode.delivery.consignment import Consignment
from ledger.envelope_header import EnvelopeHeader, EnvelopePreamble
from ledger.refusal import Code, require
from quancheng.envelope import opened_chunks, seal
from quancheng.envelope_keys import content_hasher
from quancheng.origin import ORIGIN_SIZE, Origin, decode_origin


@dataclass(frozen=True, slots=True)
class SafeBoxEnvelope:
    """An envelope of which the person has the key, and its ciphertext."""

    header: EnvelopeHeader
    content_key: bytes
    ciphertext: BinaryIO
    salt: bytes | None = None
    """The salt with which a computed content begins; it stays with what is carried."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a user found in a carried envelope: whose header, from where, and what was in it."""

    header: EnvelopeHeader
    origin: Origin
    size: int
    content_commitment: bytes
    """Of the content under the source's key: to be compared with the source's on chain."""


def seal_carried(
    own: SafeBoxEnvelope,
    origin: Origin,
    preamble: EnvelopePreamble,
    content_key: bytes,
    target: BinaryIO,
) -> EnvelopeHeader:
    """Write the ciphertext for a user and return its header.

    Refuses (E505) a safe-box envelope that is not sound; what was written is then to be thrown
    away.
    """
    assert preamble.source == origin.source()
    computed = own.salt is not None
    chunks = opened_chunks(own.header, own.content_key, own.ciphertext, computed=computed)
    return seal(preamble, content_key, _Joined(origin.encoded(), chunks), target)


def open_carried(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, target: BinaryIO
) -> Carried:
    """Write the content without its origin; refuse (E505) an origin that the header has not.

    After a refusal, throw away what stands in `target`.
    """
    chunks = _Joined(b"", opened_chunks(header, content_key, source))
    origin = decode_origin(chunks.read(ORIGIN_SIZE))
    require(header.preamble.source == origin.source(), Code.ENVELOPE_MISMATCH, "source")
    hasher = content_hasher(origin.content_commitment_key)
    size = 0
    while chunk := chunks.read(header.preamble.chunk_size):
        hasher.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return Carried(header, origin, size, hasher.digest())


def require_taken_from(carried: Carried, source: Consignment) -> None:
    """Refuse (E505) a carried content that is not exactly what the holder's side once sealed.

    `source` is the line of the origin's asset, best read from one's own node. The same product,
    version and fields, so that each bit of the field set means what the order says.
    """
    line, asset = source.line, source.asset
    preamble = carried.header.preamble
    require(source.asset_id == carried.origin.asset, Code.ENVELOPE_MISMATCH, "source.asset")
    # One that was carried itself is the person's word again, not the holder's.
    require(asset.source is None, Code.ENVELOPE_MISMATCH, "source.source")
    named = (line.product, line.product_version, asset.fields)
    expected = (preamble.product, preamble.product_version, preamble.fields)
    require(named == expected, Code.ENVELOPE_MISMATCH, "source.fields")
    require(carried.size == asset.size, Code.ENVELOPE_MISMATCH, "source.size")
    same = carried.content_commitment == asset.content_commitment
    require(same, Code.ENVELOPE_MISMATCH, "source.content_commitment")


class _Joined:
    """Bytes, then the chunks of an opened envelope, read like a file."""

    def __init__(self, first: bytes, chunks: Iterator[bytes]) -> None:
        self._pending = first
        self._chunks = chunks

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, fewer only at the end."""
        pending = bytearray(self._pending)
        while len(pending) < size and (chunk := next(self._chunks, None)) is not None:
            pending += chunk
        self._pending = bytes(pending[size:])
        return bytes(pending[:size])
