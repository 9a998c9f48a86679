"""The supervisors' wrap: the content key sealed to a key that t of n of them use together.

    e = scalar(content key, header hash, P)   E = e·B   K = e·P
    box = ChaCha20-Poly1305(BLAKE2b(label ‖ E ‖ P ‖ K); content key ‖ header hash)
    wrap = E ‖ box, 112 bytes

A hashed ElGamal KEM. e is derived, as in other wraps, so whoever opened one wrap recomputes this
one too. The key of the box serves once, so its nonce is zero.
"""

import hashlib

from nacl import bindings, exceptions

from ledger import suites
from ledger.envelope_header import WRAP_SIZE, EnvelopeHeader, require_sound_header
from ledger.refusal import Code, Refused, require
from quancheng.envelope_keys import CONTENT_KEY_SIZE, key_commitment_of, wrap_secret_of

_EPHEMERAL_TAG = b"qc/supervision-ephemeral/v1"
_BOX_LABEL = b"qc/supervision-box/v1"
_NONCE = bytes(bindings.crypto_aead_chacha20poly1305_ietf_NPUBBYTES)
_POINT_BYTES = suites.POINT_SIZE - 1


def make_supervision_wrap(content_key: bytes, header_hash: bytes, joint_key: bytes) -> bytes:
    """Return the 112-byte wrap for a committee's joint key; refuse (E106) a bad key."""
    require(suites.is_admissible_key(joint_key), Code.BAD_KEY, "recipient")
    secret = suites.hash_to_scalar(
        _EPHEMERAL_TAG, wrap_secret_of(content_key, header_hash, joint_key)
    )
    ephemeral, shared = suites.base_times(secret), suites.point_times(secret, joint_key)
    box = bindings.crypto_aead_chacha20poly1305_ietf_encrypt(
        content_key + header_hash, None, _NONCE, _box_key(ephemeral, joint_key, shared)
    )
    return ephemeral[1:] + box


def ephemeral_of(wrap: bytes) -> bytes:
    """Return E of a wrap as a 33-byte point; refuse (E506) what is no point of the group."""
    require(len(wrap) == WRAP_SIZE, Code.BAD_WRAP, "wrap")
    ephemeral = bytes([suites.ED25519_SHA256]) + wrap[:_POINT_BYTES]
    require(suites.is_admissible_key(ephemeral), Code.BAD_WRAP, "wrap")
    return ephemeral


def open_supervision_wrap(
    header: EnvelopeHeader, wrap: bytes, joint_key: bytes, shared: bytes
) -> bytes:
    """Return the content key of a wrap whose K the members' shares gave; refuse (E506) another."""
    require_sound_header(header)
    key = _box_key(ephemeral_of(wrap), joint_key, shared)
    try:
        opened = bindings.crypto_aead_chacha20poly1305_ietf_decrypt(
            wrap[_POINT_BYTES:], None, _NONCE, key
        )
    except exceptions.CryptoError as error:
        raise Refused(Code.BAD_WRAP, "wrap") from error
    content_key, header_hash = opened[:CONTENT_KEY_SIZE], opened[CONTENT_KEY_SIZE:]
    require(header_hash == header.hash(), Code.BAD_WRAP, "wrap.header_hash")
    committed = key_commitment_of(content_key) == header.preamble.key_commitment
    require(committed, Code.BAD_WRAP, "wrap.key_commitment")
    # The one wrap of this key and header: nothing else may open to it.
    same = make_supervision_wrap(content_key, header_hash, joint_key) == wrap
    require(same, Code.BAD_WRAP, "wrap")
    return content_key


def _box_key(ephemeral: bytes, joint_key: bytes, shared: bytes) -> bytes:
    data = _BOX_LABEL + ephemeral + joint_key + shared
    return hashlib.blake2b(data, digest_size=32).digest()
