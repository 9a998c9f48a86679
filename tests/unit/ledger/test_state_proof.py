"""A proof of the world state cannot be forged, stretched, shifted or written in a second way.

Each attack names the system that fell to it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import Value, encode
from ledger.refusal import Code, Refusal, Refused
from ledger.roots import STATE_TAG, counted_root
from ledger.state_proof import (
    DEPTH_MAX,
    STATE_PROOF_SIZE_MAX,
    StateProof,
    decode_state_proof,
    state_proof_from_value,
    verify,
)
from ledger.state_tree import EMPTY_ROOT, TreeRoot, prove
from ledger.tree_spec import JELLYFISH
from tests.unit.ledger.state_oracle import CHOSEN, PageStore, chosen_key

STATE = {b"key %d" % number: b"value %d" % number for number in range(40)}
PRESENT, ABSENT = b"key 7", b"key 77"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@pytest.fixture(scope="module")
def tree() -> tuple[PageStore, TreeRoot]:
    store = PageStore()
    return store, store.apply(EMPTY_ROOT, 1, dict(STATE)).root


def absent_beside_a_leaf(store: PageStore, root: TreeRoot) -> tuple[bytes, StateProof]:
    """Return an absent key whose way ends at another key's leaf."""
    return next((key, proof) for key, proof in absences(store, root) if proof.leaf is not None)


def absent_in_nothing(store: PageStore, root: TreeRoot) -> tuple[bytes, StateProof]:
    """Return an absent key whose way ends in an empty subtree."""
    return next((key, proof) for key, proof in absences(store, root) if proof.leaf is None)


def absences(store: PageStore, root: TreeRoot) -> Iterator[tuple[bytes, StateProof]]:
    for number in range(1_000, 2_000):
        key = b"key %d" % number
        yield key, prove(store.pages.get, root, key)


def refused(root: TreeRoot, proof: StateProof, key: bytes, value: bytes | None) -> bool:
    refusal = verify(root.state_root(), proof, key, value)
    assert refusal is None or refusal.code is Code.BAD_PROOF
    return refusal is not None


def test_membership_and_absence_are_proven(tree: tuple[PageStore, TreeRoot]) -> None:
    """Every present key proves its value, every absent key its absence, in either form."""
    store, root = tree
    for key, value in STATE.items():
        assert not refused(root, prove(store.pages.get, root, key), key, value)
    for find in (absent_beside_a_leaf, absent_in_nothing):
        key, proof = find(store, root)
        assert not refused(root, proof, key, None)


def test_the_empty_tree_proves_absence_of_everything() -> None:
    """Without keys the proof is empty; it proves nothing under any other root."""
    proof = StateProof(0, None, ())
    assert verify(EMPTY_ROOT.state_root(), proof, b"key", None) is None
    assert verify(EMPTY_ROOT.state_root(), proof, b"key", b"") is not None
    assert verify(EMPTY_ROOT.hash, proof, b"key", None) is not None


def test_a_present_key_is_never_absent(tree: tuple[PageStore, TreeRoot]) -> None:
    """A membership proof does not pass for absence, nor the other way (zk-kit, 2026)."""
    store, root = tree
    proof = prove(store.pages.get, root, PRESENT)
    assert refused(root, proof, PRESENT, None)
    assert refused(root, replace(proof, leaf=None), PRESENT, None)
    key, absence = absent_beside_a_leaf(store, root)
    for value in (b"", b"value 7", b"\0"):
        assert refused(root, absence, key, value)


def test_an_empty_value_is_not_absence() -> None:
    """A key with an empty value is present, and an absent key has no value, not even that."""
    store = PageStore()
    root = store.apply(EMPTY_ROOT, 1, {b"key": b"", b"other": b"x"}).root
    proof = prove(store.pages.get, root, b"key")
    assert not refused(root, proof, b"key", b"")
    assert refused(root, proof, b"key", None)
    absence = prove(store.pages.get, root, b"absent")
    assert refused(root, absence, b"absent", b"")


def test_an_unrelated_leaf_is_no_witness(tree: tuple[PageStore, TreeRoot]) -> None:
    """A leaf from elsewhere shows nothing about the key's own path (hyperbridge, 2026)."""
    store, root = tree
    for other in STATE:
        if other != PRESENT:
            proof = prove(store.pages.get, root, other)
            assert refused(root, proof, PRESENT, None)
            assert refused(root, proof, PRESENT, STATE[PRESENT])


def test_a_witness_must_share_the_whole_way(tree: tuple[PageStore, TreeRoot]) -> None:
    """A true leaf witnesses absence only for keys that would have to stand where it stands."""
    store, root = tree
    key, proof = absent_beside_a_leaf(store, root)
    path = int.from_bytes(sha256(key), "big")
    for number in range(3_000):
        other = b"other %d" % number
        shared = DEPTH_MAX - (path ^ int.from_bytes(sha256(other), "big")).bit_length()
        assert refused(root, proof, other, None) == (shared < len(proof.siblings))


def test_every_part_of_a_proof_is_bound(tree: tuple[PageStore, TreeRoot]) -> None:
    """No field is ignored when hashing, unlike the IAVL proofs of the BNB bridge (2022)."""
    store, root = tree
    cases: list[tuple[bytes, bytes | None, StateProof]] = [
        (PRESENT, STATE[PRESENT], prove(store.pages.get, root, PRESENT)),
        (*absence_case(absent_beside_a_leaf(store, root)),),
        (*absence_case(absent_in_nothing(store, root)),),
    ]
    for key, value, proof in cases:
        for altered in alterations(proof):
            assert refused(root, altered, key, value), altered


def absence_case(found: tuple[bytes, StateProof]) -> tuple[bytes, None, StateProof]:
    return found[0], None, found[1]


def alterations(proof: StateProof) -> Iterator[StateProof]:
    """Yield proofs that differ in one thing: count, leaf, any bit, place or number of a sibling."""
    yield replace(proof, count=proof.count + 1)
    yield replace(proof, count=proof.count - 1)
    yield replace(proof, siblings=proof.siblings[:-1])
    yield replace(proof, siblings=proof.siblings[1:])
    yield replace(proof, siblings=(*proof.siblings, JELLYFISH.empty))
    yield replace(proof, siblings=(*proof.siblings, bytes(32)))
    yield replace(proof, siblings=(JELLYFISH.empty, *proof.siblings))
    yield replace(proof, siblings=tuple(reversed(proof.siblings)))
    yield replace(proof, leaf=bytes(64) if proof.leaf is None else None)
    if proof.leaf is not None:
        yield replace(proof, leaf=proof.leaf + b"\0")
        yield replace(proof, leaf=proof.leaf[:-1])
        for bit in range(512):
            yield replace(proof, leaf=flipped(proof.leaf, bit))
    for position, sibling in enumerate(proof.siblings):
        head, tail = proof.siblings[:position], proof.siblings[position + 1 :]
        yield (
            replace(proof, siblings=(*head, JELLYFISH.empty, *tail))
            if (sibling != JELLYFISH.empty)
            else replace(proof, siblings=(*head, bytes(32), *tail))
        )
        yield replace(proof, siblings=(*head, sibling[:-1], *tail))
        for bit in (0, 7, 100, 255):
            yield replace(proof, siblings=(*head, flipped(sibling, bit), *tail))


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def test_an_inner_node_is_no_leaf(tree: tuple[PageStore, TreeRoot]) -> None:
    """The two halves of an inner node do not pass as a leaf's two hashes (CVE-2017-12842)."""
    store, root = tree
    proof = prove(store.pages.get, root, PRESENT)
    assert proof.leaf is not None
    inner = JELLYFISH.leaf(proof.leaf) + proof.siblings[-1]
    shorter = replace(proof, leaf=inner, siblings=proof.siblings[:-1])
    assert refused(root, shorter, PRESENT, None)
    assert refused(root, shorter, PRESENT, STATE[PRESENT])


def test_a_leaf_is_not_its_own_root(tree: tuple[PageStore, TreeRoot]) -> None:
    """A lone leaf proves nothing under a larger tree's root, nor its hash under itself."""
    store, root = tree
    proof = prove(store.pages.get, root, PRESENT)
    assert proof.leaf is not None
    alone = StateProof(root.count, proof.leaf, ())
    assert refused(root, alone, PRESENT, STATE[PRESENT])
    assert verify(JELLYFISH.leaf(proof.leaf), alone, PRESENT, STATE[PRESENT]) is not None


@pytest.mark.parametrize("state_root", [bytes(32), b"", bytes(31), bytes(33), JELLYFISH.empty])
def test_a_root_by_default_proves_nothing(state_root: bytes) -> None:
    """Zero, missing or malformed roots are errors, never trusted (Nomad, 2022)."""
    proof = StateProof(0, None, ())
    assert verify(state_root, proof, b"key", None) == Refusal(Code.BAD_PROOF, "state_root")


def test_the_tree_root_alone_is_not_enough(tree: tuple[PageStore, TreeRoot]) -> None:
    """The count is part of what a header commits to (commonware, 2026)."""
    store, root = tree
    proof = prove(store.pages.get, root, PRESENT)
    assert verify(root.hash, proof, PRESENT, STATE[PRESENT]) is not None
    lied = counted_root(STATE_TAG, root.count + 1, root.hash)
    assert verify(lied, proof, PRESENT, STATE[PRESENT]) is not None


def test_a_lone_leaf_beside_nothing_is_no_tree() -> None:
    """A root that hashes a leaf, or nothing, with the placeholder is none that content can have."""
    for leaf, value in ((sha256(b"key") + sha256(b"value"), b"value"), (None, None)):
        below = JELLYFISH.empty if leaf is None else JELLYFISH.leaf(leaf)
        for tree_root in (
            JELLYFISH.inner(below, JELLYFISH.empty),
            JELLYFISH.inner(JELLYFISH.empty, below),
        ):
            proof = StateProof(1, leaf, (JELLYFISH.empty,))
            state_root = counted_root(STATE_TAG, 1, tree_root)
            expected = Refusal(Code.BAD_PROOF, "proof.siblings")
            assert verify(state_root, proof, b"key", value) == expected


def test_a_leaf_in_a_wrong_place_is_no_witness() -> None:
    """Even under a root that has it there, a leaf says nothing about keys of another path."""
    leaf, other = b"\xff" * 32 + sha256(b"value"), bytes([1]) * 32
    tree_root = CHOSEN.inner(CHOSEN.leaf(leaf), other)
    proof = StateProof(2, leaf, (other,))
    state_root = counted_root(STATE_TAG, 2, tree_root)
    found = verify(state_root, proof, chosen_key(bytes(32)), None, spec=CHOSEN)
    assert found == Refusal(Code.BAD_PROOF, "proof.leaf")


def test_another_versions_root_refuses(tree: tuple[PageStore, TreeRoot]) -> None:
    """A proof of one version is none of the next."""
    store, root = tree
    proof = prove(store.pages.get, root, PRESENT)
    later = store.apply(root, 2, {b"key 8": b"changed"}).root
    assert refused(later, proof, PRESENT, STATE[PRESENT])


def test_keys_that_share_all_bits_but_one_are_provable() -> None:
    """A path of 256 steps verifies: nobody makes a key unprovable by grinding hashes (JMT: 64)."""
    first, second = bytes(32), bytes(31) + b"\x01"
    store = PageStore(CHOSEN)
    content: dict[bytes, bytes | None] = {chosen_key(first): b"1", chosen_key(second): b"2"}
    root = store.apply(EMPTY_ROOT, 1, content).root
    for key, value in content.items():
        proof = prove(store.pages.get, root, key, spec=CHOSEN)
        assert len(proof.siblings) == DEPTH_MAX
        assert decode_state_proof(proof.encoded()) == proof
        assert verify(root.state_root(), proof, key, value, spec=CHOSEN) is None
        assert verify(root.state_root(), proof, key, None, spec=CHOSEN) is not None
        longer = replace(proof, siblings=(*proof.siblings, bytes(32)))
        refusal = verify(root.state_root(), longer, key, value, spec=CHOSEN)
        assert refusal == Refusal(Code.BAD_PROOF, "proof.depth")


def test_no_key_is_made_absent_by_its_own_leaf() -> None:
    """At full depth a key's own leaf is no witness of its absence, even with another value."""
    key_hash = bytes(32)
    leaf = key_hash + sha256(b"value")
    root = TreeRoot(CHOSEN.leaf(leaf), 1, 1)
    proof = StateProof(1, leaf, ())
    key = chosen_key(key_hash)
    assert verify(root.state_root(), proof, key, b"value", spec=CHOSEN) is None
    assert verify(root.state_root(), proof, key, None, spec=CHOSEN) is not None


SIBLINGS = st.lists(st.binary(min_size=32, max_size=32) | st.just(JELLYFISH.empty), max_size=20)
PROOFS = st.builds(
    StateProof,
    st.integers(0, 2**64 - 1),
    st.none() | st.binary(min_size=64, max_size=64),
    SIBLINGS.map(tuple),
)


@given(PROOFS)
def test_a_proof_has_one_encoding(proof: StateProof) -> None:
    """What is encoded decodes to itself and encodes to the same bytes."""
    assert decode_state_proof(proof.encoded()) == proof
    assert len(proof.encoded()) <= STATE_PROOF_SIZE_MAX


def test_every_changed_byte_of_an_encoded_proof_is_refused(
    tree: tuple[PageStore, TreeRoot],
) -> None:
    """No byte of an encoded proof can be flipped, and none added or taken away."""
    store, root = tree
    for find in (absent_beside_a_leaf, absent_in_nothing):
        key, proof = find(store, root)
        data = proof.encoded()
        changed = [flipped(data, bit) for bit in range(8 * len(data))]
        for other in [*changed, data + b"\0", data[:-1], b"", b"\0" + data]:
            assert not is_accepted(root, other, key)


def is_accepted(root: TreeRoot, data: bytes, key: bytes) -> bool:
    """Say whether bytes prove the absence of a key."""
    try:
        return not refused(root, decode_state_proof(data), key, None)
    except Refused:
        return False


H = bytes([1]) * 32


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1, None, 0, b"", [], 0],
        [-1, None, 0, b"", []],
        [1, b"leaf", 0, b"", []],
        [1, None, DEPTH_MAX + 1, bytes(33), [H] * (DEPTH_MAX + 1)],
        [1, None, 1, b"", [H]],
        [1, None, 1, b"\0\0", [H]],
        [1, None, 1, b"\x01", [H]],
        [1, None, 1, b"\0", []],
        [1, None, 1, b"\0", [H, H]],
        [1, None, 1, b"\x80", [H]],
        [1, None, 1, b"\0", [JELLYFISH.empty]],
        [1, None, 1, b"\0", [H[:31]]],
        [1, None, True, b"\0", [H]],
    ],
)
def test_a_malformed_proof_is_refused(value: Value) -> None:
    """Bitmap, depth and siblings must agree; an empty sibling is written in the bitmap alone."""
    with pytest.raises(Refused) as caught:
        decode_state_proof(encode(value))
    assert caught.value.refusal.code is Code.SCHEMA
    with pytest.raises(Refused):
        state_proof_from_value(value)
