"""RFC 6962 trees: roots, paths and the frontier agree with the recursive definition."""

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import INTEGER_MAX, Value
from ledger.merkle import (
    PATH_SIZE_MAX,
    Frontier,
    InclusionProof,
    TreeHead,
    decode_frontier,
    included_root,
    inclusion_proof_from_value,
    leaf_hash,
    merkle_root,
    node_hash,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
)
from ledger.refusal import Code, Refusal, Refused
from ledger.roots import TRANSACTIONS_TAG, counted_root, list_root, verify_included

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=70, unique=True)

# The tree over these eight leaves has been the common test of Certificate Transparency
# implementations since RFC 6962; root k is that of the first k leaves.
CT_LEAVES = [
    bytes.fromhex(item)
    for item in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def recursive_root(leaves: list[bytes]) -> bytes:
    """Compute MTH as RFC 6962 §2.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = max(1 << k for k in range(len(leaves).bit_length()) if 1 << k < len(leaves))
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


@pytest.mark.parametrize("size", range(len(CT_ROOTS)))
def test_known_roots(size: int) -> None:
    """The roots that every Certificate Transparency implementation agrees on."""
    assert merkle_root(CT_LEAVES[:size]).hex() == CT_ROOTS[size]


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    """The level-by-level root equals the recursive definition, for every size."""
    assert merkle_root(leaves) == recursive_root(leaves)


def test_doubling_a_last_leaf_changes_the_root() -> None:
    """[1, 2, 3] and [1, 2, 3, 3] differ (CVE-2012-2459)."""
    assert merkle_root([b"1", b"2", b"3"]) != merkle_root([b"1", b"2", b"3", b"3"])


def test_a_leaf_never_passes_as_an_inner_node() -> None:
    """The 64 bytes of two hashes, given as a leaf, do not hash to their parent (CVE-2017-12842)."""
    left, right = leaf_hash(b"1"), leaf_hash(b"2")
    assert merkle_root([left + right]) != merkle_root([b"1", b"2"])


@given(LEAVES, st.data())
def test_every_leaf_is_provable(leaves: list[bytes], data: st.DataObject) -> None:
    """The path of any leaf leads to the root and has one encoding."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = prove_inclusion(leaves, index)
    assert included_root(leaves[index], proof) == merkle_root(leaves)
    assert inclusion_proof_from_value(proof.to_value()) == proof
    root = list_root(TRANSACTIONS_TAG, leaves)
    assert verify_included(root, TRANSACTIONS_TAG, leaves[index], proof) is None


@given(LEAVES, st.data())
def test_an_altered_inclusion_proof_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    """No other leaf, index, size or path proves inclusion under the same root."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = prove_inclusion(leaves, index)
    root = list_root(TRANSACTIONS_TAG, leaves)
    altered = [
        replace(proof, size=proof.size + 1),
        replace(proof, size=proof.size - 1),
        replace(proof, index=proof.index + 1),
        replace(proof, index=proof.index - 1),
        replace(proof, index=-1),
        replace(proof, size=0),
        replace(proof, size=INTEGER_MAX + 1),
        replace(proof, path=(*proof.path, merkle_root(leaves))),
        replace(proof, path=(merkle_root(leaves), *proof.path)),
        replace(proof, path=proof.path[:-1]) if proof.path else replace(proof, index=1),
    ]
    for position, sibling in enumerate(proof.path):
        bit = data.draw(st.integers(0, 255))
        path = (*proof.path[:position], flipped(sibling, bit), *proof.path[position + 1 :])
        altered.append(replace(proof, path=path))
        short = (*proof.path[:position], sibling[:31], *proof.path[position + 1 :])
        altered.append(replace(proof, path=short))
    for item in altered:
        refusal = verify_included(root, TRANSACTIONS_TAG, leaves[index], item)
        assert refusal is not None, item
        assert refusal.code is Code.BAD_PROOF
    assert verify_included(root, TRANSACTIONS_TAG, leaves[index] + b"x", proof) is not None
    assert verify_included(root, b"qc/receipts/v1", leaves[index], proof) is not None


def test_the_count_is_bound() -> None:
    """Two leaf counts never share a root, whatever the tree above the leaves."""
    tree_root = merkle_root([b"1", b"2"])
    assert counted_root(TRANSACTIONS_TAG, 2, tree_root) != counted_root(
        TRANSACTIONS_TAG, 3, tree_root
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        [0, 1],
        [0, 1, [], 0],
        [-1, 1, []],
        [0, True, []],
        [0, 1, [b"short"]],
        [0, 1, [bytes(32)] * (PATH_SIZE_MAX + 1)],
        [0, 1, "path"],
    ],
)
def test_a_malformed_inclusion_proof_is_refused(value: Value) -> None:
    """Only [index, size, [32-byte hash …]] reads as a proof."""
    with pytest.raises(Refused):
        inclusion_proof_from_value(value)


def heads(leaves: list[bytes], old_size: int) -> tuple[TreeHead, TreeHead]:
    return (
        TreeHead(old_size, merkle_root(leaves[:old_size])),
        TreeHead(len(leaves), merkle_root(leaves)),
    )


@given(LEAVES, st.data())
def test_every_prefix_is_consistent(leaves: list[bytes], data: st.DataObject) -> None:
    """The path from any earlier size to a later one verifies."""
    old_size = data.draw(st.integers(1, len(leaves)))
    old, new = heads(leaves, old_size)
    assert verify_consistency(old, new, prove_consistency(leaves, old_size)) is None


@given(LEAVES, st.data())
def test_an_altered_history_is_not_consistent(leaves: list[bytes], data: st.DataObject) -> None:
    """No changed root, size or path shows consistency."""
    old_size = data.draw(st.integers(1, len(leaves)))
    old, new = heads(leaves, old_size)
    path = prove_consistency(leaves, old_size)
    bit = data.draw(st.integers(0, 255))
    altered: list[tuple[TreeHead, TreeHead, tuple[bytes, ...]]] = [
        (replace(old, root=flipped(old.root, bit)), new, path),
        (old, replace(new, root=flipped(new.root, bit)), path),
        (replace(old, size=0), new, path),
        (replace(old, size=new.size + 1), new, path),
        (old, new, (*path, new.root)),
        (old, new, (new.root, *path)),
        (old, replace(new, size=2 * new.size + 1), path),
        (old, replace(new, size=INTEGER_MAX + 1), path),
    ]
    for position, item in enumerate(path):
        head, tail = path[:position], path[position + 1 :]
        altered += [
            (old, new, (*head, *tail)),
            (old, new, (*head, flipped(item, bit), *tail)),
            (old, new, (*head, item + b"x", *tail)),
        ]
    for old_head, new_head, other in altered:
        refusal = verify_consistency(old_head, new_head, other)
        assert refusal is not None, (old_head, new_head, other)
        assert refusal.code is Code.BAD_PROOF


@given(LEAVES, st.data())
def test_a_path_of_another_length_is_refused_as_such(
    leaves: list[bytes], data: st.DataObject
) -> None:
    """Hashes too many or too few are refused for their number, before any root is compared."""
    old, new = heads(leaves, data.draw(st.integers(1, len(leaves))))
    path = prove_consistency(leaves, old.size)
    expected = Refusal(Code.BAD_PROOF, "consistency.path")
    assert verify_consistency(old, new, (*path, new.root)) == expected
    if path:
        assert verify_consistency(old, new, path[:-1]) == expected


def test_size_zero_is_consistent_with_nothing() -> None:
    """An empty old tree proves nothing, so it is refused rather than accepted for free."""
    empty, new = TreeHead(0, merkle_root([])), TreeHead(1, merkle_root([b"1"]))
    assert verify_consistency(empty, new, ()) == Refusal(Code.BAD_PROOF, "consistency.size")


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_frontier_grows_like_the_tree(leaves: list[bytes]) -> None:
    """After every append the frontier has the tree's root and one hash for each one-bit."""
    frontier = Frontier()
    for size in range(len(leaves) + 1):
        assert frontier.size == size
        assert frontier.root() == merkle_root(leaves[:size])
        assert len(frontier.hashes) == size.bit_count()
        assert decode_frontier(frontier.encoded()) == frontier
        if size < len(leaves):
            frontier = frontier.append(leaves[size])


@given(st.binary(max_size=200))
def test_bytes_of_a_wrong_length_are_no_frontier(data: bytes) -> None:
    """A frontier is decoded only from exactly the hashes that its size needs."""
    size = int.from_bytes(data[:8], "big")
    if len(data) == 8 + 32 * size.bit_count():
        assert decode_frontier(data).encoded() == data
        return
    with pytest.raises(Refused) as caught:
        decode_frontier(data)
    assert caught.value.refusal == Refusal(Code.SCHEMA, "frontier")


def test_a_million_appends_need_few_hashes() -> None:
    """2^20 - 1 leaves keep 20 hashes, and one more leaf leaves a single one."""
    full = Frontier(2**20 - 1, tuple(leaf_hash(bytes([item])) for item in range(20)))
    grown = full.append(b"leaf")
    assert (grown.size, len(grown.hashes)) == (2**20, 1)


def test_paths_are_short() -> None:
    """A path has at most ceil(log2 size) hashes."""
    sizes = [2**k for k in range(10)]
    for low, high in pairwise(sizes):
        leaves = [bytes([item & 255, item >> 8]) for item in range(high)]
        for index in (0, low, high - 1):
            assert len(prove_inclusion(leaves, index).path) == (high - 1).bit_length()


def test_a_proof_from_nowhere_is_refused() -> None:
    """An index beyond the size is refused before anything is hashed."""
    with pytest.raises(Refused) as caught:
        included_root(b"leaf", InclusionProof(1, 1, ()))
    assert caught.value.refusal.field == "inclusion.index"
