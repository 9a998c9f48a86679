"""How parties use the channel: put a ciphertext, fetch one by its root, resume."""

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import aiohttp

from ledger.envelope_header import EnvelopeHeader
from ledger.refusal import Code, Refused, require
from quancheng import strict_json
from quancheng.api.refusal import RefusalView
from quancheng.cipher_tree import cipher_root_of, ciphertext_size, piece_offset
from quancheng.errors import RequestRefused
from quancheng.json_object import object_form

ATTEMPTS_MAX = 5
"""How often one fetch resumes before it gives up."""

_BLOCK = 64 * 1024
_ERROR_SIZE_MAX = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
_OK = 200
_PARTIAL = 206
_CREATED = 201


class ChannelClient:
    """A session with one channel. Use it as an asynchronous context manager."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def __aenter__(self) -> Self:
        """Open the session."""
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session."""
        await self._session.close()

    async def put(self, header: EnvelopeHeader, path: Path) -> None:
        """Store the ciphertext of a header from a file; storing it again is harmless."""
        chunk_size = header.preamble.chunk_size
        url = f"{self._address(header.cipher_root)}?chunk_size={chunk_size}"
        with path.open("rb") as source:
            async with self._session.put(url, data=source) as response:
                await _require_status(response, {_OK, _CREATED})

    async def fetch(self, header: EnvelopeHeader, path: Path) -> None:
        """Bring the whole ciphertext of a header into a file, or refuse (E505) another one.

        What stands in `<path>.part` from an earlier attempt is kept up to the last whole piece.
        """
        part = path.with_name(f"{path.name}.part")
        size = ciphertext_size(header.size, header.preamble.chunk_size)
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                await self._fetch_rest(header, part, size)
                break
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                if attempt == ATTEMPTS_MAX:
                    raise
        await asyncio.to_thread(_accept, header, part, path)

    async def _fetch_rest(self, header: EnvelopeHeader, part: Path, size: int) -> None:
        offset = _resume_offset(part, header.preamble.chunk_size)
        if offset >= size:
            return
        headers = {"Range": f"bytes={offset}-"}
        address = self._address(header.cipher_root)
        async with self._session.get(address, headers=headers) as response:
            await _require_status(response, {_PARTIAL})
            with _opened_at(part, offset) as target:
                async for block in response.content.iter_chunked(_BLOCK):
                    offset += len(block)
                    require(offset <= size, Code.ENVELOPE_MISMATCH, "ciphertext.surplus")
                    target.write(block)

    def _address(self, root: bytes) -> str:
        return f"{self._url}/ciphertexts/{root.hex()}"


def _accept(header: EnvelopeHeader, part: Path, path: Path) -> None:
    """Give a complete ciphertext its name, or refuse (E505) and forget it: no part is trusted."""
    with part.open("rb") as source:
        root = cipher_root_of(source, header.preamble.chunk_size)
        os.fsync(source.fileno())
    if root != header.cipher_root:
        part.unlink()
        raise Refused(Code.ENVELOPE_MISMATCH, "cipher_root")
    part.replace(path)


def _opened_at(part: Path, offset: int) -> BinaryIO:
    """Open a file for writing behind its first `offset` bytes."""
    part.touch()
    target = part.open("r+b")
    target.truncate(offset)
    target.seek(offset)
    return target


def _resume_offset(part: Path, chunk_size: int) -> int:
    """Return the start of the first piece that is not whole yet."""
    if not part.exists():
        return 0
    size = part.stat().st_size
    index = 0
    while piece_offset(index + 1, chunk_size) <= size:
        index += 1
    return piece_offset(index, chunk_size)


async def _require_status(response: aiohttp.ClientResponse, wanted: set[int]) -> None:
    """Raise RequestRefused with the channel's reason unless the status is one of the wanted."""
    if response.status in wanted:
        return
    body = await response.content.read(_ERROR_SIZE_MAX)
    view = object_form(RefusalView, ignores_unknown=True).parse(strict_json.loads(body), "refusal")
    raise RequestRefused(view)
