"""The channel keeps what its root names, gives it back whole or in parts, and nothing else."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from apps.channel.client import ChannelClient
from apps.channel.service import channel_application
from apps.channel.store import CiphertextStore
from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader
from ledger.refusal import Code, Refused
from quancheng.cipher_tree import piece_offset, root_of_hashes
from quancheng.errors import RequestRefused
from tests.unit.quancheng.test_envelope import sealed

HEADER, CIPHERTEXT = sealed(b"public data " * 1_000)
ROOT = HEADER.cipher_root


@pytest.fixture
def store(tmp_path: Path) -> CiphertextStore:
    """Return a store that holds a few such ciphertexts."""
    return CiphertextStore(tmp_path / "store", ciphertext_size_max=20_000, store_size_max=60_000)


@pytest.fixture
async def url(store: CiphertextStore) -> AsyncIterator[str]:
    """Serve the store on a loopback port."""
    async with TestServer(channel_application(store)) as server:
        yield str(server.make_url("")).rstrip("/")


def files_of(store_folder: Path) -> list[str]:
    """Return the names in a store's folder."""
    return sorted(path.name for path in store_folder.iterdir())


async def put_bytes(url: str, root: bytes, data: bytes, chunk_size: int = CHUNK_SIZE_MIN) -> int:
    """Put raw bytes under a root and return the status."""
    address = f"{url}/ciphertexts/{root.hex()}?chunk_size={chunk_size}"
    async with aiohttp.ClientSession() as session, session.put(address, data=data) as response:
        await response.read()
        return response.status


async def get_bytes(url: str, path: str, headers: dict[str, str] | None = None) -> bytes:
    """Fetch a path and return its body."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/ciphertexts/{path}", headers=headers) as response,
    ):
        return await response.read()


async def test_a_ciphertext_goes_from_hand_to_hand(url: str, tmp_path: Path) -> None:
    """What the deliverer puts is what the user fetches; putting it twice is harmless."""
    source = tmp_path / "source"
    source.write_bytes(CIPHERTEXT)
    async with ChannelClient(url) as client:
        await client.put(HEADER, source)
        await client.put(HEADER, source)
        await client.fetch(HEADER, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CIPHERTEXT
    assert not (tmp_path / "target.part").exists()


async def test_another_root_is_not_stored(url: str, tmp_path: Path) -> None:
    """Bytes that the root does not name leave nothing behind; nor do other chunk sizes."""
    assert await put_bytes(url, ROOT, CIPHERTEXT[:-1]) == 422
    assert await put_bytes(url, ROOT, CIPHERTEXT + b"\0") == 422
    assert await put_bytes(url, ROOT, b"") == 422
    assert await put_bytes(url, ROOT, CIPHERTEXT, CHUNK_SIZE_MIN * 2) == 422
    assert await put_bytes(url, ROOT, CIPHERTEXT, 1) == 400
    assert await put_bytes(url, ROOT[:-1], CIPHERTEXT) == 400
    assert files_of(tmp_path / "store") == []


async def test_sizes_are_bounded(url: str, tmp_path: Path) -> None:
    """One ciphertext and all together have a bound; what is refused does not count."""
    large_header, large = sealed(bytes(20_000))
    for _ in range(5):
        assert await put_bytes(url, large_header.cipher_root, large) == 413
        assert await put_bytes(url, b"\x01" * 32, large[:19_000]) == 422
    accepted = 0
    for index in range(6):
        header, ciphertext = sealed(bytes([index]) * 12_000)
        status = await put_bytes(url, header.cipher_root, ciphertext)
        accepted += status == 201
        assert status in (201, 503)
    assert accepted == 4
    assert len(files_of(tmp_path / "store")) == 2 * accepted


async def test_ranges_and_pieces_are_served(url: str) -> None:
    """Any range is given, and the hashes of the pieces have the root."""
    assert await put_bytes(url, ROOT, CIPHERTEXT) == 201
    offset = piece_offset(3, CHUNK_SIZE_MIN)
    part = await get_bytes(url, ROOT.hex(), {"Range": f"bytes={offset}-{offset + 99}"})
    assert part == CIPHERTEXT[offset : offset + 100]
    assert root_of_hashes(await get_bytes(url, f"{ROOT.hex()}/pieces")) == ROOT


async def test_an_interrupted_fetch_goes_on(url: str, tmp_path: Path) -> None:
    """Whole pieces of an earlier attempt are kept; a torn one is fetched again."""
    assert await put_bytes(url, ROOT, CIPHERTEXT) == 201
    kept = piece_offset(5, CHUNK_SIZE_MIN)
    (tmp_path / "target.part").write_bytes(CIPHERTEXT[:kept] + b"torn")
    async with ChannelClient(url) as client:
        await client.fetch(HEADER, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CIPHERTEXT


async def test_a_spoiled_part_is_thrown_away(url: str, tmp_path: Path) -> None:
    """A part with other bytes is noticed at the end, and the next attempt starts anew."""
    assert await put_bytes(url, ROOT, CIPHERTEXT) == 201
    kept = piece_offset(5, CHUNK_SIZE_MIN)
    (tmp_path / "target.part").write_bytes(bytes(kept))
    async with ChannelClient(url) as client:
        with pytest.raises(Refused) as caught:
            await client.fetch(HEADER, tmp_path / "target")
        assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH
        await client.fetch(HEADER, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CIPHERTEXT


async def test_what_is_not_there_is_refused_with_its_code(url: str, tmp_path: Path) -> None:
    """An unknown root, and paths that would leave the folder."""
    async with ChannelClient(url) as client:
        with pytest.raises(RequestRefused) as caught:
            await client.fetch(HEADER, tmp_path / "target")
    assert caught.value.code == "E010"
    for path in ("..%2f..%2fetc%2fpasswd", "zz", ROOT.hex().upper()):
        assert b"E006" in await get_bytes(url, path)


async def test_a_broken_upload_leaves_nothing(url: str, tmp_path: Path) -> None:
    """A client that goes away in the middle leaves neither scratch nor a counted byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    del reader
    writer.write(
        f"PUT /ciphertexts/{ROOT.hex()}?chunk_size={CHUNK_SIZE_MIN} HTTP/1.1\r\n"
        f"Host: channel\r\nContent-Length: {len(CIPHERTEXT)}\r\n\r\n".encode()
    )
    writer.write(CIPHERTEXT[:5_000])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await put_bytes(url, ROOT, CIPHERTEXT) == 201
    names = {f"{ROOT.hex()}.cipher", f"{ROOT.hex()}.pieces"}
    deadline = asyncio.get_running_loop().time() + 5
    while set(files_of(tmp_path / "store")) != names:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


def test_scratch_of_a_crash_is_removed(tmp_path: Path) -> None:
    """A store that opens again finds its ciphertexts and forgets what was never verified."""
    store = CiphertextStore(tmp_path)
    upload = store.begin(ROOT, CHUNK_SIZE_MIN)
    for block in iter(io.BytesIO(CIPHERTEXT).read, b""):
        upload.write(block)
    upload.finish()
    unfinished = CiphertextStore(tmp_path).begin(ROOT, CHUNK_SIZE_MIN)
    unfinished.write(b"x")
    again = CiphertextStore(tmp_path)
    unfinished.abandon()
    assert files_of(tmp_path) == [f"{ROOT.hex()}.cipher", f"{ROOT.hex()}.pieces"]
    assert ROOT in again
    assert len(again) == 1


def header_with_root(root: bytes) -> EnvelopeHeader:
    """Return a header that names another ciphertext of the same size."""
    return EnvelopeHeader(HEADER.preamble, root, HEADER.size, HEADER.content_commitment)


async def test_a_lying_channel_is_noticed(tmp_path: Path) -> None:
    """A server that gives other bytes, or more of them, is refused by the client itself."""

    async def serve(request: web.Request) -> web.Response:
        surplus = b"" if request.match_info["root"] == ROOT.hex() else b"surplus"
        return web.Response(body=bytes(len(CIPHERTEXT)) + surplus, status=206)

    fields = []
    application = web.Application()
    application.router.add_get("/ciphertexts/{root}", serve)
    async with TestServer(application) as server, ChannelClient(str(server.make_url(""))) as client:
        for header in (HEADER, header_with_root(b"\x01" * 32)):
            with pytest.raises(Refused) as caught:
                await client.fetch(header, tmp_path / "target")
            assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH
            fields.append(caught.value.refusal.field)
    # More bytes than the header allows are not even taken.
    assert fields == ["cipher_root", "ciphertext.surplus"]
    assert not (tmp_path / "target").exists()
