"""The channel keeps what its root names, gives it back whole or in parts, and nothing else."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from apps.channel import client as channel_client
from apps.channel.client import ChannelClient
from apps.channel.service import channel_application
from apps.channel.store import UNFINISHED_LIFE_S, UNFINISHED_MAX, CiphertextStore
from apps.channel.upload import UploadKey
from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader
from ledger.refusal import Code, Refused
from quancheng.arriving import CipherForm
from quancheng.cipher_tree import CipherRoot, piece_offset
from quancheng.errors import RequestRefused
from tests.unit.apps.cutting_proxy import CuttingProxy
from tests.unit.quancheng.envelopes import sealed

HEADER, CIPHERTEXT = sealed(b"public data " * 1_000)
ROOT = HEADER.cipher_root
FORM = CipherForm(CHUNK_SIZE_MIN, len(CIPHERTEXT))


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attempts follow each other at once."""
    monkeypatch.setattr(channel_client, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def store(tmp_path: Path) -> CiphertextStore:
    """Return a store that holds a few such ciphertexts."""
    return CiphertextStore(tmp_path / "store", ciphertext_size_max=20_000, store_size_max=60_000)


@pytest.fixture
async def url(store: CiphertextStore) -> AsyncIterator[str]:
    """Serve the store on a loopback port."""
    async with TestServer(channel_application(store)) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a file with the ciphertext."""
    path = tmp_path / "source"
    path.write_bytes(CIPHERTEXT)
    return path


def hashes_of(ciphertext: bytes) -> bytes:
    """Return the list of piece hashes."""
    hashes = bytearray()
    root = CipherRoot(CHUNK_SIZE_MIN, hashes.extend)
    root.update(ciphertext)
    root.finish()
    return bytes(hashes)


def files_of(store_folder: Path) -> list[str]:
    """Return the names in a store's folder."""
    return sorted(path.name for path in store_folder.iterdir())


def stored_names(root: bytes) -> list[str]:
    """Return the names of a stored ciphertext."""
    return [f"{root.hex()}.cipher", f"{root.hex()}.pieces"]


async def sent(method: str, url: str, data: bytes = b"") -> tuple[int, dict[str, object]]:
    """Send raw bytes to the channel; return status and answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=data) as response,
    ):
        answer: dict[str, object] = json.loads(await response.read())
        return response.status, answer


class Sender:
    """Whoever puts one ciphertext, byte by byte as a test likes."""

    def __init__(self, url: str, root: bytes = ROOT, form: CipherForm = FORM) -> None:
        self._address = f"{url}/ciphertexts/{root.hex()}"
        self._query = f"chunk_size={form.chunk_size}&size={form.size}"

    async def begin(self, hashes: bytes) -> tuple[int, dict[str, object]]:
        """Send the hash list."""
        return await sent("PUT", f"{self._address}/pieces?{self._query}", hashes)

    async def put(self, data: bytes, offset: int = 0) -> tuple[int, dict[str, object]]:
        """Send bytes from an offset on."""
        return await sent("PATCH", f"{self._address}?{self._query}&offset={offset}", data)


async def test_a_ciphertext_goes_from_hand_to_hand(url: str, source: Path, tmp_path: Path) -> None:
    """What the deliverer puts is what the user fetches; putting it twice is harmless."""
    async with ChannelClient(url) as client:
        await client.put(HEADER, source)
        await client.put(HEADER, source)
        await client.fetch(HEADER, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CIPHERTEXT
    assert files_of(tmp_path / "store") == stored_names(ROOT)
    assert files_of(tmp_path) == ["source", "store", "target"]


async def test_another_root_is_not_stored(url: str, tmp_path: Path) -> None:
    """Lists of another root, wrong pieces and surplus are refused as they come in."""
    hashes, sender = hashes_of(CIPHERTEXT), Sender(url)
    for wrong in (hashes[:-32], hashes[32:] + hashes[:32], hashes + hashes[:32], b""):
        assert (await sender.begin(wrong))[0] == 422
        assert files_of(tmp_path / "store") == []
    assert (await sender.put(CIPHERTEXT))[0] == 404
    assert await sender.begin(hashes) == (200, {"offset": 0})
    altered = bytearray(CIPHERTEXT)
    altered[piece_offset(2, CHUNK_SIZE_MIN)] ^= 1
    status, answer = await sender.put(bytes(altered))
    assert (status, answer["code"], answer["field"]) == (422, "E505", "pieces[2]")
    kept = piece_offset(2, CHUNK_SIZE_MIN)
    assert (await sender.put(CIPHERTEXT, 0))[0] == 409
    assert (await sender.put(CIPHERTEXT[kept:] + b"\0", kept))[0] == 422
    assert ROOT.hex() + ".cipher" not in files_of(tmp_path / "store")


async def test_forms_are_checked_before_anything_is_taken(url: str) -> None:
    """Bad chunk sizes, sizes, roots and offsets."""
    hashes = hashes_of(CIPHERTEXT)
    for form in (CipherForm(1, FORM.size), CipherForm(CHUNK_SIZE_MIN, 40)):
        assert (await Sender(url, form=form).begin(hashes))[0] == 400
    assert (await Sender(url, ROOT[:-1]).begin(hashes))[0] == 400
    other = CipherForm(2 * CHUNK_SIZE_MIN, FORM.size)
    assert (await Sender(url, form=other).begin(hashes))[0] == 422
    for query in ("", "chunk_size=x&size=1", f"chunk_size=1024&size={'9' * 30}"):
        address = f"{url}/ciphertexts/{ROOT.hex()}/pieces?{query}"
        assert (await sent("PUT", address, hashes))[0] == 400


async def test_sizes_are_bounded(url: str, tmp_path: Path) -> None:
    """One ciphertext and all together have a bound; what is refused does not count."""
    large_header, large = sealed(bytes(20_000))
    large_sender = Sender(url, large_header.cipher_root, CipherForm(CHUNK_SIZE_MIN, len(large)))
    for _ in range(5):
        assert (await large_sender.begin(hashes_of(large)))[0] == 413
        assert (await Sender(url).begin(hashes_of(CIPHERTEXT)[32:]))[0] == 422
    accepted = 0
    for index in range(6):
        header, ciphertext = sealed(bytes([index]) * 12_000)
        sender = Sender(url, header.cipher_root)
        statuses = [(await sender.begin(hashes_of(ciphertext)))[0]]
        statuses.append((await sender.put(ciphertext))[0])
        accepted += statuses == [200, 201]
        assert statuses in ([200, 201], [200, 503], [503, 404])
    assert accepted == 4
    assert len(list((tmp_path / "store").glob("*.cipher"))) == accepted


async def test_ranges_and_pieces_are_served(url: str, source: Path) -> None:
    """Any range is given, and the list of the pieces."""
    async with ChannelClient(url) as client:
        await client.put(HEADER, source)
    offset = piece_offset(3, CHUNK_SIZE_MIN)
    address = f"{url}/ciphertexts/{ROOT.hex()}"
    headers = {"Range": f"bytes={offset}-{offset + 99}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(address, headers=headers) as response:
            assert await response.read() == CIPHERTEXT[offset : offset + 100]
        async with session.get(f"{address}/pieces") as response:
            assert await response.read() == hashes_of(CIPHERTEXT)


async def test_transfers_go_on_through_broken_connections(
    url: str, source: Path, tmp_path: Path
) -> None:
    """Every connection is cut after three pieces, both ways; each piece travels about once."""
    async with CuttingProxy(url, cut_after=3 * CHUNK_SIZE_MIN + 700) as proxy:
        async with ChannelClient(proxy.url) as client:
            await client.put(HEADER, source)
            cuts = proxy.cuts
            await client.fetch(HEADER, tmp_path / "target")
        assert (tmp_path / "target").read_bytes() == CIPHERTEXT
        assert 3 <= cuts < proxy.cuts
        # Torn pieces travel again, and lists and headers beside them; whole pieces never do.
        assert proxy.passed < 2 * (len(CIPHERTEXT) + proxy.cuts * (CHUNK_SIZE_MIN + 1_500))


async def test_a_connection_that_gets_nowhere_is_given_up(url: str, source: Path) -> None:
    """No piece fits through: after a few attempts the error is the caller's."""
    async with CuttingProxy(url, cut_after=500) as proxy, ChannelClient(proxy.url) as client:
        with pytest.raises((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)):
            await client.put(HEADER, source)
        # The library repeats a PUT once by itself.
        assert proxy.cuts <= 2 * channel_client.ATTEMPTS_MAX


async def test_an_interrupted_fetch_goes_on(url: str, source: Path, tmp_path: Path) -> None:
    """Whole pieces of an earlier attempt are kept; torn and spoiled ones are fetched again."""
    kept = piece_offset(5, CHUNK_SIZE_MIN)
    async with ChannelClient(url) as client:
        await client.put(HEADER, source)
        for rest in (b"torn", bytes(3_000)):
            (tmp_path / "target.part").write_bytes(CIPHERTEXT[:kept] + rest)
            await client.fetch(HEADER, tmp_path / "target")
            assert (tmp_path / "target").read_bytes() == CIPHERTEXT


async def test_another_file_is_not_even_sent(url: str, source: Path, tmp_path: Path) -> None:
    """A deliverer that mixed up its files learns it at once."""
    async with ChannelClient(url) as client:
        with pytest.raises(Refused) as caught:
            await client.put(header_with_root(b"\x01" * 32), source)
    assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH
    assert files_of(tmp_path / "store") == []


async def test_what_is_not_there_is_refused_with_its_code(url: str, tmp_path: Path) -> None:
    """An unknown root, and paths that would leave the folder."""
    async with ChannelClient(url) as client:
        with pytest.raises(RequestRefused) as caught:
            await client.fetch(HEADER, tmp_path / "target")
    assert caught.value.code == "E010"
    for path in ("..%2f..%2fetc%2fpasswd", "zz", ROOT.hex().upper()):
        assert (await sent("GET", f"{url}/ciphertexts/{path}"))[1]["code"] == "E006"


async def test_an_upload_goes_on_where_its_client_left_it(url: str, source: Path) -> None:
    """Also while one of another form begins under the same root: it touches nothing."""
    sender, hashes = Sender(url), hashes_of(CIPHERTEXT)
    await sender.begin(hashes)
    kept = piece_offset(4, CHUNK_SIZE_MIN)
    assert await sender.put(CIPHERTEXT[: kept + 9]) == (200, {"offset": kept})
    other = Sender(url, form=CipherForm(CHUNK_SIZE_MIN, FORM.size - 1))
    assert await other.begin(hashes) == (200, {"offset": 0})
    assert await sender.begin(b"") == (200, {"offset": kept})
    async with ChannelClient(url) as client:
        await client.put(HEADER, source)
    assert (await sender.begin(hashes)) == (200, {"offset": FORM.size})


async def test_an_upload_goes_on_after_the_channel_was_started_anew(
    url: str, tmp_path: Path
) -> None:
    """Pieces on the disk are checked again; what nobody went on with for a day is removed."""
    sender = Sender(url)
    await sender.begin(hashes_of(CIPHERTEXT))
    kept = piece_offset(4, CHUNK_SIZE_MIN)
    await sender.put(CIPHERTEXT[:kept])
    (part,) = (tmp_path / "store").glob("*.part")
    with part.open("r+b") as file:
        file.seek(piece_offset(3, CHUNK_SIZE_MIN))
        file.write(b"spoiled")
    again = CiphertextStore(tmp_path / "store")
    async with TestServer(channel_application(again)) as server:
        address = str(server.make_url("")).rstrip("/")
        found = await Sender(address).begin(hashes_of(CIPHERTEXT))
        assert found == (200, {"offset": piece_offset(3, CHUNK_SIZE_MIN)})
        os.utime(part, (0, part.stat().st_mtime - UNFINISHED_LIFE_S - 1))
        CiphertextStore(tmp_path / "store")
        assert files_of(tmp_path / "store") == []


def test_the_idlest_upload_gives_way(tmp_path: Path) -> None:
    """Begun uploads are bounded; one that receives is never thrown out."""
    store = CiphertextStore(tmp_path)
    keys = [UploadKey(bytes([1, number]) + bytes(30), FORM) for number in range(UNFINISHED_MAX)]
    with store.begin(keys[0]).receiving():
        for key in keys[1:]:
            store.begin(key)
        store.begin(UploadKey(ROOT, FORM))
        store.upload(keys[0])
        with pytest.raises(Refused) as caught:
            store.upload(keys[1])
        assert caught.value.refusal.code is Code.NOT_FOUND
        with pytest.raises(Refused) as caught, store.upload(keys[0]).receiving():
            pass
        assert caught.value.refusal.code is Code.OVERLOADED
    store.close()


def header_with_root(root: bytes) -> EnvelopeHeader:
    """Return a header that names another ciphertext of the same size."""
    return EnvelopeHeader(HEADER.preamble, root, HEADER.size, HEADER.content_commitment)


async def test_a_lying_channel_is_noticed(tmp_path: Path) -> None:
    """Another list, other bytes, more of them, fewer of them: refused by the client itself."""
    first = piece_offset(1, CHUNK_SIZE_MIN)
    lies = {
        "pieces[1]": CIPHERTEXT[:first] + bytes(len(CIPHERTEXT) - first),
        "ciphertext.surplus": CIPHERTEXT + b"surplus",
        "ciphertext.truncated": CIPHERTEXT[:first],
    }
    told = [b""]

    async def serve(request: web.Request) -> web.Response:
        start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        return web.Response(body=told[0][start:], status=206)

    async def serve_list(_: web.Request) -> web.Response:
        return web.Response(body=hashes_of(CIPHERTEXT))

    application = web.Application()
    application.router.add_get("/ciphertexts/{root}", serve)
    application.router.add_get("/ciphertexts/{root}/pieces", serve_list)
    async with TestServer(application) as server, ChannelClient(str(server.make_url(""))) as client:
        for field, told[0] in lies.items():
            (tmp_path / "target.part").unlink(missing_ok=True)
            with pytest.raises(Refused) as caught:
                await client.fetch(HEADER, tmp_path / "target")
            assert caught.value.refusal == channel_refusal(field)
        with pytest.raises(Refused) as caught:
            await client.fetch(header_with_root(b"\x01" * 32), tmp_path / "target")
        assert caught.value.refusal == channel_refusal("pieces")
    assert not (tmp_path / "target").exists()


def channel_refusal(field: str) -> object:
    """Return E505 at a field."""
    return Refused(Code.ENVELOPE_MISMATCH, field).refusal
