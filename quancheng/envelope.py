"""Envelopes: content sealed once under one key, in constant memory, for all right holders.

Each chunk is one message of libsodium's secretstream (XChaCha20-Poly1305) whose associated data is
preamble hash ‖ chunk index (u64). Exactly one chunk carries the FINAL tag, the last. The library
alone accepts chunks after FINAL and says nothing at the end of input; the count of chunks follows
from the header, so both are refused here.
"""

from collections.abc import Iterator
from typing import BinaryIO

from nacl import bindings, exceptions

from ledger.envelope_header import (
    CHUNKS_MAX,
    EnvelopeHeader,
    EnvelopePreamble,
    chunk_count,
    require_sound_header,
)
from ledger.refusal import Code, Refused, require
from quancheng.cipher_tree import (
    STREAM_HEADER_SIZE,
    CipherRoot,
    ContentSource,
    read_fully,
    read_pieces,
)
from quancheng.envelope_keys import (
    SALT_SIZE,
    content_commitment_key_of,
    content_hasher,
    key_commitment_of,
    stream_key_of,
)

_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def seal(
    preamble: EnvelopePreamble,
    content_key: bytes,
    source: ContentSource,
    target: BinaryIO,
    salt: bytes | None = None,
) -> EnvelopeHeader:
    """Write the ciphertext of a content and return its header.

    `content_key` is fresh, is sealed with only once, and is the one that the preamble commits to.
    `salt` is the one with which a computed content begins (`quancheng.computed`). Refuses (E508) a
    content of more than CHUNKS_MAX chunks; what was written to `target` is then to be thrown away.
    Memory: two chunks.
    """
    assert key_commitment_of(content_key) == preamble.key_commitment
    sealer = _Sealer(preamble, content_key, target, salt)
    chunk = read_fully(source, preamble.chunk_size)
    while following := read_fully(source, preamble.chunk_size):
        sealer.add(chunk, _MESSAGE)
        chunk = following
    sealer.add(chunk, _FINAL)
    header = sealer.header()
    require_sound_header(header)
    return header


def open_sealed(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, target: BinaryIO
) -> None:
    """Write the content of a ciphertext that is exactly the header's, or refuse (E505).

    After a refusal, throw away what stands in `target`.
    """
    target.writelines(opened_chunks(header, content_key, source))


def opened_chunks(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, *, computed: bool = False
) -> Iterator[bytes]:
    """Yield the content of a ciphertext that is exactly the header's, or refuse (E505).

    Memory: one chunk. Each chunk is authentic when it is yielded, the whole only after the last.
    A computed content is compared under the salt with which it begins.
    """
    require_sound_header(header)
    committed = key_commitment_of(content_key) == header.preamble.key_commitment
    require(committed, Code.ENVELOPE_MISMATCH, "key_commitment")
    opener = _Opener(header, content_key, computed=computed)
    for piece in read_pieces(source, header.preamble.chunk_size):
        yield opener.opened(piece)
    opener.finish()


class _Sealer:
    def __init__(
        self,
        preamble: EnvelopePreamble,
        content_key: bytes,
        target: BinaryIO,
        salt: bytes | None,
    ) -> None:
        self._preamble = preamble
        self._preamble_hash = preamble.hash()
        own_key = content_commitment_key_of(content_key, self._preamble_hash)
        self._content = content_hasher(own_key if salt is None else salt)
        self._root = CipherRoot(preamble.chunk_size)
        self._target = target
        self._index = 0
        self._size = 0
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        key = stream_key_of(content_key, self._preamble_hash)
        self._write(bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key))

    def add(self, chunk: bytes, tag: int) -> None:
        require(self._index < CHUNKS_MAX, Code.OUTPUT_TOO_LARGE, "content")
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(
            self._state, chunk, _associated_data(self._preamble_hash, self._index), tag
        )
        self._content.update(chunk)
        self._size += len(chunk)
        self._index += 1
        self._write(sealed)

    def header(self) -> EnvelopeHeader:
        return EnvelopeHeader(
            self._preamble, self._root.finish(), self._size, self._content.digest()
        )

    def _write(self, data: bytes) -> None:
        self._root.update(data)
        self._target.write(data)


class _Opener:
    def __init__(self, header: EnvelopeHeader, content_key: bytes, *, computed: bool) -> None:
        self._header = header
        self._computed = computed
        self._preamble_hash = header.preamble.hash()
        self._count = chunk_count(header.size, header.preamble.chunk_size)
        self._stream_key = stream_key_of(content_key, self._preamble_hash)
        self._content = content_hasher(content_commitment_key_of(content_key, self._preamble_hash))
        self._root = CipherRoot(header.preamble.chunk_size)
        self._index = 0
        self._size = 0
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()

    def opened(self, piece: bytes) -> bytes:
        require(self._index < self._count, Code.ENVELOPE_MISMATCH, "ciphertext.surplus")
        self._root.update(piece)
        chunk, tag = self._pull(self._sealed_chunk(piece))
        expected = _FINAL if self._index == self._count - 1 else _MESSAGE
        require(tag == expected, Code.ENVELOPE_MISMATCH, f"chunks[{self._index}].tag")
        if self._computed and self._index == 0:
            require(len(chunk) >= SALT_SIZE, Code.ENVELOPE_MISMATCH, "salt")
            self._content = content_hasher(chunk[:SALT_SIZE])
        self._content.update(chunk)
        self._size += len(chunk)
        self._index += 1
        return chunk

    def finish(self) -> None:
        header = self._header
        require(self._index == self._count, Code.ENVELOPE_MISMATCH, "ciphertext.truncated")
        require(self._size == header.size, Code.ENVELOPE_MISMATCH, "size")
        require(self._root.finish() == header.cipher_root, Code.ENVELOPE_MISMATCH, "cipher_root")
        digest = self._content.digest()
        require(digest == header.content_commitment, Code.ENVELOPE_MISMATCH, "content_commitment")

    def _sealed_chunk(self, piece: bytes) -> bytes:
        if self._index > 0:
            return piece
        require(len(piece) >= STREAM_HEADER_SIZE, Code.ENVELOPE_MISMATCH, "stream_header")
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(
            self._state, piece[:STREAM_HEADER_SIZE], self._stream_key
        )
        return piece[STREAM_HEADER_SIZE:]

    def _pull(self, sealed: bytes) -> tuple[bytes, int]:
        associated_data = _associated_data(self._preamble_hash, self._index)
        try:
            return bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, sealed, associated_data
            )
        except (exceptions.RuntimeError, exceptions.ValueError) as error:
            raise Refused(Code.ENVELOPE_MISMATCH, f"chunks[{self._index}]") from error


def _associated_data(preamble_hash: bytes, index: int) -> bytes:
    return preamble_hash + index.to_bytes(8, "big")
