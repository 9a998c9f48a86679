"""Opening an envelope into a file that exists only when the whole envelope was sound."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.envelope_header import EnvelopeHeader
from quancheng.carrying import Carried, open_carried
from quancheng.computed import write_computed
from quancheng.envelope import open_sealed
from quancheng.private_files import PRIVATE_FILE_MODE


def open_to_file(header: EnvelopeHeader, content_key: bytes, source: BinaryIO, path: Path) -> None:
    """Write the content to a new private file; a refusal (E505) leaves nothing behind."""
    with _whole_file(path) as target:
        open_sealed(header, content_key, source, target)


def open_carried_to_file(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, path: Path
) -> Carried:
    """Write a carried content without its origin; a refusal (E505) leaves nothing behind.

    That it is what the holder's side once sealed, `require_taken_from` says.
    """
    with _whole_file(path) as target:
        return open_carried(header, content_key, source, target)


def open_computed_to_file(
    header: EnvelopeHeader, content_key: bytes, source: BinaryIO, path: Path
) -> None:
    """Write the result of a job without its salt; a refusal (E505) leaves nothing behind."""
    with _whole_file(path) as target:
        write_computed(header, content_key, source, target)


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a private file that gets its name once everything is written, and never over another."""
    scratch = path.with_name(f".{path.name}.opening")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
        os.link(scratch, path)
    finally:
        scratch.unlink()
