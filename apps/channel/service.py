"""The HTTP face of the channel.

PUT  /ciphertexts/{root}?chunk_size=N   stores; 201 new, 200 known already, 422 another root
GET  /ciphertexts/{root}                the bytes; Range is honoured, so that transfers resume
GET  /ciphertexts/{root}/pieces         32-byte hashes of its pieces
GET  /health                            what is stored
"""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from apps.channel.store import CiphertextStore, Upload
from ledger.envelope_header import CHUNK_SIZE_DEFAULT
from ledger.refusal import Code, Refusal, Refused
from quancheng.api.refusal import RefusalView, refusal_view
from quancheng.json_object import object_form

UPLOADS_MAX = 16
"""Uploads at the same time; more are told to come again."""
STALL_SECONDS = 60
"""An upload that sends nothing for so long is dropped."""

_BLOCK = 64 * 1024
_STATUS = {
    Code.NOT_FOUND: 404,
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
    application.router.add_put("/ciphertexts/{root}", _put)
    application.router.add_get("/ciphertexts/{root}", _get)
    application.router.add_get("/ciphertexts/{root}/pieces", _pieces)
    application.router.add_get("/health", _health)
    return application


async def _put(request: web.Request) -> web.Response:
    store, slots = request.app[_STORE], request.app[_SLOTS]
    root = _root_of(request)
    if root in store:
        return web.json_response({"root": root.hex(), "stored": False})
    if slots.locked():
        raise Refused(Code.OVERLOADED, "uploads")
    async with slots:
        upload = store.begin(root, _chunk_size_of(request))
        await _receive(request, upload)
        await asyncio.to_thread(upload.finish)
    return web.json_response({"root": root.hex(), "stored": True}, status=201)


async def _receive(request: web.Request, upload: Upload) -> None:
    try:
        while block := await asyncio.wait_for(request.content.read(_BLOCK), STALL_SECONDS):
            upload.write(block)
    except BaseException:
        # Also a cancelled request must not leave its bytes behind.
        upload.abandon()
        raise


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


def _chunk_size_of(request: web.Request) -> int:
    text = request.query.get("chunk_size", str(CHUNK_SIZE_DEFAULT))
    if not text.isascii() or not text.isdecimal():
        raise Refused(Code.SCHEMA, "chunk_size")
    return int(text[:16])


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
