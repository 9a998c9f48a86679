"""What a state tree hashes with: algorithm, domain tags and the placeholder of an empty subtree.

The root is a pure function of the set of pairs of key hash and value hash:

    root(S, d) = empty                        where S is empty
                 leaf(key hash ‖ value hash)  where S has one member
                 inner(root(S with bit d = 0, d + 1), root(S with bit d = 1, d + 1))   otherwise

Bits are counted from the most significant one. The tags differ in length and content, so that no
leaf passes as an inner node (CVE-2017-12842). This is the Jellyfish Merkle tree (Gao, Hu, Wu:
"Jellyfish Merkle Tree", 2021).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Node: TypeAlias = tuple[int, bytes]
"""Weight and hash of a subtree."""

EMPTY_WEIGHT = 0
LEAF_WEIGHT = 1
INNER_WEIGHT = 2
"""Weight of anything larger than a leaf. Two subtrees are hashed together where their weights add
up to at least this; otherwise the lone leaf, or nothing, stands for both."""


class Digest(Protocol):
    """A finished hash computation, as `hashlib` gives it."""

    def digest(self) -> bytes:
        """Return the hash."""


@dataclass(frozen=True, slots=True)
class TreeSpec:
    """One way to hash a state tree. Hashes have 32 bytes; `empty` has 32 bytes that are no hash."""

    algorithm: Callable[[bytes], Digest]
    leaf_tag: bytes
    inner_tag: bytes
    empty: bytes

    def digest(self, data: bytes) -> bytes:
        """Return the untagged hash of a key or value."""
        return self.algorithm(data).digest()

    def leaf(self, record: bytes) -> bytes:
        """Return the hash of a leaf from its record: key hash ‖ value hash, 64 bytes."""
        return self.algorithm(self.leaf_tag + record).digest()

    def inner(self, left: bytes, right: bytes) -> bytes:
        """Return the hash of an inner node."""
        return self.algorithm(self.inner_tag + left + right).digest()

    def join(self, left: Node, right: Node) -> Node:
        """Return the node over two neighbouring subtrees."""
        if left[0] + right[0] < INNER_WEIGHT:
            return left if left[0] else right
        return INNER_WEIGHT, self.inner(left[1], right[1])

    def fold(self, weights: Sequence[int], hashes: Sequence[bytes]) -> bytes:
        """Return the hash over four neighbouring subtrees.

        The same as two levels of `join`, written flat because every changed key passes here some
        four times: three hashes, about 0.5 µs each.
        """
        algorithm, tag = self.algorithm, self.inner_tag
        first, second, third, fourth = hashes
        left, right = weights[0] + weights[1], weights[2] + weights[3]
        if left >= INNER_WEIGHT:
            low = algorithm(tag + first + second).digest()
        else:
            low = first if weights[0] else second
        if right >= INNER_WEIGHT:
            high = algorithm(tag + third + fourth).digest()
        else:
            high = third if weights[2] else fourth
        if left + right >= INNER_WEIGHT:
            return algorithm(tag + low + high).digest()
        return low if left else high


JELLYFISH = TreeSpec(
    algorithm=hashlib.sha256,
    leaf_tag=b"JMT::LeafNode",
    inner_tag=b"JMT::IntrnalNode",
    empty=b"SPARSE_MERKLE_PLACEHOLDER_HASH__",
)
"""The tree of suite 1: SHA-256 with the tags of the reference implementation, so that its published
vectors apply."""
