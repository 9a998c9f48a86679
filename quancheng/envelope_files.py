"""Opening an envelope into a file that exists only when the whole envelope was sound."""

import os
from pathlib import Path
from typing import BinaryIO

from ledger.envelope_header import EnvelopeHeader
from quancheng.envelope import open_sealed
from quancheng.private_files import PRIVATE_FILE_MODE


def open_to_file(header: EnvelopeHeader, content_key: bytes, source: BinaryIO, path: Path) -> None:
    """Write the content to a new private file; a refusal (E505) leaves nothing behind."""
    scratch = path.with_name(f".{path.name}.opening")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as target:
            open_sealed(header, content_key, source, target)
        os.link(scratch, path)
    finally:
        scratch.unlink()
