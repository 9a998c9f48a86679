"""RFC 6962 trees for everything that is ordered: roots, inclusion and consistency proofs, frontier.

Leaves and inner nodes have different prefixes, and a list is split at the largest power of two
below its size without doubling a last leaf (CVE-2012-2459). Verification follows RFC 9162 §2.1.3.2
and §2.1.4.2. Roots travel as `ledger.roots` binds them to their leaf count, so that a proof cannot
choose the shape of the tree.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ledger import shape
from ledger.encoding import INTEGER_MAX, Value
from ledger.refusal import Code, Refusal, Refused, require
from ledger.suites import HASH_SIZE

PATH_SIZE_MAX = 64
"""Most hashes of a path: a tree has fewer than 2^64 leaves."""

_SIZE_BYTES = 8
_EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of a list, of the empty one SHA-256 of nothing. 0.8 µs a leaf."""
    if not leaves:
        return _EMPTY
    level = [leaf_hash(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def _level_above(level: list[bytes]) -> list[bytes]:
    pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) - len(level) % 2 :]


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Proof that a leaf stands at `index` of `size`; `path` climbs from the leaf's sibling."""

    index: int
    size: int
    path: tuple[bytes, ...]

    def to_value(self) -> Value:
        """Return the proof as a canonical value: [index, size, [hash …]]."""
        return [self.index, self.size, list(self.path)]


def inclusion_proof_from_value(value: Value) -> InclusionProof:
    """Return the proof of a decoded canonical value, or refuse with E006."""
    index, size, path = shape.array(value, 3, "inclusion")
    return InclusionProof(
        shape.unsigned(index, "inclusion.index"),
        shape.unsigned(size, "inclusion.size"),
        tuple(
            shape.hash32(item, "inclusion.path")
            for item in shape.array_up_to(path, PATH_SIZE_MAX, "inclusion.path")
        ),
    )


def prove_inclusion(leaves: Sequence[bytes], index: int) -> InclusionProof:
    """Return the proof of one leaf of a list; RFC 6962 §2.1.1. 0.8 µs for each leaf of the list."""
    return prove_by_levels(tree_levels(leaves), index)


def tree_levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Return all levels of a tree, hashed leaves first, to prove several leaves of it."""
    levels = [[leaf_hash(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        levels.append(_level_above(levels[-1]))
    return levels


def prove_by_levels(levels: Sequence[Sequence[bytes]], index: int) -> InclusionProof:
    """Return the proof of one leaf of a tree whose levels are at hand. 0.2 µs for each level."""
    assert 0 <= index < len(levels[0])
    path = []
    position = index
    for level in levels[:-1]:
        if position ^ 1 < len(level):
            path.append(level[position ^ 1])
        position >>= 1
    return InclusionProof(index, len(levels[0]), tuple(path))


def included_root(leaf: bytes, proof: InclusionProof) -> bytes:
    """Return the tree root that a proof gives for a leaf; refuse (E805) a path of a wrong length.

    Directions come from index and size alone, never from the prover. RFC 9162 §2.1.3.2.
    """
    require(0 <= proof.index < proof.size <= INTEGER_MAX, Code.BAD_PROOF, "inclusion.index")
    position, last = proof.index, proof.size - 1
    result = leaf_hash(leaf)
    for sibling in proof.path:
        require(last > 0 and len(sibling) == HASH_SIZE, Code.BAD_PROOF, "inclusion.path")
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while not position & 1:
                position, last = position >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    require(last == 0, Code.BAD_PROOF, "inclusion.path")
    return result


def prove_consistency(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the path that shows the first `old_size` leaves unchanged; RFC 6962 §2.1.2."""
    assert 1 <= old_size <= len(leaves)
    path: list[bytes] = []
    whole = True
    while old_size < len(leaves):
        split = 1 << (len(leaves) - 1).bit_length() - 1
        if old_size <= split:
            path.append(merkle_root(leaves[split:]))
            leaves = leaves[:split]
        else:
            path.append(merkle_root(leaves[:split]))
            leaves = leaves[split:]
            old_size -= split
            whole = False
    if not whole:
        path.append(merkle_root(leaves))
    return tuple(reversed(path))


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root of a list at one moment."""

    size: int
    root: bytes


def verify_consistency(old: TreeHead, new: TreeHead, path: Sequence[bytes]) -> Refusal | None:
    """Say why a path does not show that `new` only appends to `old`, or None where it does.

    RFC 9162 §2.1.4.2; an old size of 0 proves nothing and is refused.
    """
    try:
        require(1 <= old.size <= new.size <= INTEGER_MAX, Code.BAD_PROOF, "consistency.size")
        require(all(len(item) == HASH_SIZE for item in path), Code.BAD_PROOF, "consistency.path")
        if old.size == new.size:
            require(not path, Code.BAD_PROOF, "consistency.path")
            require(old.root == new.root, Code.BAD_PROOF, "consistency.root")
        else:
            _require_consistent(old, new, path)
    except Refused as refused:
        return refused.refusal
    return None


def _require_consistent(old: TreeHead, new: TreeHead, path: Sequence[bytes]) -> None:
    position, last = old.size - 1, new.size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    # An old size that is a power of two is a whole subtree of the new tree: the path leaves it out.
    is_whole = old.size & old.size - 1 == 0
    hashes = [old.root, *path] if is_whole else list(path)
    require(bool(hashes), Code.BAD_PROOF, "consistency.path")
    old_root = new_root = hashes[0]
    for sibling in hashes[1:]:
        require(last > 0, Code.BAD_PROOF, "consistency.path")
        if position & 1 or position == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        position, last = position >> 1, last >> 1
    require(last == 0, Code.BAD_PROOF, "consistency.path")
    require(old_root == old.root and new_root == new.root, Code.BAD_PROOF, "consistency.root")


@dataclass(frozen=True, slots=True)
class Frontier:
    """What an append-only tree must remember: its whole subtrees, one for each one-bit of size.

    `hashes` goes from the largest subtree to the smallest. Appending costs two hashes on average,
    the root at most log2(size). The size is below 2^64.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf."""
        hashes = list(self.hashes)
        result = leaf_hash(leaf)
        rest = self.size
        while rest & 1:
            result = node_hash(hashes.pop(), result)
            rest >>= 1
        return Frontier(self.size + 1, (*hashes, result))

    def root(self) -> bytes:
        """Return the Merkle tree hash of all leaves so far, the same as `merkle_root` over them."""
        if not self.hashes:
            return _EMPTY
        result = self.hashes[-1]
        for subtree in reversed(self.hashes[:-1]):
            result = node_hash(subtree, result)
        return result

    def encoded(self) -> bytes:
        """Return size as u64 and the hashes, 8 + 32 · popcount(size) bytes."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)


def decode_frontier(data: bytes) -> Frontier:
    """Return the frontier of its bytes; refuse (E006) any but one hash for each one-bit of size."""
    size = int.from_bytes(data[:_SIZE_BYTES], "big")
    require(len(data) == _SIZE_BYTES + HASH_SIZE * size.bit_count(), Code.SCHEMA, "frontier")
    starts = range(_SIZE_BYTES, len(data), HASH_SIZE)
    return Frontier(size, tuple(data[start : start + HASH_SIZE] for start in starts))
