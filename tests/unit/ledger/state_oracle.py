"""The state tree as its definition reads, and key hashes chosen by the test."""

import hashlib
from collections.abc import Mapping

from ledger.state_tree import TreeRoot, TreeUpdate, update
from ledger.tree_spec import JELLYFISH, Digest, TreeSpec

CHOSEN_KEY_SIZE = 33


class Verbatim:
    """A digest that is what it was told to be."""

    def __init__(self, value: bytes) -> None:
        self._value = value

    def digest(self) -> bytes:
        """Return the chosen hash."""
        return self._value


def _chosen_or_sha256(data: bytes) -> Digest:
    if len(data) == CHOSEN_KEY_SIZE and data[0] == ord("K"):
        return Verbatim(data[1:])
    return hashlib.sha256(data)


CHOSEN = TreeSpec(_chosen_or_sha256, JELLYFISH.leaf_tag, JELLYFISH.inner_tag, JELLYFISH.empty)
"""A tree in which the raw key "K" ‖ 32 bytes has those bytes as its hash: deep paths for tests."""


def chosen_key(key_hash: bytes) -> bytes:
    """Return the raw key of a hash chosen by the test."""
    return b"K" + key_hash


def oracle_root(state: Mapping[bytes, bytes], spec: TreeSpec = JELLYFISH) -> bytes:
    """Return the root of a state by the definition in `ledger.tree_spec`, eight lines long."""
    return _root([(spec.digest(key), spec.digest(value)) for key, value in state.items()], 0, spec)


def _root(members: list[tuple[bytes, bytes]], depth: int, spec: TreeSpec) -> bytes:
    if not members:
        return spec.empty
    if len(members) == 1:
        return spec.leaf(members[0][0] + members[0][1])
    sides: tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]] = ([], [])
    for member in members:
        sides[member[0][depth // 8] >> (7 - depth % 8) & 1].append(member)
    return spec.inner(_root(sides[0], depth + 1, spec), _root(sides[1], depth + 1, spec))


class PageStore:
    """Pages by key, and what each version left behind: the part of a node's store that matters."""

    def __init__(self, spec: TreeSpec = JELLYFISH) -> None:
        self.pages: dict[bytes, bytes] = {}
        self.stale_since: dict[bytes, int] = {}
        self.spec = spec

    def apply(
        self, root: TreeRoot, version: int, changes: Mapping[bytes, bytes | None]
    ) -> TreeUpdate:
        """Update the tree and store what it wrote."""
        result = update(self.pages.get, root, version, changes, spec=self.spec)
        assert self.pages.keys().isdisjoint(result.pages)
        assert self.pages.keys() >= set(result.stale)
        self.pages.update(result.pages)
        for key in result.stale:
            assert key not in self.stale_since
            self.stale_since[key] = version
        return result

    def prune(self, oldest_kept: int) -> None:
        """Delete the pages that no version from `oldest_kept` on needs."""
        gone = [key for key, since in self.stale_since.items() if since <= oldest_kept]
        for key in gone:
            del self.pages[key], self.stale_since[key]


def apply_to_model(
    model: Mapping[bytes, bytes], changes: Mapping[bytes, bytes | None]
) -> dict[bytes, bytes]:
    """Return a plain dictionary with the same changes applied."""
    merged = {**model, **changes}
    return {key: value for key, value in merged.items() if value is not None}
