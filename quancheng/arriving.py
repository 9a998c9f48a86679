"""A ciphertext that arrives in blocks of any size, kept up to the last whole piece that is right.

The list of piece hashes comes first and is compared with the cipher root. Then each piece is
checked as soon as it is whole, before it is kept: a wrong byte is refused with the piece in which
it stands, and a transfer goes on where it stopped, also in another process. Memory: one piece.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ledger.envelope_header import CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, CHUNKS_MAX
from ledger.merkle import Frontier
from ledger.refusal import Code, Refused, require
from ledger.suites import HASH_SIZE
from quancheng.cipher_tree import (
    CHUNK_OVERHEAD,
    STREAM_HEADER_SIZE,
    piece_hash,
    piece_offset,
    read_fully,
    root_of_frontier,
)


@dataclass(frozen=True, slots=True)
class CipherForm:
    """How a ciphertext is cut: bytes of content in a chunk, and all its own bytes."""

    chunk_size: int
    size: int

    @property
    def count(self) -> int:
        """How many pieces it has."""
        return -(-(self.size - STREAM_HEADER_SIZE) // (self.chunk_size + CHUNK_OVERHEAD))

    def end_of(self, index: int) -> int:
        """Return the byte behind a piece."""
        return min(self.size, piece_offset(index + 1, self.chunk_size))

    def require_sound(self) -> None:
        """Refuse (E006) a form that no ciphertext has, (E508) one of too many pieces."""
        sound = CHUNK_SIZE_MIN <= self.chunk_size <= CHUNK_SIZE_MAX
        require(sound, Code.SCHEMA, "chunk_size")
        require(self.size >= STREAM_HEADER_SIZE + CHUNK_OVERHEAD, Code.SCHEMA, "size")
        require(self.count <= CHUNKS_MAX, Code.OUTPUT_TOO_LARGE, "size")
        last = self.size - piece_offset(self.count - 1, self.chunk_size)
        require(last >= CHUNK_OVERHEAD, Code.SCHEMA, "size")


class HashList:
    """The list of piece hashes on its way into a file, in constant memory."""

    def __init__(self, count: int, target: BinaryIO) -> None:
        self._left = count * HASH_SIZE
        self._target = target
        self._pending = b""
        self._frontier = Frontier()

    def update(self, data: bytes) -> None:
        """Take the next bytes; refuse (E505) more than the pieces have."""
        require(len(data) <= self._left, Code.ENVELOPE_MISMATCH, "pieces")
        self._left -= len(data)
        self._target.write(data)
        self._pending += data
        whole = len(self._pending) - len(self._pending) % HASH_SIZE
        for start in range(0, whole, HASH_SIZE):
            self._frontier = self._frontier.append(self._pending[start : start + HASH_SIZE])
        self._pending = self._pending[whole:]

    def require_root(self, root: bytes) -> None:
        """Refuse (E505) a list that is not whole or has another root."""
        sound = self._left == 0 and root_of_frontier(self._frontier) == root
        require(sound, Code.ENVELOPE_MISMATCH, "pieces")
        self._target.flush()


class ArrivingCiphertext:
    """The file of a ciphertext that is not whole yet. Use it as a context manager, or `close` it.

    `hashes` is a file with the list, whose root was compared. What stands in `path` from an earlier
    attempt is checked again and kept up to the first piece that is wrong or torn.
    """

    def __init__(self, path: Path, hashes: Path, form: CipherForm) -> None:
        form.require_sound()
        self.form = form
        path.touch()
        self._file: BinaryIO = path.open("r+b")
        self._hashes: BinaryIO = hashes.open("rb")
        self._pending = bytearray()
        self._index = self._count_sound()
        self._file.truncate(self.offset)
        self._file.seek(self.offset)
        self._hashes.seek(self._index * HASH_SIZE)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files."""
        self.close()

    @property
    def offset(self) -> int:
        """The byte from which on it is still missing."""
        return 0 if self._index == 0 else self.form.end_of(self._index - 1)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self._index == self.form.count

    def write(self, data: bytes) -> None:
        """Take the next bytes; refuse (E505) the piece that is not the listed one, and surplus."""
        self._pending += data
        while not self.is_whole:
            size = self.form.end_of(self._index) - self.offset
            if len(self._pending) < size:
                return
            piece = bytes(self._pending[:size])
            self._keep(piece)
            del self._pending[:size]
        require(not self._pending, Code.ENVELOPE_MISMATCH, "ciphertext.surplus")

    def pause(self) -> None:
        """Forget the torn piece: the transfer goes on at `offset`, if need be after a crash."""
        self._pending.clear()
        self._file.flush()

    def sync(self) -> None:
        """Return once everything that was kept is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the files; what was kept stays for the next attempt."""
        self._file.close()
        self._hashes.close()

    def _keep(self, piece: bytes) -> None:
        listed = self._hashes.read(HASH_SIZE)
        if piece_hash(piece) != listed:
            self._hashes.seek(-len(listed), os.SEEK_CUR)
            self._pending.clear()
            raise Refused(Code.ENVELOPE_MISMATCH, f"pieces[{self._index}]")
        self._file.write(piece)
        self._index += 1

    def _count_sound(self) -> int:
        index = offset = 0
        while index < self.form.count:
            end = self.form.end_of(index)
            piece = read_fully(self._file, end - offset)
            if len(piece) < end - offset or piece_hash(piece) != self._hashes.read(HASH_SIZE):
                break
            index, offset = index + 1, end
        return index
