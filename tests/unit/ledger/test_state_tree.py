"""The state tree is a pure function of its content, keeps every version, and wastes nothing."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.refusal import Refused
from ledger.state_page import LINK_SIZE, PageDamaged, PageMissing, nibbles, split_page, split_quad
from ledger.state_proof import verify
from ledger.state_tree import EMPTY_ROOT, TreeRoot, TreeUpdate, decode_tree_root, prove, update
from ledger.tree_spec import INNER_WEIGHT, JELLYFISH, LEAF_WEIGHT, Digest, Node, TreeSpec
from tests.unit.ledger.state_oracle import (
    CHOSEN,
    PageStore,
    apply_to_model,
    chosen_key,
    oracle_root,
)

KEYS = st.integers(0, 60).map(lambda number: b"key %d" % number)
VALUES = st.sampled_from([b"", b"a", b"b", bytes(100)])
STATES = st.dictionaries(KEYS, VALUES, max_size=60)
CHANGES = st.dictionaries(KEYS, st.none() | VALUES, max_size=30)
# Hashes that share all but their last bits make the deepest trees there can be.
NEAR_HASHES = st.one_of(
    st.integers(0, 15).map(lambda low: low.to_bytes(32, "big")),
    st.integers(0, 255).map(lambda bit: (1 << bit).to_bytes(32, "big")),
    st.binary(min_size=2, max_size=2).map(lambda head: head + bytes(30)),
)


def built(state: dict[bytes, bytes], spec: TreeSpec = JELLYFISH) -> tuple[PageStore, TreeRoot]:
    store = PageStore(spec)
    return store, store.apply(EMPTY_ROOT, 1, dict(state)).root


def no_page(_: bytes) -> None:
    """Read from a store without pages."""


def test_the_empty_tree_is_the_placeholder() -> None:
    """No keys, no page, the placeholder as root; changing nothing changes nothing."""
    assert EMPTY_ROOT.hash == b"SPARSE_MERKLE_PLACEHOLDER_HASH__"
    assert update(no_page, EMPTY_ROOT, 1, {}) == TreeUpdate(EMPTY_ROOT, {}, ())
    assert update(no_page, EMPTY_ROOT, 1, {b"absent": None}) == TreeUpdate(EMPTY_ROOT, {}, ())


def test_tags_are_those_of_the_reference_implementation() -> None:
    """A single leaf and a pair hash as the Jellyfish reference does, byte for byte."""
    key_hash, value_hash = hashlib.sha256(b"hello").digest(), hashlib.sha256(b"world").digest()
    leaf = hashlib.sha256(b"JMT::LeafNode" + key_hash + value_hash).digest()
    _, root = built({b"hello": b"world"})
    assert root == TreeRoot(leaf, 1, 1)
    other = hashlib.sha256(
        b"JMT::LeafNode" + hashlib.sha256(b"goodbye").digest() + value_hash
    ).digest()
    # Bit 0 of the hash of "hello" is 0, that of "goodbye" is 1.
    pair = hashlib.sha256(b"JMT::IntrnalNode" + leaf + other).digest()
    assert built({b"hello": b"world", b"goodbye": b"world"})[1].hash == pair


@given(STATES)
def test_batch_and_oracle_agree(state: dict[bytes, bytes]) -> None:
    """One batch over the empty tree gives the root of the recursive definition, and its count."""
    _, root = built(state)
    assert root.hash == oracle_root(state)
    assert root.count == len(state)


@given(STATES, CHANGES, st.data())
def test_batch_and_one_by_one_agree(
    state: dict[bytes, bytes], changes: dict[bytes, bytes | None], data: st.DataObject
) -> None:
    """A batch equals its changes one by one in any order, deletes included."""
    store, root = built(state)
    batch = store.apply(root, 2, changes).root
    other, single = built(state)
    for version, key in enumerate(data.draw(st.permutations(list(changes))), start=2):
        single = other.apply(single, version, {key: changes[key]}).root
    expected = apply_to_model(state, changes)
    assert (batch.hash, batch.count) == (oracle_root(expected), len(expected))
    assert (single.hash, single.count) == (batch.hash, batch.count)


@given(STATES)
def test_a_change_that_changes_nothing_writes_nothing(state: dict[bytes, bytes]) -> None:
    """Values written again and deletes of absent keys leave root, version and store untouched."""
    store, root = built(state)
    same: dict[bytes, bytes | None] = {**state, b"absent": None}
    assert update(store.pages.get, root, 2, same) == TreeUpdate(root, {}, ())


@given(STATES)
def test_deleting_everything_leaves_nothing(state: dict[bytes, bytes]) -> None:
    """An emptied tree is the empty tree, all its pages are stale, and it can be filled again."""
    store, root = built(state)
    emptied = store.apply(root, 2, dict.fromkeys(state))
    assert emptied.root == EMPTY_ROOT
    assert emptied.pages == {}
    store.prune(2)
    assert store.pages == {}
    assert store.apply(emptied.root, 3, dict(state)).root.hash == root.hash


@given(STATES, KEYS)
def test_a_deleted_key_put_back_gives_the_old_root(state: dict[bytes, bytes], key: bytes) -> None:
    """Deleting and inserting again is invisible in the root."""
    store, root = built({**state, key: b"value"})
    without = store.apply(root, 2, {key: None}).root
    assert without.hash == oracle_root({k: v for k, v in state.items() if k != key})
    assert store.apply(without, 3, {key: b"value"}).root.hash == root.hash


@given(st.dictionaries(NEAR_HASHES, VALUES, max_size=20), st.sets(NEAR_HASHES, max_size=10))
def test_deep_paths(state: dict[bytes, bytes], deleted: set[bytes]) -> None:
    """Keys that share up to 255 bits are kept apart, found, proven, and lifted when alone."""
    keyed = {chosen_key(key): value for key, value in state.items()}
    store, root = built(keyed, CHOSEN)
    assert root.hash == oracle_root(keyed, CHOSEN)
    changes = {chosen_key(key): None for key in sorted(deleted)}
    after = store.apply(root, 2, dict(changes)).root
    left = apply_to_model(keyed, changes)
    assert after.hash == oracle_root(left, CHOSEN)
    for key in [*keyed, *changes]:
        proof = prove(store.pages.get, after, key, spec=CHOSEN)
        state_root = after.state_root()
        assert verify(state_root, proof, key, left.get(key), spec=CHOSEN) is None


def reachable(store: PageStore, root: TreeRoot) -> set[bytes]:
    """Return the keys of all pages of one version."""
    found: set[bytes] = set()
    links = [(root.page_version.to_bytes(8, "big"), b"")] if root.count else []
    while links:
        version, path = links.pop()
        found.add(version + path)
        quads = zip(*split_page(store.pages[version + path]), strict=True)
        records = [record for head, body in quads for record in split_quad(head, body)]
        for nibble, record in enumerate(records):
            if len(record) == LINK_SIZE:
                links.append((record[:8], path + bytes([nibble])))
    return found


class VersionedTree(RuleBasedStateMachine):
    """Random blocks and prunings: all versions of the window stay whole, and nothing else stays."""

    @initialize()
    def start(self) -> None:
        """Start with the empty tree of genesis."""
        self.store = PageStore()
        self.version = 0
        self.window: list[tuple[TreeRoot, dict[bytes, bytes]]] = [(EMPTY_ROOT, {})]

    @rule(changes=CHANGES)
    def commit_block(self, changes: dict[bytes, bytes | None]) -> None:
        """Apply one block's changes."""
        root, model = self.window[-1]
        self.version += 1
        result = self.store.apply(root, self.version, changes)
        self.window.append((result.root, apply_to_model(model, changes)))

    @rule(kept=st.integers(1, 5))
    def prune(self, kept: int) -> None:
        """Let old versions leave the window."""
        self.window = self.window[-kept:]
        self.store.prune(self.version - len(self.window) + 1)
        needed = set().union(*(reachable(self.store, root) for root, _ in self.window))
        assert self.store.pages.keys() == needed

    @rule(key=KEYS)
    def prove_everywhere(self, key: bytes) -> None:
        """Prove a key's value or absence at every version of the window."""
        for root, model in self.window:
            proof = prove(self.store.pages.get, root, key)
            assert verify(root.state_root(), proof, key, model.get(key)) is None
            assert verify(root.state_root(), proof, key, b"other") is not None

    @invariant()
    def roots_are_right(self) -> None:
        """Compare the newest root with the definition."""
        root, model = self.window[-1]
        assert (root.hash, root.count) == (oracle_root(model), len(model))
        assert decode_tree_root(root.encoded()) == root


VersionedTree.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
TestVersionedTree = VersionedTree.TestCase


def test_a_missing_page_says_so() -> None:
    """A version whose pages are gone is reported as such, never as absence."""
    store, root = built({b"key %d" % number: b"" for number in range(50)})
    with pytest.raises(PageMissing):
        prove(no_page, root, b"key 1")
    with pytest.raises(PageMissing):
        update(no_page, root, 2, {b"key 1": b"x"})
    assert store.pages


@pytest.mark.parametrize("page", [b"", b"\0\0\0", b"\x11\0\0\0" + bytes(63), bytes(5)])
def test_a_damaged_page_says_so(page: bytes) -> None:
    """Bytes that are not a page are reported instead of being read as one."""
    with pytest.raises(PageDamaged):
        split_page(page)


@pytest.mark.parametrize("size", [0, 47, 49])
def test_a_root_of_a_wrong_length_is_refused(size: int) -> None:
    """A stored root has 48 bytes."""
    with pytest.raises(Refused):
        decode_tree_root(bytes(size))


def test_versions_only_rise() -> None:
    """Writing over a version that pages already carry is our own mistake and stops at once."""
    store, root = built({b"key": b"value"})
    with pytest.raises(AssertionError):
        update(store.pages.get, root, 1, {b"key": b"other"})


def test_nibbles_are_the_hexadecimal_digits() -> None:
    """The path of a hash is one byte for each of its digits."""
    assert nibbles(bytes.fromhex("00f9a1")) == bytes([0, 0, 15, 9, 10, 1])


NODES = st.sampled_from(
    [(0, JELLYFISH.empty), (LEAF_WEIGHT, bytes([1]) * 32), (INNER_WEIGHT, bytes([2]) * 32)]
)


@given(st.tuples(NODES, NODES, NODES, NODES))
def test_fold_is_two_levels_of_join(nodes: tuple[Node, Node, Node, Node]) -> None:
    """The flat form of the hot path gives what joining twice gives."""
    join = JELLYFISH.join
    joined = join(join(nodes[0], nodes[1]), join(nodes[2], nodes[3]))
    weights, hashes = [node[0] for node in nodes], [node[1] for node in nodes]
    assert JELLYFISH.fold(weights, hashes) == joined[1]


def test_a_block_of_changes_costs_few_hashes_and_pages() -> None:
    """1,000 of 20,000 keys changed at once: at most 13 hashes and 2.2 pages for each of them."""
    hashed = 0

    def counting(data: bytes) -> Digest:
        nonlocal hashed
        hashed += 1
        return hashlib.sha256(data)

    spec = TreeSpec(counting, JELLYFISH.leaf_tag, JELLYFISH.inner_tag, JELLYFISH.empty)
    store, root = built({b"key %d" % number: b"" for number in range(20_000)}, spec)
    hashed = 0
    result = store.apply(root, 2, {b"key %d" % (20 * number): b"x" for number in range(1_000)})
    assert hashed <= 13_000
    assert len(result.pages) <= 2_200
