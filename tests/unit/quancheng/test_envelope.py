"""An envelope opens to exactly what was sealed, for its right holders only, or is refused."""

import dataclasses
import hashlib
import io
import resource
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings
from typing_extensions import Buffer

from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader
from ledger.refusal import Code, Refused
from quancheng.cipher_tree import (
    STREAM_HEADER_SIZE,
    CipherRoot,
    cipher_root_of,
    ciphertext_size,
    piece_hash,
    piece_offset,
    read_pieces,
)
from quancheng.envelope import open_sealed, seal
from quancheng.envelope_files import open_to_file
from quancheng.envelope_keys import stream_key_of
from tests.unit.quancheng.envelopes import CONTENT_KEY, PIECE, preamble_for, sealed


def opened(header: EnvelopeHeader, ciphertext: bytes, content_key: bytes = CONTENT_KEY) -> bytes:
    """Open a ciphertext and return its content."""
    target = io.BytesIO()
    open_sealed(header, content_key, io.BytesIO(ciphertext), target)
    return target.getvalue()


def refused_field(
    header: EnvelopeHeader, ciphertext: bytes, content_key: bytes = CONTENT_KEY
) -> str:
    """Open what must be refused with E505 and return the field."""
    with pytest.raises(Refused) as caught:
        opened(header, ciphertext, content_key)
    assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH
    return caught.value.refusal.field


@settings(deadline=None)
@given(st.integers(0, 4 * CHUNK_SIZE_MIN), st.binary(min_size=1, max_size=8))
def test_what_is_sealed_is_what_opens(size: int, pattern: bytes) -> None:
    """For every size, also around chunk borders, content and stated sizes agree."""
    content = (pattern * (size // len(pattern) + 1))[:size]
    header, ciphertext = sealed(content)
    assert opened(header, ciphertext) == content
    assert header.size == size
    assert len(ciphertext) == ciphertext_size(size, CHUNK_SIZE_MIN)
    assert cipher_root_of(io.BytesIO(ciphertext), CHUNK_SIZE_MIN) == header.cipher_root


@pytest.mark.parametrize("size", [0, CHUNK_SIZE_MIN - 1, CHUNK_SIZE_MIN, 3 * CHUNK_SIZE_MIN])
def test_every_flipped_byte_is_refused(size: int) -> None:
    """No single byte of the ciphertext can change: all near borders, and a sample between."""
    header, ciphertext = sealed(b"\x5a" * size)
    borders = {0, len(ciphertext) - 1, STREAM_HEADER_SIZE - 1, STREAM_HEADER_SIZE}
    borders |= {piece_offset(i, CHUNK_SIZE_MIN) + d for i in range(1, 4) for d in (-1, 0, 1)}
    positions = {p for p in borders | set(range(0, len(ciphertext), 97)) if p < len(ciphertext)}
    for position in sorted(positions):
        altered = bytearray(ciphertext)
        altered[position] ^= 0x80
        refused_field(header, bytes(altered))


def pieces_of(ciphertext: bytes) -> list[bytes]:
    """Cut a ciphertext into its pieces."""
    return list(read_pieces(io.BytesIO(ciphertext), CHUNK_SIZE_MIN))


def test_dropped_repeated_and_reordered_chunks_are_refused() -> None:
    """Four full chunks: every single removal, repetition and exchange of neighbours fails."""
    header, ciphertext = sealed(bytes(4 * CHUNK_SIZE_MIN))
    pieces = pieces_of(ciphertext)
    assert len(pieces) == 4
    for index in range(4):
        refused_field(header, b"".join(pieces[:index] + pieces[index + 1 :]))
        refused_field(header, b"".join(pieces[: index + 1] + pieces[index:]))
    for index in range(1, 3):
        changed = [*pieces]
        changed[index], changed[index + 1] = changed[index + 1], changed[index]
        assert refused_field(header, b"".join(changed)) == f"chunks[{index}]"


def test_truncation_and_surplus_are_refused() -> None:
    """Bytes missing at any place of the end, and any bytes after the final chunk."""
    header, ciphertext = sealed(bytes(2 * CHUNK_SIZE_MIN))
    for kept in (0, 1, STREAM_HEADER_SIZE, STREAM_HEADER_SIZE + PIECE, len(ciphertext) - 1):
        refused_field(header, ciphertext[:kept])
    assert refused_field(header, ciphertext[: STREAM_HEADER_SIZE + PIECE]) == "ciphertext.truncated"
    for surplus in (b"\0", bytes(PIECE)):
        assert refused_field(header, ciphertext + surplus) == "ciphertext.surplus"


def resealed_with_tags(content: bytes, tags: list[int]) -> tuple[EnvelopeHeader, bytes]:
    """Seal as a dishonest deliverer does: valid chunks and root, but the given tags."""
    header, _ = sealed(content)
    preamble_hash = header.preamble.hash()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    key = stream_key_of(CONTENT_KEY, preamble_hash)
    ciphertext = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    for index, tag in enumerate(tags):
        chunk = content[index * CHUNK_SIZE_MIN : (index + 1) * CHUNK_SIZE_MIN]
        data = preamble_hash + index.to_bytes(8, "big")
        ciphertext += bindings.crypto_secretstream_xchacha20poly1305_push(state, chunk, data, tag)
    root = cipher_root_of(io.BytesIO(ciphertext), CHUNK_SIZE_MIN)
    return dataclasses.replace(header, cipher_root=root), ciphertext


def test_exactly_the_last_chunk_is_final() -> None:
    """The stream cipher accepts other tags; the envelope does not, even under a matching root."""
    message = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
    final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
    content = bytes(2 * CHUNK_SIZE_MIN)
    assert opened(*resealed_with_tags(content, [message, final])) == content
    for tags, index in (([message, message], 1), ([final, final], 0), ([final, message], 0)):
        assert refused_field(*resealed_with_tags(content, tags)) == f"chunks[{index}].tag"


def test_a_second_content_under_another_key_is_refused() -> None:
    """Neither another key nor another key's ciphertext passes for the header."""
    header, _ = sealed(b"first")
    other_key = b"\x22" * 32
    other_header, other = sealed(b"other", other_key)
    assert refused_field(header, other, other_key) == "key_commitment"
    assert refused_field(header, other) == "chunks[0]"
    mixed = dataclasses.replace(header, cipher_root=other_header.cipher_root)
    assert refused_field(mixed, other, other_key) == "key_commitment"


def test_a_second_content_under_the_same_key_is_refused() -> None:
    """The root names one ciphertext, the content commitment one content."""
    header, ciphertext = sealed(b"first")
    other_header, other = sealed(b"other")
    assert refused_field(header, other) == "cipher_root"
    moved = dataclasses.replace(header, cipher_root=other_header.cipher_root)
    assert refused_field(moved, other) == "content_commitment"
    shorter = dataclasses.replace(header, size=header.size - 1)
    assert refused_field(shorter, ciphertext) == "size"


def test_another_preamble_opens_nothing() -> None:
    """A ciphertext cannot be moved to another line: every chunk binds the preamble."""
    header, ciphertext = sealed(b"content")
    moved = dataclasses.replace(header.preamble, line=b"\xff" * 32)
    assert refused_field(dataclasses.replace(header, preamble=moved), ciphertext) == "chunks[0]"


class Zeros(io.BytesIO):
    """A source of many zero bytes that are never in memory together, given out in odd portions."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = size

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most 50,000 bytes, as a socket would."""
        assert size is not None
        portion = min(size, self._left, 50_000)
        self._left -= portion
        return bytes(portion)


class Digest(io.BytesIO):
    """A target that only hashes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.hash = hashlib.sha256()

    def write(self, data: Buffer, /) -> int:
        """Hash the bytes."""
        self.hash.update(data)
        return memoryview(data).nbytes

    def writelines(self, lines: Iterable[Buffer], /) -> None:
        """Hash the bytes of each, as a raw file writes them."""
        for line in lines:
            self.write(line)


def test_memory_stays_constant(tmp_path: Path) -> None:
    """Sealing and opening 32 MiB, short reads included, grows the process by less than 8 MiB."""
    size = 32 * 1024 * 1024
    preamble = preamble_for(CONTENT_KEY, 65_536)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (tmp_path / "cipher").open("wb") as target:
        header = seal(preamble, CONTENT_KEY, Zeros(size), target)
    digest = Digest()
    with (tmp_path / "cipher").open("rb") as source:
        open_sealed(header, CONTENT_KEY, source, digest)
    grown_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert header.size == size
    assert digest.hash.digest() == hashlib.sha256(bytes(size)).digest()
    assert grown_kilobytes < 8 * 1024


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_the_root_does_not_depend_on_portions(data: st.DataObject) -> None:
    """However a ciphertext arrives, root, piece hashes and size are the same."""
    _, ciphertext = sealed(bytes(3 * CHUNK_SIZE_MIN + 5))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(ciphertext)), max_size=6)))
    hashes: list[bytes] = []
    root = CipherRoot(CHUNK_SIZE_MIN, hashes.append)
    for start, end in zip([0, *cuts], [*cuts, len(ciphertext)], strict=True):
        root.update(ciphertext[start:end])
    assert root.finish() == cipher_root_of(io.BytesIO(ciphertext), CHUNK_SIZE_MIN)
    assert root.size == len(ciphertext)
    assert hashes == [piece_hash(piece) for piece in pieces_of(ciphertext)]


@pytest.fixture
def envelope() -> tuple[EnvelopeHeader, bytes]:
    """Seal an envelope of three chunks."""
    return sealed(b"x" * (2 * CHUNK_SIZE_MIN + 1))


def test_a_refused_envelope_leaves_no_file(
    envelope: tuple[EnvelopeHeader, bytes], tmp_path: Path
) -> None:
    """Although the first chunks are authentic, nothing stands on disk after a refusal."""
    header, ciphertext = envelope
    with pytest.raises(Refused):
        open_to_file(header, CONTENT_KEY, io.BytesIO(ciphertext[:-1]), tmp_path / "content")
    assert list(tmp_path.iterdir()) == []
    open_to_file(header, CONTENT_KEY, io.BytesIO(ciphertext), tmp_path / "content")
    assert (tmp_path / "content").stat().st_size == header.size
