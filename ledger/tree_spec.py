"""What a state tree hashes with: digest, domain tags and the placeholder of an empty subtree.

The root is a pure function of the set of pairs of key hash and value hash:

    root(S, d) = empty                                            where S is empty
                 leaf(key hash, value hash)                       where S has one member
                 inner(root(S with bit d = 0, d + 1), root(S with bit d = 1, d + 1))   otherwise

Bits are counted from the most significant one. The tags differ in length and content, so that no leaf passes as an inner
node (CVE-2017-12842). This is the Jellyfish Merkle tree (Gao, Hu, Wu: "Jellyfish Merkle Tree", 2021).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = tuple[int, bytes]
"""Weight and hash of a subtree: 0 for an empty one, 1 for a single leaf, 2 for anything larger."""

EMPTY_WEIGHT, LEAF_WEIGHT, INNER_WEIGHT = 0, 1, 2


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@dataclass(frozen=True, slots=True)
class TreeSpec:
    """One way to hash a state tree. `digest` gives 32 bytes; `empty` has 32 bytes that are no digest."""

    digest: Callable[[bytes], bytes]
    leaf_tag: bytes
    inner_tag: bytes
    empty: bytes

    def leaf(self, record: bytes) -> bytes:
        """Return the hash of a leaf from its record: key hash ‖ value hash, 64 bytes."""
        return self.digest(self.leaf_tag + record)

    def inner(self, left: bytes, right: bytes) -> bytes:
        """Return the hash of an inner node."""
        return self.digest(self.inner_tag + left + right)

    def join(self, left: Node, right: Node) -> Node:
        """Return the node over two subtrees: a lone leaf stands for its parent, everything larger is hashed."""
        if left[0] + right[0] >= INNER_WEIGHT:
            return INNER_WEIGHT, self.digest(self.inner_tag + left[1] + right[1])
        return left if left[0] else right


JELLYFISH = TreeSpec(
    digest=_sha256,
    leaf_tag=b"JMT::LeafNode",
    inner_tag=b"JMT::IntrnalNode",
    empty=b"SPARSE_MERKLE_PLACEHOLDER_HASH__",
)
"""The tree of suite 1: the tags of the reference implementation over SHA-256, so that its published vectors apply."""
