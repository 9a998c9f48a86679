"""The world state's authenticated tree: one batch update per block, sixteen-ary pages, proofs at every kept version.

The root depends on the set of keys and values alone (`ledger.tree_spec`); how the tree is stored is in
`ledger.state_page`. Pages are never overwritten: a version writes new ones and names those it no longer needs, so that
every version of the window stays provable until its stale pages are deleted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ledger.refusal import Code, require
from ledger.roots import STATE_TAG, counted_root
from ledger.state_page import (
    CHILDREN_OF_QUAD,
    EMPTY_HEAD,
    LAYOUTS,
    LEAF_SIZE,
    LINK_SIZE,
    QUADS,
    VERSION_SIZE,
    PageMissing,
    children_of,
    head_of,
    nibbles,
    split_page,
    split_quad,
)
from ledger.state_proof import StateProof
from ledger.suites import HASH_SIZE
from ledger.tree_spec import EMPTY_WEIGHT, INNER_WEIGHT, JELLYFISH, LEAF_WEIGHT, Node, TreeSpec

ReadPage: TypeAlias = Callable[[bytes], bytes | None]
"""Gives the page of a page key, None where the store has none."""

_Item: TypeAlias = tuple[bytes, bytes]
"""A change on its way down: path of the key hash in nibbles, leaf record (empty bytes delete the key)."""

_ROOT_SIZE = 2 * VERSION_SIZE + HASH_SIZE


@dataclass(frozen=True, slots=True)
class TreeRoot:
    """A version of the tree: its hash, how many keys it holds, and the version of its root page."""

    hash: bytes
    count: int
    page_version: int

    def state_root(self) -> bytes:
        """Return the root as headers carry it, bound to the count."""
        return counted_root(STATE_TAG, self.count, self.hash)

    def encoded(self) -> bytes:
        """Return hash ‖ count u64 ‖ page version u64, 48 bytes, for the store."""
        return self.hash + self.count.to_bytes(8, "big") + self.page_version.to_bytes(8, "big")


def decode_tree_root(data: bytes) -> TreeRoot:
    """Return the root of its bytes, or refuse (E006) another length."""
    require(len(data) == _ROOT_SIZE, Code.SCHEMA, "tree_root")
    count = int.from_bytes(data[HASH_SIZE : HASH_SIZE + VERSION_SIZE], "big")
    return TreeRoot(data[:HASH_SIZE], count, int.from_bytes(data[-VERSION_SIZE:], "big"))


EMPTY_ROOT = TreeRoot(JELLYFISH.empty, 0, 0)
"""The tree without keys; it has no page."""


@dataclass(frozen=True, slots=True)
class TreeUpdate:
    """What a version changes: its root, the pages to write, and the keys of older pages that it no longer references."""

    root: TreeRoot
    pages: dict[bytes, bytes]
    stale: tuple[bytes, ...]


def update(
    read_page: ReadPage,
    root: TreeRoot,
    version: int,
    changes: Mapping[bytes, bytes | None],
    *,
    spec: TreeSpec = JELLYFISH,
) -> TreeUpdate:
    """Apply changes (raw key → value, or None to delete) to `root` as `version`, which is above every earlier one.

    A change that changes nothing writes nothing. Raises PageMissing where the store lacks a page of `root`. Costs about
    one page read and write for each changed key beyond the crowded top of the tree, and 10 to 15 µs of hashing and copying.
    """
    digest = spec.digest
    items = [
        (nibbles(key_hash := digest(key)), b"" if value is None else key_hash + digest(value))
        for key, value in changes.items()
    ]
    batch = _Batch(read_page, version, spec)
    record = batch.apply(root, items)
    tree_hash = record[VERSION_SIZE:] if record else spec.empty
    page_version = int.from_bytes(record[:VERSION_SIZE], "big")
    new_root = TreeRoot(tree_hash, root.count + batch.added, page_version)
    return TreeUpdate(new_root, batch.pages, tuple(batch.stale))


def _grouped(items: list[_Item], depth: int) -> dict[int, list[_Item]]:
    """Return the items by their nibble at a depth, in the order in which they came."""
    if len(items) == 1:
        return {items[0][0][depth]: items}
    groups: dict[int, list[_Item]] = {}
    for item in items:
        nibble = item[0][depth]
        if nibble in groups:
            groups[nibble].append(item)
        else:
            groups[nibble] = [item]
    return groups


class _Batch:
    """One update in progress: pages written and left behind so far."""

    __slots__ = ("_empty", "_read_page", "_spec", "_version", "added", "pages", "stale")

    def __init__(self, read_page: ReadPage, version: int, spec: TreeSpec) -> None:
        self._read_page = read_page
        self._version = version.to_bytes(VERSION_SIZE, "big")
        self._spec = spec
        self._empty: Node = (EMPTY_WEIGHT, spec.empty)
        self.pages: dict[bytes, bytes] = {}
        self.stale: list[bytes] = []
        self.added = 0

    def apply(self, root: TreeRoot, items: list[_Item]) -> bytes:
        """Return the record of the new root page, empty where no key is left."""
        if root.count == 0:
            return self._new_root([item for item in items if item[1]])
        return self._update_page(_link(root), b"", items) if items else _link(root)

    def _new_root(self, items: list[_Item]) -> bytes:
        self.added += len(items)
        return self._new_page(b"", items) if items else b""

    def _update_page(self, link: bytes, path: bytes, items: list[_Item]) -> bytes:
        """Apply items to the page of a link; return the record that stands for it now, the same link if unchanged."""
        key = link[:VERSION_SIZE] + path
        heads, bodies = split_page(_load(self._read_page, key))
        changed: dict[int, list[bytes]] = {}
        for nibble, group in _grouped(items, len(path)).items():
            quad, child = nibble >> 2, nibble & 3
            children = changed.get(quad) or split_quad(heads[quad], bodies[quad])
            record = self._update_child(children[child], path + bytes((nibble,)), group)
            if record != children[child]:
                children[child] = record
                changed[quad] = children
        if not changed:
            return link
        self.stale.append(key)
        return self._write(path, heads, bodies, changed)

    def _update_child(self, record: bytes, path: bytes, items: list[_Item]) -> bytes:
        """Apply items to the child at a path; return its new record."""
        if len(record) == LINK_SIZE:
            return self._update_page(record, path, items)
        kept = [item for item in items if item[1]]
        if record:
            self.added -= 1
            old_path = nibbles(record[:HASH_SIZE])
            if all(item[0] != old_path for item in items):
                kept.append((old_path, record))
        self.added += len(kept)
        return self._new_child(path, kept)

    def _new_child(self, path: bytes, items: list[_Item]) -> bytes:
        if not items:
            return b""
        return items[0][1] if len(items) == 1 else self._new_page(path, items)

    def _new_page(self, path: bytes, items: list[_Item]) -> bytes:
        """Write a page with nothing but these items, and the pages below it; return its record."""
        changed: dict[int, list[bytes]] = {}
        for nibble, group in _grouped(items, len(path)).items():
            children = changed.setdefault(nibble >> 2, [b""] * CHILDREN_OF_QUAD)
            children[nibble & 3] = self._new_child(path + bytes((nibble,)), group)
        return self._write(path, [EMPTY_HEAD] * QUADS, [b""] * QUADS, changed)

    def _write(
        self, path: bytes, heads: list[int], bodies: list[bytes], changed: dict[int, list[bytes]]
    ) -> bytes:
        """Put the changed quads into a page and write it, unless only a leaf or nothing is left below the root."""
        for quad, children in changed.items():
            head = head_of(children)
            body = b"".join(children)
            if LAYOUTS[head].has_hash:
                body = self._fold([_node(self._spec, record) for record in children])[1] + body
            heads[quad], bodies[quad] = head, body
        nodes = [self._quad_node(head, body) for head, body in zip(heads, bodies, strict=True)]
        weight, tree_hash = self._fold(nodes)
        if weight == EMPTY_WEIGHT:
            return b""
        if weight == LEAF_WEIGHT and path:
            return b"".join(bodies)
        self.pages[self._version + path] = bytes(heads) + b"".join(bodies)
        return self._version + tree_hash

    def _quad_node(self, head: int, body: bytes) -> Node:
        if LAYOUTS[head].has_hash:
            return INNER_WEIGHT, body[:HASH_SIZE]
        return (LEAF_WEIGHT, self._spec.leaf(body)) if body else self._empty

    def _fold(self, nodes: list[Node]) -> Node:
        join = self._spec.join
        return join(join(nodes[0], nodes[1]), join(nodes[2], nodes[3]))


def prove(
    read_page: ReadPage, root: TreeRoot, raw_key: bytes, *, spec: TreeSpec = JELLYFISH
) -> StateProof:
    """Return the proof that a key has its value, or that it is absent, under `root`.

    Raises PageMissing where pages of `root` have left the store. About 60 µs at 10^6 keys.
    """
    path = nibbles(spec.digest(raw_key))
    siblings: list[bytes] = []
    record = _link(root) if root.count else b""
    depth = 0
    while len(record) == LINK_SIZE:
        page = _load(read_page, record[:VERSION_SIZE] + path[:depth])
        record = _descend(spec, children_of(page), path[depth], siblings)
        depth += 1
    return StateProof(root.count, record or None, tuple(siblings))


def _descend(spec: TreeSpec, children: list[bytes], nibble: int, siblings: list[bytes]) -> bytes:
    """Go down the four levels of a page, noting siblings; return the record where the way leads on or ends."""
    while len(children) > 1:
        if sum(map(_weight, children)) < INNER_WEIGHT:
            return b"".join(children)
        half = len(children) // 2
        low, high = children[:half], children[half:]
        near, far = (high, low) if nibble & half else (low, high)
        siblings.append(_subtree(spec, far)[1])
        children = near
    return children[0]


def _subtree(spec: TreeSpec, children: list[bytes]) -> Node:
    """Return the node over 1, 2, 4 or 8 neighbouring children of a page."""
    if len(children) == 1:
        return _node(spec, children[0])
    half = len(children) // 2
    return spec.join(_subtree(spec, children[:half]), _subtree(spec, children[half:]))


def _node(spec: TreeSpec, record: bytes) -> Node:
    """Return the node of one child record."""
    weight = _weight(record)
    if weight == LEAF_WEIGHT:
        return weight, spec.leaf(record)
    return weight, record[VERSION_SIZE:] if record else spec.empty


def _weight(record: bytes) -> int:
    if len(record) == LEAF_SIZE:
        return LEAF_WEIGHT
    return INNER_WEIGHT if record else EMPTY_WEIGHT


def _link(root: TreeRoot) -> bytes:
    return root.page_version.to_bytes(VERSION_SIZE, "big") + root.hash


def _load(read_page: ReadPage, key: bytes) -> bytes:
    page = read_page(key)
    if page is None:
        raise PageMissing(key.hex())
    return page
