"""One process per home: two with one validator key would contradict each other."""

import fcntl
import os

from node.errors import BadHome, HomeLocked
from node.files import PRIVATE_FILE, PRIVATE_FOLDER
from node.home import Home


class HomeLock:
    """Held from construction to `release`, or to the end of the process, however it ends."""

    def __init__(self, home: Home) -> None:
        try:
            home.data.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            self._descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as error:
            remedy = "Mount its disk, or mend its permissions; it is a folder or a link to one."
            raise BadHome(home.data, f"cannot be used: {error.strerror}", remedy) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise HomeLocked(home.lock) from error
        try:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())
        except OSError as error:
            os.close(self._descriptor)
            problem = f"cannot be written: {error.strerror}"
            raise BadHome(home.lock, problem, "Mend the disk (space, permissions).") from error

    def release(self) -> None:
        """Let another process run this home."""
        os.close(self._descriptor)
