"""One ciphertext on its way in: first its hash list, then its pieces; connections may break."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from ledger.refusal import Code, require
from ledger.suites import HASH_SIZE
from quancheng.arriving import ArrivingCiphertext, CipherForm, HashList


@dataclass(frozen=True, slots=True)
class UploadKey:
    """Which ciphertext an upload is to become: uploads of other forms do not touch each other."""

    root: bytes
    form: CipherForm

    @property
    def stem(self) -> str:
        """The name of its files without their endings."""
        return f"{self.root.hex()}-{self.form.chunk_size}-{self.form.size}"

    def require_sound(self, size_max: int) -> None:
        """Refuse (E006) a root or form that no ciphertext has, (E508) one that is too large."""
        require(len(self.root) == HASH_SIZE, Code.SCHEMA, "root")
        require(self.form.size <= size_max, Code.OUTPUT_TOO_LARGE, "size")
        self.form.require_sound()


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """The two files of an upload."""

    part: Path
    hashes: Path

    @property
    def size(self) -> int:
        """Bytes of both on the disk."""
        return sum(path.stat().st_size for path in (self.part, self.hashes) if path.exists())

    def remove(self) -> None:
        """Remove both."""
        self.part.unlink(missing_ok=True)
        self.hashes.unlink(missing_ok=True)


class Keeper(Protocol):
    """The store, as an upload knows it."""

    def require_room(self, size: int) -> None:
        """Refuse (E020) bytes for which the store has no room."""

    def count(self, size: int) -> None:
        """Count bytes that were kept, or with a minus thrown away."""

    def publish(self, key: UploadKey, place: UploadPlace) -> None:
        """Make a whole ciphertext readable."""

    def forget(self, key: UploadKey) -> None:
        """Take an upload off the list: it has ended."""


class Upload:
    """Ends with `finish` or `abandon`; until then what has arrived stays. Memory: one piece."""

    def __init__(self, keeper: Keeper, key: UploadKey, place: UploadPlace) -> None:
        self._keeper = keeper
        self._key = key
        self._place = place
        self._hashes: BinaryIO = place.hashes.open("wb")
        self._list = HashList(key.form.count, self._hashes)
        self._arriving: ArrivingCiphertext | None = None
        self._has_ended = False
        self.is_receiving = False
        self.touched = time.monotonic()

    @property
    def has_list(self) -> bool:
        """Whether the hash list is whole, so that pieces can come."""
        return self._arriving is not None

    @property
    def offset(self) -> int:
        """The byte from which on it is still missing."""
        return 0 if self._arriving is None else self._arriving.offset

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self._arriving is not None and self._arriving.is_whole

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Receive over one connection; refuse (E020) a second one at the same time."""
        require(not self.is_receiving, Code.OVERLOADED, "upload")
        self.is_receiving = True
        try:
            yield
        finally:
            self.is_receiving = False
            self.touched = time.monotonic()
            if self._arriving is None:
                self._drop_list()
            elif not self._has_ended:
                self._arriving.pause()

    def take_list(self, data: bytes) -> None:
        """Take the next bytes of the hash list; refuse (E505) surplus."""
        self._keeper.require_room(len(data))
        self._list.update(data)
        self._keeper.count(len(data))

    def open(self) -> None:
        """Compare the list with the root, or refuse (E505) it; check again what lies here."""
        self._list.require_root(self._key.root)
        os.fsync(self._hashes.fileno())
        before = self._place.size
        self._arriving = ArrivingCiphertext(self._place.part, self._place.hashes, self._key.form)
        self._keeper.count(self._place.size - before)

    def write(self, data: bytes) -> None:
        """Take the next bytes; refuse (E505) a wrong piece, (E020) what has no room."""
        assert self._arriving is not None
        self._keeper.require_room(len(data))
        before = self.offset
        try:
            self._arriving.write(data)
        finally:
            self._keeper.count(self.offset - before)

    def finish(self) -> None:
        """Store the whole ciphertext for good."""
        assert self._arriving is not None
        assert self._arriving.is_whole
        self._arriving.sync()
        self.close()
        self._keeper.publish(self._key, self._place)
        self._keeper.forget(self._key)

    def abandon(self) -> None:
        """Forget everything that came in."""
        self.close()
        self._keeper.count(-self._place.size)
        self._place.remove()
        self._keeper.forget(self._key)

    def close(self) -> None:
        """Close the files; what has arrived stays for another process to go on with."""
        self._has_ended = True
        self._hashes.close()
        if self._arriving is not None:
            self._arriving.close()

    def _drop_list(self) -> None:
        """Forget a list that is no good; pieces of an earlier time wait for a better one."""
        self._hashes.close()
        self._keeper.count(-self._place.hashes.stat().st_size)
        self._place.hashes.unlink()
        self._keeper.forget(self._key)
