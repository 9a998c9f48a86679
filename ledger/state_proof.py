"""Proofs that a key of the world state has a value, or is absent, under a header's state root.

    proof = [count, leaf, depth, bitmap, [sibling …]]

The leaf at the end of the way is key hash ‖ value hash, or null. Siblings go from the root
downwards; bit i of the bitmap, from the most significant one, says that the sibling at depth i + 1
is empty, and only the others are listed. A proof has one encoding, every byte of it is hashed or
refused, directions come from the queried key's bits alone, and the count is bound by the header:
each rule answers a bridge that was robbed or a proof system that was forged (the tests name them).
"""

from dataclasses import dataclass

from ledger import shape
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refusal, Refused, require
from ledger.roots import STATE_TAG, counted_root
from ledger.suites import HASH_SIZE
from ledger.tree_spec import JELLYFISH, TreeSpec

DEPTH_MAX = 256
STATE_PROOF_SIZE_MAX = 128 + DEPTH_MAX * (HASH_SIZE + 2) + DEPTH_MAX // 8
LEAF_SIZE = 2 * HASH_SIZE


@dataclass(frozen=True, slots=True)
class StateProof:
    """Where the way of a key's bits ends: at a leaf, or at nothing."""

    count: int
    """Keys of the whole tree."""
    leaf: bytes | None
    """Key hash ‖ value hash of the leaf at the end, None where the subtree there is empty."""
    siblings: tuple[bytes, ...]
    """Hash of the sibling of every step from the root downwards, the placeholder where empty."""

    def to_value(self, spec: TreeSpec = JELLYFISH) -> Value:
        """Return the proof as a canonical value."""
        depth = len(self.siblings)
        bits = "".join("1" if item == spec.empty else "0" for item in self.siblings)
        size = (depth + 7) // 8
        bitmap = int(bits.ljust(8 * size, "0") or "0", 2).to_bytes(size, "big")
        listed = [item for item in self.siblings if item != spec.empty]
        return [self.count, self.leaf, depth, bitmap, listed]

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        return encode(self.to_value())


def state_proof_from_value(value: Value, spec: TreeSpec = JELLYFISH) -> StateProof:
    """Return the proof of a decoded canonical value, or refuse with E006."""
    count, leaf, depth, bitmap, listed = shape.array(value, 5, "proof")
    steps = shape.unsigned(depth, "proof.depth", DEPTH_MAX)
    size = (steps + 7) // 8
    bits = f"{int.from_bytes(shape.byte_string(bitmap, 'proof.bitmap', size), 'big'):0{8 * size}b}"
    flags, padding = bits[:steps], bits[steps:]
    require("1" not in padding, Code.SCHEMA, "proof.bitmap")
    hashes = [
        shape.hash32(item, "proof.siblings")
        for item in shape.array(listed, flags.count("0"), "proof.siblings")
    ]
    require(spec.empty not in hashes, Code.SCHEMA, "proof.siblings")
    remaining = iter(hashes)
    return StateProof(
        shape.unsigned(count, "proof.count"),
        None if leaf is None else shape.byte_string(leaf, "proof.leaf", LEAF_SIZE),
        tuple(spec.empty if flag == "1" else next(remaining) for flag in flags),
    )


def decode_state_proof(data: bytes) -> StateProof:
    """Return the proof of strict canonical bytes, or refuse with E006."""
    return state_proof_from_value(decode(data, size_max=STATE_PROOF_SIZE_MAX))


def verify(
    state_root: bytes,
    proof: StateProof,
    raw_key: bytes,
    value: bytes | None,
    *,
    spec: TreeSpec = JELLYFISH,
) -> Refusal | None:
    """Say why a proof does not show that `raw_key` has `value` (None: is absent), or None.

    `state_root` must come from a header that a certificate proves final. About 0.6 µs a level.
    """
    try:
        _require_proven(state_root, proof, spec.digest(raw_key), value, spec)
    except Refused as refused:
        return refused.refusal
    return None


def _require_proven(
    state_root: bytes, proof: StateProof, key_hash: bytes, value: bytes | None, spec: TreeSpec
) -> None:
    depth = len(proof.siblings)
    require(depth <= DEPTH_MAX, Code.BAD_PROOF, "proof.depth")
    require(
        all(len(item) == HASH_SIZE for item in proof.siblings), Code.BAD_PROOF, "proof.siblings"
    )
    # Beside an empty sibling a lone leaf, or nothing, stands higher: no tree has such an end.
    require(depth == 0 or proof.siblings[-1] != spec.empty, Code.BAD_PROOF, "proof.siblings")
    if value is not None:
        require(proof.leaf == key_hash + spec.digest(value), Code.BAD_PROOF, "proof.leaf")
    elif proof.leaf is not None:
        require(len(proof.leaf) == LEAF_SIZE, Code.BAD_PROOF, "proof.leaf")
        shared = _shared_bits(proof.leaf[:HASH_SIZE], key_hash)
        require(depth <= shared < DEPTH_MAX, Code.BAD_PROOF, "proof.leaf")
    tree_root = _folded(proof, key_hash, spec)
    require(
        counted_root(STATE_TAG, proof.count, tree_root) == state_root, Code.BAD_PROOF, "state_root"
    )


def _shared_bits(one: bytes, other: bytes) -> int:
    """Return how many leading bits two key hashes have in common."""
    difference = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return DEPTH_MAX - difference.bit_length()


def _folded(proof: StateProof, key_hash: bytes, spec: TreeSpec) -> bytes:
    """Return the tree root, climbing by the queried key's bits from the deepest sibling."""
    result = spec.empty if proof.leaf is None else spec.leaf(proof.leaf)
    bits = int.from_bytes(key_hash, "big") >> (DEPTH_MAX - len(proof.siblings))
    for sibling in reversed(proof.siblings):
        result = spec.inner(sibling, result) if bits & 1 else spec.inner(result, sibling)
        bits >>= 1
    return result
