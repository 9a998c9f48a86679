"""Wraps: the content key sealed for each right holder; who opened one recomputes them all.

A wrap is a libsodium sealed box of content key ‖ header hash, 112 bytes: ephemeral key ‖ box. The
ephemeral secret is not random but derived from content key, header hash and recipient. So the user
proves to itself, before it signs a receipt, that the person's wrap and the supervisors' hold the
same key as its own; a stock sealed box still opens it.
"""

import hashlib
from collections.abc import Mapping

from nacl import bindings, exceptions

from chaincode.rights import Right
from ledger import suites
from ledger.envelope_header import WRAP_SIZE, EnvelopeHeader, Recipient, require_sound_header
from ledger.refusal import Code, Refused, require
from quancheng.envelope_keys import CONTENT_KEY_SIZE, key_commitment_of, wrap_secret_of
from quancheng.envelope_supervision import make_supervision_wrap
from quancheng.kem import PUBLIC_SIZE, kem_key_of

_SUITE_BYTE = bytes([suites.ED25519_SHA256])
_NONCE_SIZE = bindings.crypto_box_NONCEBYTES


def make_wrap(content_key: bytes, header_hash: bytes, recipient_key: bytes) -> bytes:
    """Return the 112-byte wrap for an envelope key; refuse (E106) a bad key. About 60 µs."""
    require(
        len(recipient_key) == PUBLIC_SIZE and recipient_key[:1] == _SUITE_BYTE,
        Code.BAD_KEY,
        "recipient",
    )
    public_key = recipient_key[1:]
    ephemeral_secret = wrap_secret_of(content_key, header_hash, recipient_key)
    ephemeral_key = bindings.crypto_scalarmult_base(ephemeral_secret)
    # The nonce of a libsodium sealed box.
    nonce = hashlib.blake2b(ephemeral_key + public_key, digest_size=_NONCE_SIZE).digest()
    try:
        box = bindings.crypto_box_easy(
            content_key + header_hash, nonce, public_key, ephemeral_secret
        )
    except exceptions.CryptoError as error:
        raise Refused(Code.BAD_KEY, "recipient") from error
    return ephemeral_key + box


def wrap_for(content_key: bytes, header_hash: bytes, recipient: Recipient) -> bytes:
    """Return the wrap of a recipient of a header: the supervisors' key is of its own kind."""
    make = make_supervision_wrap if recipient.right == Right.WATCH else make_wrap
    return make(content_key, header_hash, recipient.key)


def open_wrap(header: EnvelopeHeader, wrap: bytes, secret: bytes) -> bytes:
    """Return the content key of one's own wrap; refuse (E506) what is not the header's.

    The header is checked first, so that no key operation is spent on an unsound one. About 40 µs.
    """
    require_sound_header(header)
    require(len(wrap) == WRAP_SIZE, Code.BAD_WRAP, "wrap")
    public_key = kem_key_of(secret)[1:]
    try:
        opened = bindings.crypto_box_seal_open(wrap, public_key, secret)
    except exceptions.CryptoError as error:
        raise Refused(Code.BAD_WRAP, "wrap") from error
    content_key, header_hash = opened[:CONTENT_KEY_SIZE], opened[CONTENT_KEY_SIZE:]
    require(header_hash == header.hash(), Code.BAD_WRAP, "wrap.header_hash")
    committed = key_commitment_of(content_key) == header.preamble.key_commitment
    require(committed, Code.BAD_WRAP, "wrap.key_commitment")
    return content_key


def require_same_key(
    header: EnvelopeHeader, content_key: bytes, wraps: Mapping[Recipient, bytes]
) -> None:
    """Refuse (E506) wraps that are not exactly those of the header's recipients and this key.

    Costs one wrap for each recipient, at most RECIPIENTS_MAX.
    """
    require_sound_header(header)
    recipients = header.preamble.recipients
    require(sorted(wraps, key=_order) == list(recipients), Code.BAD_WRAP, "wraps")
    header_hash = header.hash()
    for index, recipient in enumerate(recipients):
        expected = wrap_for(content_key, header_hash, recipient)
        require(wraps[recipient] == expected, Code.BAD_WRAP, f"wraps[{index}]")


def differing_wraps(
    header: EnvelopeHeader, content_key: bytes, wraps: Mapping[Recipient, bytes]
) -> tuple[Recipient, ...]:
    """Return the recipients among these wraps whose wrap is not that of this header and key."""
    require_sound_header(header)
    header_hash = header.hash()
    return tuple(
        recipient
        for recipient, wrap in sorted(wraps.items(), key=lambda item: _order(item[0]))
        if wrap != wrap_for(content_key, header_hash, recipient)
    )


def _order(recipient: Recipient) -> tuple[int, bytes]:
    return recipient.right, recipient.key
