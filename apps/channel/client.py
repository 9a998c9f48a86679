"""How parties use the channel: put a ciphertext, fetch one by its root, go on where it stopped."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from ledger.envelope_header import EnvelopeHeader
from ledger.refusal import Code, Refused, require
from ledger.suites import HASH_SIZE
from quancheng import strict_json
from quancheng.api.refusal import RefusalView
from quancheng.arriving import ArrivingCiphertext, CipherForm, HashList
from quancheng.cipher_tree import CipherRoot, ciphertext_size
from quancheng.errors import RequestRefused
from quancheng.json_object import object_form

ATTEMPTS_MAX = 5
"""How often a transfer is interrupted without having come further before it gives up."""
PAUSE_SECONDS = 0.2
"""The pause after the first interruption; the next ones are longer."""

_BLOCK = 64 * 1024
_ANSWER_SIZE_MAX = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
_OK = 200
_PARTIAL = 206
_CREATED = 201
_OVERLOADED = "E020"
_INTERRUPTIONS = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError)


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
        """Store the ciphertext of a header from a file; storing it again is harmless.

        An upload that was interrupted, also one of another process, goes on where it stopped.
        Refuses (E505) a file that is not the header's ciphertext before anything is sent.
        """
        form = _form_of(header)
        hashes = await asyncio.to_thread(_hashes_of, header, path)

        async def send_on(progress: _Progress) -> None:
            progress.reached = await self._begin(header.cipher_root, form, hashes)
            if progress.reached < form.size:
                offset = progress.reached
                progress.reached = await self._send(header.cipher_root, form, path, offset)

        await _until_whole(send_on, form.size)

    async def fetch(self, header: EnvelopeHeader, path: Path) -> None:
        """Bring the whole ciphertext of a header into a file, or refuse (E505) another one.

        What stands in `<path>.part` from an earlier attempt is kept up to the last whole piece that
        is right.
        """
        form = _form_of(header)
        hashes, part = (path.with_name(f"{path.name}.{end}") for end in ("hashes", "part"))
        await self._fetch_hashes(header.cipher_root, form, hashes)
        arriving = await asyncio.to_thread(ArrivingCiphertext, part, hashes, form)
        with arriving:

            async def fetch_on(progress: _Progress) -> None:
                try:
                    if not arriving.is_whole:
                        await self._receive(header.cipher_root, arriving)
                finally:
                    arriving.pause()
                    progress.reached = arriving.offset

            await _until_whole(fetch_on, form.size)
            await asyncio.to_thread(arriving.sync)
        part.replace(path)
        hashes.unlink()

    async def _begin(self, root: bytes, form: CipherForm, hashes: bytes) -> int:
        address = f"{self._address(root)}/pieces?{_query(form)}"
        async with self._session.put(address, data=hashes) as response:
            return await _offset_in(response)

    async def _send(self, root: bytes, form: CipherForm, path: Path, offset: int) -> int:
        address = f"{self._address(root)}?{_query(form)}&offset={offset}"
        with path.open("rb") as source:
            source.seek(offset)
            async with self._session.patch(address, data=source) as response:
                return await _offset_in(response)

    async def _fetch_hashes(self, root: bytes, form: CipherForm, path: Path) -> None:
        async def fetch(progress: _Progress) -> None:
            with path.open("wb") as target:
                hashes = HashList(form.count, target)
                async with self._session.get(f"{self._address(root)}/pieces") as response:
                    await _require_status(response, {_OK})
                    async for block in response.content.iter_chunked(_BLOCK):
                        hashes.update(block)
                hashes.require_root(root)
            progress.reached = form.count

        await _until_whole(fetch, form.count)

    async def _receive(self, root: bytes, arriving: ArrivingCiphertext) -> None:
        headers = {"Range": f"bytes={arriving.offset}-"}
        async with self._session.get(self._address(root), headers=headers) as response:
            await _require_status(response, {_PARTIAL})
            async for block in response.content.iter_chunked(_BLOCK):
                arriving.write(block)

    def _address(self, root: bytes) -> str:
        return f"{self._url}/ciphertexts/{root.hex()}"


@dataclass(slots=True)
class _Progress:
    """How far a transfer came."""

    reached: int = -1


async def _until_whole(step: Callable[[_Progress], Coroutine[Any, Any, None]], size: int) -> None:
    """Repeat a step until all is there; give up where it comes no further.

    Refuses (E505) what ends too early without any interruption.
    """
    progress, failures = _Progress(), 0
    while progress.reached < size:
        before = progress.reached
        interruption: Exception | None = None
        try:
            await step(progress)
        except _INTERRUPTIONS as error:
            interruption = error
        except RequestRefused as refused:
            if refused.code != _OVERLOADED:
                raise
            interruption = refused
        failures = 0 if progress.reached > before else failures + 1
        if failures == ATTEMPTS_MAX:
            raise interruption or Refused(Code.ENVELOPE_MISMATCH, "ciphertext.truncated")
        if failures > 0:
            await asyncio.sleep(PAUSE_SECONDS * failures)


def _form_of(header: EnvelopeHeader) -> CipherForm:
    chunk_size = header.preamble.chunk_size
    return CipherForm(chunk_size, ciphertext_size(header.size, chunk_size))


def _query(form: CipherForm) -> str:
    return f"chunk_size={form.chunk_size}&size={form.size}"


def _hashes_of(header: EnvelopeHeader, path: Path) -> bytes:
    """Return the hash list of a file, 32 bytes for each piece; refuse (E505) another file."""
    hashes = bytearray()
    root = CipherRoot(header.preamble.chunk_size, hashes.extend)
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            root.update(block)
    require(root.finish() == header.cipher_root, Code.ENVELOPE_MISMATCH, "cipher_root")
    assert len(hashes) == _form_of(header).count * HASH_SIZE
    return bytes(hashes)


async def _offset_in(response: aiohttp.ClientResponse) -> int:
    await _require_status(response, {_OK, _CREATED})
    answer = strict_json.loads(await response.content.read(_ANSWER_SIZE_MAX))
    offset = answer.get("offset") if isinstance(answer, dict) else None
    if not isinstance(offset, int):
        raise Refused(Code.SCHEMA, "offset")
    return offset


async def _require_status(response: aiohttp.ClientResponse, wanted: set[int]) -> None:
    """Raise RequestRefused with the channel's reason unless the status is one of the wanted."""
    if response.status in wanted:
        return
    if response.content_type != "application/json":
        raise aiohttp.ClientPayloadError(f"HTTP {response.status}")
    body = await response.content.read(_ANSWER_SIZE_MAX)
    view = object_form(RefusalView, ignores_unknown=True).parse(strict_json.loads(body), "refusal")
    raise RequestRefused(view)
