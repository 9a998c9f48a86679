"""Writes down every frame and every answer of a node's processes, each once, for tests to search.

Peers and front speak MessagePack, applications get responses of aiohttp: both pass here before they
are encrypted, or after they were decrypted.
"""

import os
from hashlib import blake2b
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgpack
from aiohttp import web

Anything = Any
"""What two libraries take and give, passed on as it is."""

_FRAME, _ANSWER = b"F", b"A"


class _Recorder:
    def __init__(self, folder: Path) -> None:
        self._file = (folder / f"{os.getpid()}.units").open("ab", buffering=0)
        self._seen: set[bytes] = set()

    def write(self, letter: bytes, data: bytes) -> None:
        digest = blake2b(letter + data, digest_size=16).digest()
        if digest not in self._seen:
            self._seen.add(digest)
            self._file.write(letter + len(data).to_bytes(4, "big") + data)


def record(folder: Path) -> None:
    """Record what this process sends and receives from now on."""
    recorder = _Recorder(folder)
    _record_frames(recorder)
    _record_answers(recorder)


def _record_frames(recorder: _Recorder) -> None:
    pack, unpack = msgpack.packb, msgpack.unpackb

    def packb(*arguments: Anything, **options: Anything) -> bytes:
        data: bytes = pack(*arguments, **options)
        recorder.write(_FRAME, data)
        return data

    def unpackb(data: bytes, **options: Anything) -> Anything:
        recorder.write(_FRAME, bytes(data))
        return unpack(data, **options)

    patch.object(msgpack, "packb", packb).start()
    patch.object(msgpack, "unpackb", unpackb).start()


def _record_answers(recorder: _Recorder) -> None:
    respond = web.Response.__init__
    send = web.WebSocketResponse.send_str

    def initialize(self: web.Response, **options: Anything) -> None:
        for part in (options.get("text"), options.get("body")):
            if part:
                recorder.write(_ANSWER, part.encode() if isinstance(part, str) else bytes(part))
        respond(self, **options)

    async def send_str(self: web.WebSocketResponse, data: str, **options: Anything) -> None:
        recorder.write(_ANSWER, data.encode())
        await send(self, data, **options)

    patch.object(web.Response, "__init__", initialize).start()
    patch.object(web.WebSocketResponse, "send_str", send_str).start()
