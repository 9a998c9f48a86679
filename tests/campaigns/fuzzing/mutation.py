"""Changes of inputs: of one place in their structure, or of their bytes."""

import random
from collections.abc import Callable, Sequence

from tests.campaigns.fuzzing.forms import CBOR, Form, NoTree, Tree

SIZE_MAX = 256 * 1024
"""An input is never longer: what is beyond the bounds is refused before it is read."""
DESCENT = 0.8
"""How often a change goes one level deeper instead of happening here."""
BYTES_SHARE = 0.25
"""How often the bytes are changed instead of, or besides, the structure."""
REPEATED_SIZE_MAX = 8_192
"""Longer lists, as Python writes them, are not repeated: repeated twice they would never end."""
INNER_SHARE = 0.5
"""How often a byte string that is CBOR itself is changed inside."""

_EDGES: tuple[Tree, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    255,
    256,
    2**31 - 1,
    2**32,
    2**53,
    2**63 - 1,
    2**63,
    2**64 - 1,
    2**64,
    -(2**63),
    -(2**64),
    1.5,
    b"",
    bytes(32),
    b"\x01" + bytes(32),
    b"\xff" * 33,
    b"\xab" * 65,
    "",
    "a",
    "泉" * 33,
    "\x00",
    "e\u0301",
    "ab" * 32,
    [],
    [[]],
    {},
    {"a": 1},
)


def mutated(form: Form, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Return a changed input of a form, from one of the valid ones and pieces of the others."""
    data = rng.choice(seeds)
    if rng.random() >= BYTES_SHARE:
        data = _structure_changed(form, data, rng.choice(seeds), rng)
    if rng.random() < BYTES_SHARE:
        data = _bytes_changed(form, data, rng)
    return data[:SIZE_MAX]


def _structure_changed(form: Form, data: bytes, other: bytes, rng: random.Random) -> bytes:
    try:
        tree, donor = form.taken_apart(data), form.taken_apart(other)
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            tree = _changed(tree, donor, rng)
        return form.put_together(tree, rng)
    except NoTree:
        return _bytes_changed(form, data, rng)


def _changed(tree: Tree, donor: Tree, rng: random.Random) -> Tree:
    """Return a tree with one place changed, found by a random descent."""
    if isinstance(tree, list) and tree and rng.random() < DESCENT:
        at = rng.randrange(len(tree))
        return [*tree[:at], _changed(tree[at], donor, rng), *tree[at + 1 :]]
    if isinstance(tree, dict) and tree and rng.random() < DESCENT:
        key = rng.choice(list(tree))
        return {**tree, key: _changed(tree[key], donor, rng)}
    change = rng.choice(_CHANGES.get(type(tree), _ANY_CHANGES))
    return change(tree, donor, rng)


def _edge(_: Tree, __: Tree, rng: random.Random) -> Tree:
    return rng.choice(_EDGES)


def _grafted(_: Tree, donor: Tree, rng: random.Random) -> Tree:
    """Return a piece of another input."""
    while isinstance(donor, list | dict) and donor and rng.random() < DESCENT:
        donor = rng.choice(list(donor.values()) if isinstance(donor, dict) else donor)
    return donor


def _wrapped(tree: Tree, _: Tree, rng: random.Random) -> Tree:
    for _depth in range(rng.choice((1, 2, 15, 17, 200))):
        tree = [tree]
    return tree


def _number(tree: int, _: Tree, rng: random.Random) -> Tree:
    return rng.choice((tree + 1, tree - 1, -tree, tree * 2, tree ^ (1 << rng.randrange(64))))


def _bytes(tree: bytes, donor: Tree, rng: random.Random) -> Tree:
    if tree and rng.random() < INNER_SHARE:
        try:
            return CBOR.put_together(_changed(CBOR.taken_apart(tree), donor, rng), rng)
        except NoTree:
            pass
    return _bytes_changed(CBOR, tree, rng)


def _text(tree: str, _: Tree, rng: random.Random) -> Tree:
    at = rng.randint(0, len(tree))
    piece = rng.choice(("", "0", "ff", "\u0000", "泉", "A", "-", "9" * 20, "a" * 300))
    return tree[:at] + piece + tree[at + rng.choice((0, 1, len(tree))) :]


def _list(tree: list[Tree], donor: Tree, rng: random.Random) -> Tree:
    at = rng.randint(0, len(tree))
    change = rng.randrange(6)
    if change == 0:
        return tree[:at] + tree[at + 1 :]
    if change == 1:
        return [*tree[:at], _grafted(tree, donor, rng), *tree[at:]]
    if change == 2:
        return tree[::-1]
    if change == 3:
        return tree + tree[:at]
    if change == 4 and len(repr(tree)) <= REPEATED_SIZE_MAX:
        return tree * rng.choice((2, 10, 300))
    return rng.sample(tree, len(tree))


def _dictionary(tree: dict[str, Tree], donor: Tree, rng: random.Random) -> Tree:
    keys = list(tree)
    if keys and rng.random() < 0.6:
        gone = rng.choice(keys)
        kept = {key: value for key, value in tree.items() if key != gone}
        return kept if rng.random() < 0.5 else {**kept, _text(gone, None, rng): tree[gone]}
    added = rng.choice((*keys, "a", "id", "method", "params", "limit", "cursor"))
    return {**tree, added: _grafted(tree, donor, rng)}


Change = Callable[[Tree, Tree, random.Random], Tree]
_ANY_CHANGES: tuple[Change, ...] = (_edge, _grafted, _wrapped)
_CHANGES: dict[type, tuple[Change, ...]] = {
    int: (*_ANY_CHANGES, _number, _number),
    bytes: (*_ANY_CHANGES, _bytes, _bytes, _bytes),
    str: (*_ANY_CHANGES, _text, _text),
    list: (*_ANY_CHANGES, _list, _list, _list),
    dict: (*_ANY_CHANGES, _dictionary, _dictionary),
}


def _bytes_changed(form: Form, data: bytes, rng: random.Random) -> bytes:
    """Return bytes with a bit flipped, a piece cut, doubled, moved or put in, or a trap in them."""
    at = rng.randint(0, len(data))
    end = min(len(data), at + rng.choice((1, 2, 4, 33, 1_000)))
    change = rng.randrange(7)
    if change == 0 and at < len(data):
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if change == 1:
        return data[:at]
    if change == 2:
        return data[:at] + data[end:]
    if change == 3:
        return data[:end] + data[at:end] + data[end:]
    if change == 4:
        return data[:at] + rng.randbytes(rng.choice((1, 4, 32))) + data[end:]
    return data[:at] + rng.choice(form.traps) + data[at if change == 5 else end :]
