"""The ciphertext of an envelope: numbered pieces under one root, each checked alone.

ciphertext = stream header (24 bytes) ‖ sealed chunk 0 ‖ sealed chunk 1 ‖ …, each chunk 17 bytes
longer than its content. Piece i is sealed chunk i; piece 0 carries the stream header too. A piece's
hash is H(qc/cipher-piece/v1, piece), and the cipher root is H(qc/cipher/v1 ‖ count ‖ RFC 6962 root
of the piece hashes). Whoever holds the list of piece hashes, 32 bytes for each piece, checks any
range of pieces against the root.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from nacl import bindings

from ledger.envelope_header import CHUNKS_MAX, chunk_count
from ledger.merkle import Frontier
from ledger.refusal import Code, require
from ledger.roots import counted_root
from ledger.suites import tagged_hash

STREAM_HEADER_SIZE = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
CHUNK_OVERHEAD = bindings.crypto_secretstream_xchacha20poly1305_ABYTES

_ROOT_TAG = b"qc/cipher/v1"
_PIECE_TAG = b"qc/cipher-piece/v1"


class ContentSource(Protocol):
    """What bytes are read from: a file, or anything that reads like one."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none only at the end."""


def ciphertext_size(size: int, chunk_size: int) -> int:
    """Return the bytes of ciphertext that hold `size` bytes of content."""
    return STREAM_HEADER_SIZE + size + CHUNK_OVERHEAD * chunk_count(size, chunk_size)


def piece_offset(index: int, chunk_size: int) -> int:
    """Return the byte at which a piece starts, where an interrupted transfer resumes."""
    return 0 if index == 0 else STREAM_HEADER_SIZE + index * (chunk_size + CHUNK_OVERHEAD)


def read_pieces(source: BinaryIO, chunk_size: int) -> Iterator[bytes]:
    """Cut a ciphertext into its pieces, one in memory; only the last one may be short."""
    wanted = STREAM_HEADER_SIZE + chunk_size + CHUNK_OVERHEAD
    while piece := read_fully(source, wanted):
        yield piece
        wanted = chunk_size + CHUNK_OVERHEAD


def read_fully(source: ContentSource, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end: raw files and sockets may return short reads."""
    data = source.read(size)
    while len(data) < size:
        more = source.read(size - len(data))
        if not more:
            break
        data += more
    return data


def piece_hash(piece: bytes) -> bytes:
    """Return the hash of a piece, the leaf of the tree."""
    return tagged_hash(_PIECE_TAG, piece)


def root_of_frontier(frontier: Frontier) -> bytes:
    """Return the cipher root of the piece hashes that were appended to a frontier."""
    return counted_root(_ROOT_TAG, frontier.size, frontier.root())


class CipherRoot:
    """The root of a ciphertext that passes by in blocks of any size, in constant memory."""

    def __init__(self, chunk_size: int, on_hash: Callable[[bytes], object] | None = None) -> None:
        self._piece_size = chunk_size + CHUNK_OVERHEAD
        self._pending = bytearray()
        self._wanted = STREAM_HEADER_SIZE + self._piece_size
        self._frontier = Frontier()
        self._on_hash = on_hash
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take the next bytes; refuse (E508) more than CHUNKS_MAX pieces."""
        self.size += len(data)
        self._pending += data
        while len(self._pending) >= self._wanted:
            self._add_piece(bytes(self._pending[: self._wanted]))
            del self._pending[: self._wanted]
            self._wanted = self._piece_size

    def finish(self) -> bytes:
        """Return the root of all bytes taken. Nothing may follow."""
        if self._pending:
            self._add_piece(bytes(self._pending))
            self._pending.clear()
        return root_of_frontier(self._frontier)

    def _add_piece(self, piece: bytes) -> None:
        require(self._frontier.size < CHUNKS_MAX, Code.OUTPUT_TOO_LARGE, "ciphertext")
        leaf = piece_hash(piece)
        self._frontier = self._frontier.append(leaf)
        if self._on_hash is not None:
            self._on_hash(leaf)


def cipher_root_of(source: BinaryIO, chunk_size: int) -> bytes:
    """Return the root of a whole ciphertext, as its user computes it before acknowledging it."""
    root = CipherRoot(chunk_size)
    for piece in read_pieces(source, chunk_size):
        root.update(piece)
    return root.finish()
