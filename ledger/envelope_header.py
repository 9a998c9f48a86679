"""The header of an envelope: the deliverer seals to it, the chaincode rebuilds it, all check it.

An envelope is sealed in two steps, so that nothing is bound in a circle:

    preamble = [version, suite, genesis_hash, line, product, product_version, purpose, fields,
                consent, matter, sid, retention_until_ms, user, receiving_key, channel, chunk_size,
                [[right, key] …], committee, source, key_commitment]
    preamble_hash = H(qc/envelope-preamble/v1, preamble)    sealed into every chunk with its index
    header = [preamble, cipher_root, size, content_commitment]
    header_hash = H(qc/envelope/v1, header)                 wrapped for each recipient with the key

A line of group or non-personal data has no consent, matter or sid (null), and retention 0 where
nothing has to be erased. `committee` is the epoch of the supervisors' key among the recipients, 0
where they have no wrap. `source` is a salted commitment to the envelope that a person carried this
content from, null where the deliverer made it.
"""

from dataclasses import dataclass

from ledger import shape
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, require
from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE, tagged_hash

VERSION = 1
LIBSODIUM_SUITE = 0x01
"""XChaCha20-Poly1305 secretstream, BLAKE2b and derandomised X25519 sealed boxes."""

KEM_KEY_SIZE = 33
"""Suite byte and 32 bytes of X25519 key."""
WRAP_SIZE = 112
"""Ephemeral key 32, content key 32, header hash 32, authentication tag 16."""
RECIPIENTS_MAX = 8
"""Checked before any key operation: thousands of recipients must not exhaust whoever opens."""
CHUNK_SIZE_MIN = 1_024
CHUNK_SIZE_MAX = 1_048_576
CHUNK_SIZE_DEFAULT = 65_536
CHUNKS_MAX = 2**20
PRODUCT_VERSION_MAX = 2**32 - 1
PURPOSE_MAX = 2**32 - 1
FIELDS_MAX = 2**64 - 1
RIGHT_MAX = 255
COMMITTEE_EPOCH_MAX = 2**32 - 1
HEADER_SIZE_MAX = 2_048

_PREAMBLE_TAG = b"qc/envelope-preamble/v1"
_HEADER_TAG = b"qc/envelope/v1"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who can open the envelope: the number of the right and the 33-byte key of the wrap."""

    right: int
    key: bytes


@dataclass(frozen=True, slots=True)
class EnvelopePreamble:
    """What is known before the content is sealed. Ids are 32 bytes, `sid` is a 33-byte key."""

    genesis_hash: bytes
    line: bytes
    product: bytes
    product_version: int
    purpose: int
    fields: int
    """Bitmap over the fields of the product version; bit i is field i."""
    consent: bytes | None
    matter: bytes | None
    sid: bytes | None
    retention_until_ms: int
    user: bytes
    receiving_key: bytes
    channel: bytes
    chunk_size: int
    recipients: tuple[Recipient, ...]
    """In ascending order of right, then key."""
    committee: int
    """Epoch of the supervisors' committee whose key is among the recipients; 0: none is."""
    source: bytes | None
    """Salted commitment to the person's own envelope that this one was carried from, if any."""
    key_commitment: bytes

    def to_value(self) -> Value:
        """Return the preamble as a canonical value."""
        return [
            VERSION,
            LIBSODIUM_SUITE,
            self.genesis_hash,
            self.line,
            self.product,
            self.product_version,
            self.purpose,
            self.fields,
            self.consent,
            self.matter,
            self.sid,
            self.retention_until_ms,
            self.user,
            self.receiving_key,
            self.channel,
            self.chunk_size,
            [[recipient.right, recipient.key] for recipient in self.recipients],
            self.committee,
            self.source,
            self.key_commitment,
        ]

    def hash(self) -> bytes:
        """Return the hash that the stream key and every chunk's associated data bind."""
        return tagged_hash(_PREAMBLE_TAG, encode(self.to_value()))


@dataclass(frozen=True, slots=True)
class EnvelopeHeader:
    """The whole header. `size` is the content in bytes, `cipher_root` covers the sealed chunks."""

    preamble: EnvelopePreamble
    cipher_root: bytes
    size: int
    content_commitment: bytes

    def to_value(self) -> Value:
        """Return the header as a canonical value."""
        return [self.preamble.to_value(), self.cipher_root, self.size, self.content_commitment]

    def encoded(self) -> bytes:
        """Return the canonical bytes, at most HEADER_SIZE_MAX."""
        return encode(self.to_value())

    def hash(self) -> bytes:
        """Return the hash that the user acknowledges and every wrap binds."""
        return tagged_hash(_HEADER_TAG, self.encoded())


def chunk_count(size: int, chunk_size: int) -> int:
    """Return how many chunks hold `size` bytes; empty content has one chunk, the final one."""
    return max(1, -(-size // chunk_size))


def decode_envelope_header(data: bytes) -> EnvelopeHeader:
    """Return the header of strict canonical bytes, or refuse with E006."""
    preamble, cipher_root, size, content = shape.array(
        decode(data, size_max=HEADER_SIZE_MAX), 4, "envelope"
    )
    header = EnvelopeHeader(
        preamble=_preamble(preamble),
        cipher_root=shape.hash32(cipher_root, "envelope.cipher_root"),
        size=shape.unsigned(size, "envelope.size"),
        content_commitment=shape.hash32(content, "envelope.content_commitment"),
    )
    require_sound_header(header)
    return header


def require_sound_header(header: EnvelopeHeader) -> None:
    """Refuse (E006) chunks out of bounds, and recipients repeated, too many or in another order."""
    preamble = header.preamble
    require(
        CHUNK_SIZE_MIN <= preamble.chunk_size <= CHUNK_SIZE_MAX, Code.SCHEMA, "envelope.chunk_size"
    )
    chunks = chunk_count(header.size, preamble.chunk_size)
    require(chunks <= CHUNKS_MAX, Code.SCHEMA, "envelope.size")
    rows = [(recipient.right, recipient.key) for recipient in preamble.recipients]
    require(0 < len(rows) <= RECIPIENTS_MAX, Code.SCHEMA, "envelope.recipients")
    require(rows == sorted(set(rows)), Code.SCHEMA, "envelope.recipients")


def _preamble(value: Value) -> EnvelopePreamble:
    parts = shape.array(value, 20, "envelope")
    shape.constant(parts[0], VERSION, "envelope.version")
    shape.constant(parts[1], LIBSODIUM_SUITE, "envelope.suite")
    return EnvelopePreamble(
        genesis_hash=shape.hash32(parts[2], "envelope.genesis_hash"),
        line=shape.hash32(parts[3], "envelope.line"),
        product=shape.hash32(parts[4], "envelope.product"),
        product_version=shape.unsigned(parts[5], "envelope.product_version", PRODUCT_VERSION_MAX),
        purpose=shape.unsigned(parts[6], "envelope.purpose", PURPOSE_MAX),
        fields=shape.unsigned(parts[7], "envelope.fields", FIELDS_MAX),
        consent=_optional(parts[8], "envelope.consent", HASH_SIZE),
        matter=_optional(parts[9], "envelope.matter", HASH_SIZE),
        sid=_optional(parts[10], "envelope.sid", PUBLIC_KEY_SIZE),
        retention_until_ms=shape.unsigned(parts[11], "envelope.retention_until_ms"),
        user=shape.hash32(parts[12], "envelope.user"),
        receiving_key=shape.byte_string(parts[13], "envelope.receiving_key", KEM_KEY_SIZE),
        channel=shape.hash32(parts[14], "envelope.channel"),
        chunk_size=shape.unsigned(parts[15], "envelope.chunk_size"),
        recipients=tuple(
            _recipient(row)
            for row in shape.array_up_to(parts[16], RECIPIENTS_MAX, "envelope.recipients")
        ),
        committee=shape.unsigned(parts[17], "envelope.committee", COMMITTEE_EPOCH_MAX),
        source=_optional(parts[18], "envelope.source", HASH_SIZE),
        key_commitment=shape.hash32(parts[19], "envelope.key_commitment"),
    )


def _recipient(value: Value) -> Recipient:
    right, key = shape.array(value, 2, "envelope.recipients")
    return Recipient(
        shape.unsigned(right, "envelope.recipients.right", RIGHT_MAX),
        shape.byte_string(key, "envelope.recipients.key", KEM_KEY_SIZE),
    )


def _optional(value: Value, field: str, size: int) -> bytes | None:
    return None if value is None else shape.byte_string(value, field, size)
