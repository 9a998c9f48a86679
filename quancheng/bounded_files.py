"""Files that somebody else made: read up to a bound, however long they are."""

from pathlib import Path


def read_bounded(path: Path, size_max: int) -> bytes:
    """Return the first `size_max` + 1 bytes of a file, so that its decoder sees it is too long."""
    with path.open("rb") as file:
        return file.read(size_max + 1)
