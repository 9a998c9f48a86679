"""Ciphertexts in a folder, each under its cipher root, every piece verified as it comes in.

<root>.cipher             the ciphertext; stands there only whole and verified
<root>.pieces             hashes of its pieces, 32 bytes each, by which a reader checks parts of it
<root>-<form>.part        what has arrived of one that is not whole yet: verified pieces only
<root>-<form>.hashes      the hashes of its pieces, of which the root was compared
"""

import os
import time
from pathlib import Path

from apps.channel.upload import Upload, UploadKey, UploadPlace
from ledger.refusal import Code, require

CIPHERTEXT_SIZE_MAX = 16 * 1024 * 1024 * 1024
"""Most bytes of one ciphertext unless the operator says otherwise."""
STORE_SIZE_MAX = 256 * 1024 * 1024 * 1024
"""Most bytes of all ciphertexts unless the operator says otherwise."""
UNFINISHED_MAX = 64
"""Most uploads that are not whole yet; the one idle for longest gives way to another."""
UNFINISHED_LIFE_S = 86_400
"""An upload that has not gone on for so long is forgotten when the channel starts."""

_CIPHER = ".cipher"
_PIECES = ".pieces"
_PART = ".part"
_HASHES = ".hashes"


class CiphertextStore:
    """The folder. One process owns it."""

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
        self._uploads: dict[UploadKey, Upload] = {}
        self._forget_stale()
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
        return self._path(root.hex(), _CIPHER).exists()

    def __len__(self) -> int:
        """Return how many ciphertexts are stored."""
        return sum(1 for _ in self._folder.glob(f"*{_CIPHER}"))

    def upload(self, key: UploadKey) -> Upload:
        """Return an upload that has begun, or refuse (E010)."""
        found = self._uploads.get(key)
        require(found is not None, Code.NOT_FOUND, "upload")
        assert found is not None
        return found

    def begin(self, key: UploadKey) -> Upload:
        """Begin an upload, or go on with one of an earlier time; its hash list comes first."""
        key.require_sound(self.ciphertext_size_max)
        if key not in self._uploads:
            self._make_place()
            part, hashes = self._path(key.stem, _PART), self._path(key.stem, _HASHES)
            self._uploads[key] = Upload(self, key, UploadPlace(part, hashes))
        return self._uploads[key]

    def require_room(self, size: int) -> None:
        """Refuse (E020) bytes for which the store has no room."""
        require(self._size + size <= self._store_size_max, Code.OVERLOADED, "store")

    def count(self, size: int) -> None:
        """Count bytes that were kept, or with a minus thrown away."""
        self._size += size

    def publish(self, key: UploadKey, place: UploadPlace) -> None:
        """Make a whole ciphertext readable: its pieces first, itself last."""
        place.hashes.replace(self._path(key.root.hex(), _PIECES))
        place.part.replace(self._path(key.root.hex(), _CIPHER))
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def forget(self, key: UploadKey) -> None:
        """Take an upload off the list: it has ended."""
        self._uploads.pop(key, None)

    def close(self) -> None:
        """Close the files of all uploads, which go on when the channel is started again."""
        for upload in self._uploads.values():
            upload.close()
        self._uploads.clear()

    def _make_place(self) -> None:
        """Let the upload that has been idle for longest go, or refuse (E020) where all receive."""
        if len(self._uploads) < UNFINISHED_MAX:
            return
        idle = [item for item in self._uploads.values() if not item.is_receiving]
        require(bool(idle), Code.OVERLOADED, "uploads")
        min(idle, key=lambda item: item.touched).abandon()

    def _forget_stale(self) -> None:
        oldest = time.time() - UNFINISHED_LIFE_S
        for ending in (_PART, _HASHES):
            for path in self._folder.glob(f"*{ending}"):
                # The hash list is sent anew; a part is checked against it and goes on.
                if ending == _HASHES or path.stat().st_mtime < oldest:
                    path.unlink()

    def _path(self, stem: str, suffix: str) -> Path:
        return self._folder / f"{stem}{suffix}"

    def _existing(self, root: bytes, suffix: str) -> Path:
        path = self._path(root.hex(), suffix)
        require(path.exists(), Code.NOT_FOUND, "root")
        return path
