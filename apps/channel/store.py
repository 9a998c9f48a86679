"""Ciphertexts in a folder, each under its cipher root, verified while they come in.

<root>.cipher    the ciphertext; stands there only whole and verified
<root>.pieces    hashes of its pieces, 32 bytes each, by which a reader checks parts of it
"""

import os
import secrets
from pathlib import Path
from typing import BinaryIO

from ledger.envelope_header import CHUNK_SIZE_MAX, CHUNK_SIZE_MIN
from ledger.refusal import Code, require
from ledger.suites import HASH_SIZE
from quancheng.cipher_tree import CipherRoot

CIPHERTEXT_SIZE_MAX = 16 * 1024 * 1024 * 1024
"""Most bytes of one ciphertext unless the operator says otherwise."""
STORE_SIZE_MAX = 256 * 1024 * 1024 * 1024
"""Most bytes of all ciphertexts unless the operator says otherwise."""

_CIPHER = ".cipher"
_PIECES = ".pieces"
_SCRATCH = ".part"


class CiphertextStore:
    """The folder. One process owns it; scratch of interrupted uploads is removed at its start."""

    def __init__(
        self,
        folder: Path,
        *,
        ciphertext_size_max: int = CIPHERTEXT_SIZE_MAX,
        store_size_max: int = STORE_SIZE_MAX,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ciphertext_size_max = ciphertext_size_max
        self._store_size_max = store_size_max
        for scratch in folder.glob(f"*{_SCRATCH}"):
            scratch.unlink()
        self._size = sum(path.stat().st_size for path in folder.iterdir())

    def ciphertext(self, root: bytes) -> Path:
        """Return the path of a ciphertext, or refuse (E010) where there is none."""
        return self._existing(root, _CIPHER)

    def pieces(self, root: bytes) -> Path:
        """Return the path of the hashes of a ciphertext's pieces, or refuse (E010)."""
        self._existing(root, _CIPHER)
        return self._existing(root, _PIECES)

    def __contains__(self, root: bytes) -> bool:
        """Say whether a ciphertext is stored."""
        return self._path(root, _CIPHER).exists()

    def __len__(self) -> int:
        """Return how many ciphertexts are stored."""
        return sum(1 for _ in self._folder.glob(f"*{_CIPHER}"))

    def begin(self, root: bytes, chunk_size: int) -> "Upload":
        """Begin to store a ciphertext of a root; refuse (E006) a wrong root or chunk size."""
        require(len(root) == HASH_SIZE, Code.SCHEMA, "root")
        require(CHUNK_SIZE_MIN <= chunk_size <= CHUNK_SIZE_MAX, Code.SCHEMA, "chunk_size")
        return Upload(self, root, chunk_size)

    def reserve(self, size: int) -> None:
        """Count bytes that come in, or refuse (E020) them where the store is full."""
        require(self._size + size <= self._store_size_max, Code.OVERLOADED, "store")
        self._size += size

    def give_back(self, size: int) -> None:
        """Count bytes that were thrown away."""
        self._size -= size

    def scratch(self) -> Path:
        """Return a new place for bytes that are not verified yet."""
        return self._folder / f"{secrets.token_hex(16)}{_SCRATCH}"

    def publish(self, root: bytes, cipher: Path, pieces: Path) -> None:
        """Make a verified ciphertext readable: its pieces first, itself last."""
        pieces.replace(self._path(root, _PIECES))
        cipher.replace(self._path(root, _CIPHER))
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _path(self, root: bytes, suffix: str) -> Path:
        return self._folder / f"{root.hex()}{suffix}"

    def _existing(self, root: bytes, suffix: str) -> Path:
        path = self._path(root, suffix)
        require(path.exists(), Code.NOT_FOUND, "root")
        return path


class Upload:
    """One ciphertext on its way in. Ends with `finish` or `abandon`; memory stays constant."""

    def __init__(self, store: CiphertextStore, root: bytes, chunk_size: int) -> None:
        self._store = store
        self._root = root
        self._cipher_path = store.scratch()
        self._pieces_path = store.scratch()
        self._cipher: BinaryIO = self._cipher_path.open("xb")
        self._pieces: BinaryIO = self._pieces_path.open("xb")
        self._hasher = CipherRoot(chunk_size, self._add_hash)
        self._reserved = 0

    def write(self, data: bytes) -> None:
        """Take the next bytes; refuse (E508, E020) what is too much for it or for the store."""
        size_max = self._store.ciphertext_size_max
        require(self._hasher.size + len(data) <= size_max, Code.OUTPUT_TOO_LARGE, "ciphertext")
        self._reserve(len(data))
        self._hasher.update(data)
        self._cipher.write(data)

    def finish(self) -> None:
        """Store the ciphertext for good, or refuse (E505) bytes of another root and forget them."""
        try:
            require(self._hasher.size > 0, Code.ENVELOPE_MISMATCH, "ciphertext")
            require(self._hasher.finish() == self._root, Code.ENVELOPE_MISMATCH, "root")
            for file in (self._cipher, self._pieces):
                file.flush()
                os.fsync(file.fileno())
                file.close()
        except BaseException:
            self.abandon()
            raise
        if self._root in self._store:
            self.abandon()
        else:
            self._store.publish(self._root, self._cipher_path, self._pieces_path)

    def abandon(self) -> None:
        """Forget everything that came in."""
        self._cipher.close()
        self._pieces.close()
        self._cipher_path.unlink(missing_ok=True)
        self._pieces_path.unlink(missing_ok=True)
        self._store.give_back(self._reserved)
        self._reserved = 0

    def _add_hash(self, leaf: bytes) -> None:
        self._reserve(len(leaf))
        self._pieces.write(leaf)

    def _reserve(self, size: int) -> None:
        self._store.reserve(size)
        self._reserved += size
