"""The HTTP face of the channel.

PUT    /ciphertexts/{root}/pieces?chunk_size=N&size=S    the hash list begins or resumes an upload
PATCH  /ciphertexts/{root}?chunk_size=N&size=S&offset=O  bytes from there on; 201 once it is whole
GET    /ciphertexts/{root}                               the bytes; Range is honoured
GET    /ciphertexts/{root}/pieces                        32-byte hashes of its pieces
GET    /health                                           what is stored

PUT and PATCH answer with the offset from which on bytes are missing. Size is that of the
ciphertext. A list of another root and a piece that is not the listed one are refused (422) when
they come in; another offset is 409. What was right before an interruption stays.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from apps.channel.store import CiphertextStore
from apps.channel.upload import UploadKey
from ledger.refusal import Code, Refusal, Refused, require
from quancheng.api.refusal import RefusalView, refusal_view
from quancheng.arriving import CipherForm
from quancheng.json_object import object_form

UPLOADS_MAX = 16
"""Uploads that receive at the same time; more are told to come again."""
STALL_SECONDS = 60
"""A connection that sends nothing for so long is given up; its upload can go on over another."""

_BLOCK = 64 * 1024
_DIGITS_MAX = 16
_STATUS = {
    Code.NOT_FOUND: 404,
    Code.BAD_STATE: 409,
    Code.OUTPUT_TOO_LARGE: 413,
    Code.ENVELOPE_MISMATCH: 422,
    Code.OVERLOADED: 503,
}
_STORE = web.AppKey("store", CiphertextStore)
_SLOTS = web.AppKey("slots", asyncio.Semaphore)


def channel_application(store: CiphertextStore) -> web.Application:
    """Return the service over a store."""
    application = web.Application(middlewares=[_refusals_as_json])
    application[_STORE] = store
    application[_SLOTS] = asyncio.Semaphore(UPLOADS_MAX)
    application.router.add_put("/ciphertexts/{root}/pieces", _put_pieces)
    application.router.add_patch("/ciphertexts/{root}", _patch)
    application.router.add_get("/ciphertexts/{root}", _get)
    application.router.add_get("/ciphertexts/{root}/pieces", _pieces)
    application.router.add_get("/health", _health)
    application.on_cleanup.append(_close_store)
    return application


async def _close_store(application: web.Application) -> None:
    application[_STORE].close()


async def _put_pieces(request: web.Request) -> web.Response:
    store, key = request.app[_STORE], _key_of(request)
    if key.root in store:
        return _reached(key.form.size)
    async with _slot(request):
        upload = store.begin(key)
        with upload.receiving():
            if not upload.has_list:
                await _receive(request, upload.take_list)
                await asyncio.to_thread(upload.open)
        return _reached(upload.offset)


async def _patch(request: web.Request) -> web.Response:
    store, key = request.app[_STORE], _key_of(request)
    if key.root in store:
        return _reached(key.form.size)
    async with _slot(request):
        upload = store.upload(key)
        require(_number(request, "offset") == upload.offset, Code.BAD_STATE, "offset")
        with upload.receiving():
            await _receive(request, upload.write)
            if upload.is_whole:
                await asyncio.to_thread(upload.finish)
                return _reached(key.form.size, status=201)
        return _reached(upload.offset)


@asynccontextmanager
async def _slot(request: web.Request) -> AsyncIterator[None]:
    slots = request.app[_SLOTS]
    require(not slots.locked(), Code.OVERLOADED, "uploads")
    async with slots:
        yield


async def _receive(request: web.Request, take: Callable[[bytes], None]) -> None:
    while block := await asyncio.wait_for(request.content.read(_BLOCK), STALL_SECONDS):
        take(block)


def _reached(offset: int, status: int = 200) -> web.Response:
    return web.json_response({"offset": offset}, status=status)


async def _get(request: web.Request) -> web.FileResponse:
    return web.FileResponse(
        request.app[_STORE].ciphertext(_root_of(request)),
        headers={"Content-Type": "application/octet-stream", "Cache-Control": "immutable"},
    )


async def _pieces(request: web.Request) -> web.FileResponse:
    return web.FileResponse(
        request.app[_STORE].pieces(_root_of(request)),
        headers={"Content-Type": "application/octet-stream", "Cache-Control": "immutable"},
    )


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "ciphertexts": len(request.app[_STORE])})


def _root_of(request: web.Request) -> bytes:
    try:
        root = bytes.fromhex(request.match_info["root"])
    except ValueError:
        root = b""
    if root.hex() != request.match_info["root"]:
        raise Refused(Code.SCHEMA, "root")
    return root


def _key_of(request: web.Request) -> UploadKey:
    form = CipherForm(_number(request, "chunk_size"), _number(request, "size"))
    key = UploadKey(_root_of(request), form)
    key.require_sound(request.app[_STORE].ciphertext_size_max)
    return key


def _number(request: web.Request, name: str) -> int:
    text = request.query.get(name, "")
    sound = text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX
    require(sound, Code.SCHEMA, name)
    return int(text)


@web.middleware
async def _refusals_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a refusal with its code, rule and remedy: the one boundary where they end."""
    try:
        return await handler(request)
    except Refused as refused:
        refusal = refused.refusal
    except TimeoutError:
        refusal = Refusal(Code.TIMED_OUT, "ciphertext")
    return web.json_response(
        object_form(RefusalView).render(refusal_view(refusal)),
        status=_STATUS.get(refusal.code, 400),
    )
