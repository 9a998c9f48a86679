"""Forms that inputs have: bytes that can be taken apart into a tree and put together again."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import cbor2
import msgpack

from node.network.frames import PREFIX_SIZE

Tree: TypeAlias = Any
"""Lists, dictionaries, numbers, texts and bytes as a decoder without rules reads them."""


@dataclass(frozen=True, slots=True)
class Form:
    """How to take bytes apart and together, and what lies in wait for a careless reader."""

    load: Callable[[bytes], Tree]
    dump: Callable[[Tree, random.Random], bytes]
    traps: tuple[bytes, ...]
    """Lengths that nothing follows, deep nesting, marks that a strict reader refuses."""

    def taken_apart(self, data: bytes) -> Tree:
        """Return the tree of bytes; raise NoTree where they are none."""
        try:
            return self.load(data)
        except Exception as error:
            raise NoTree from error

    def put_together(self, tree: Tree, rng: random.Random) -> bytes:
        """Return the bytes of a tree; raise NoTree where the form has none for it."""
        try:
            return self.dump(tree, rng)
        except Exception as error:
            raise NoTree from error


class NoTree(Exception):
    """Bytes that this form cannot take apart, or a tree that it cannot write."""


def _frame_tree(data: bytes) -> Tree:
    return [data[0], msgpack.unpackb(data[PREFIX_SIZE:], strict_map_key=False)]


def _frame_bytes(tree: Tree, rng: random.Random) -> bytes:
    kind, values = tree
    body: bytes = msgpack.packb(values, use_bin_type=True)
    size = len(body) if rng.random() < 0.9 else rng.choice((0, len(body) - 1, 2**32 - 1))
    return bytes([kind]) + max(0, size).to_bytes(4, "big") + body


def _json_bytes(tree: Tree, _: random.Random) -> bytes:
    return json.dumps(tree, ensure_ascii=False, default=bytes.hex).encode()


def _lines(data: bytes) -> Tree:
    return [line.split(b" ") for line in data.split(b"\n")]


def _lines_together(tree: Tree, _: random.Random) -> bytes:
    return b"\n".join(b" ".join(_word(word) for word in line) for line in tree)


def _word(word: Tree) -> bytes:
    return word if isinstance(word, bytes) else json.dumps(word, default=bytes.hex).encode()


_DEEP = 20_000

CBOR = Form(
    cbor2.loads,
    lambda tree, rng: cbor2.dumps(tree, canonical=rng.random() < 0.9),
    (
        b"\x9b" + b"\xff" * 8,
        b"\x5b\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\x9f",
        b"\xbf",
        b"\x5f",
        b"\xff",
        b"\xf9\x7e\x00",
        b"\xc2\x49" + b"\x01" * 9,
        b"\x18\x01",
        b"\xd8\x1c\x80",
        b"\x81" * _DEEP,
        b"\xa1" * 300,
    ),
)
FRAME = Form(
    _frame_tree,
    _frame_bytes,
    (
        b"\xdd" + b"\xff" * 4,
        b"\xc6" + b"\xff" * 4,
        b"\xdf" + b"\xff" * 4,
        b"\xc9" + b"\xff" * 4,
        b"\xcb" + b"\x7f\xf8" + bytes(6),
        b"\xc1",
        b"\xd6\xff" + bytes(4),
        b"\x91" * _DEEP,
        b"\x81" * 300,
    ),
)
JSON = Form(
    json.loads,
    _json_bytes,
    (
        b"[" * _DEEP,
        b'{"a":' * _DEEP,
        b"1e400",
        b"NaN",
        b"-0",
        b"1" * 5_000,
        b'"\\ud800"',
        b"\xff",
        b"\xef\xbb\xbf",
        b'"a":1,"a":2,',
        b"1.5",
    ),
)
TOML = Form(
    _lines,
    _lines_together,
    (
        b"[" * _DEEP,
        b'"""',
        b"9" * 5_000,
        b"1e400",
        b"nan",
        b"\xff",
        b"[[node]]\n",
        b"[node]\n",
        b"\x00",
        b"a." * 5_000,
        b"0x",
        b"1979-05-27",
        b"{" * 5_000,
    ),
)
