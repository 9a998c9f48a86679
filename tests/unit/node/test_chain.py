"""The chain grows by final blocks alone, gives back what it was given, and is the same for all."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chaincode.validators import SCHEDULE, set_at
from consensus.primary import SKIP_PERIOD
from ledger import state_proof
from ledger.block import decode_block
from ledger.certificate import last_certificate_hash
from ledger.merkle import merkle_root
from ledger.refusal import Code, Refused
from ledger.roots import HISTORY_TAG, RECEIPTS_TAG, counted_root, list_root
from ledger.state_tree import EMPTY_ROOT, prove, update
from ledger.suites import ZERO_HASH
from node.block_application import embedded_views_after
from node.chain import Chain, ChainOptions, Committed
from node.chain_view import IndexEntry
from node.errors import ChainDiverged, VersionUnknown
from node.store.errors import StoreForeign
from node.store.memory import MemoryEngine
from node.store.opening import open_engine
from tests.unit.node.chain_world import (
    HOLDER_SEED,
    World,
    busy_world,
    certificate_of,
    genesis_with,
)

ROOT = Path(__file__).resolve().parents[3]


def test_headers_carry_the_results_of_their_parents() -> None:
    """Each header's roots are those recomputed from scratch over everything before it."""
    chain = busy_world().chain
    hashes: list[bytes] = []
    parent_hash, receipts = chain.genesis_hash, list_root(RECEIPTS_TAG, ())
    for height in range(1, chain.tip.height + 1):
        header = chain.header(height)
        assert header.parent_hash == parent_hash
        assert header.receipt_root == receipts
        assert header.history_root == counted_root(HISTORY_TAG, len(hashes), merkle_root(hashes))
        assert header.state_root == chain.tree_root(height - 1).state_root()
        parent_hash = header.hash()
        hashes.append(parent_hash)
        receipts = list_root(RECEIPTS_TAG, chain.receipts_bytes(height))
    assert chain.tip.block_hash == parent_hash


def test_the_tree_is_that_of_the_state() -> None:
    """After many blocks the incrementally kept root is the root of all stored values at once."""
    chain = busy_world().chain
    everything = dict(chain.state.scan(b""))
    fresh = update(lambda _: None, EMPTY_ROOT, 1, everything).root
    assert (fresh.hash, fresh.count) == (chain.tip.tree.hash, chain.tip.tree.count)


def test_what_was_committed_is_given_back() -> None:
    """Blocks, certificates, receipts and places are read as they were committed."""
    world = World()
    certificates = []
    committed = []
    for number in range(3):
        block = world.proposed(world.binding(2 * number), world.binding(2 * number + 1))
        certificates.append(world.certified(block, view=number))
        committed.append(world.chain.commit(block, certificates[-1]))
        assert world.chain.block(number + 1) == block == decode_block(block.encoded())
        assert world.chain.block_bytes(number + 1) == block.encoded()
        assert world.chain.height_of(block.header.hash()) == number + 1
    for height, result in enumerate(committed, start=1):
        assert world.chain.certificate(height) == certificates[height - 1]
        assert world.chain.receipts(height) == [item.receipt for item in result.outcomes]
        for position, transaction in enumerate(result.transactions):
            place = world.chain.find_transaction(transaction.tx_id)
            assert place is not None
            assert (place.height, place.position) == (height, position)


def test_what_is_not_there_is_refused() -> None:
    """Heights outside the chain give E010, unknown ids nothing."""
    chain = busy_world().chain
    for height in (0, chain.tip.height + 1):
        with pytest.raises(Refused) as refused:
            chain.header(height)
        assert refused.value.refusal.code is Code.NOT_FOUND
    assert chain.height_of(ZERO_HASH) is None
    assert chain.find_transaction(ZERO_HASH) is None
    assert chain.concerning(ZERO_HASH, limit=5) == []


def test_receipts_are_found_by_the_ids_they_concern() -> None:
    """Newest first, page by page, each once, for successful and failed transactions alike."""
    world = World()
    touched: dict[bytes, list[IndexEntry]] = {}
    for number in range(0, 12, 4):
        committed = world.grow(
            *(world.binding(number + i, seed=HOLDER_SEED) for i in range(2)),
            *(world.binding(number + 2 + i) for i in range(2)),
        )
        for receipt, outcome in enumerate(committed.outcomes):
            for entity in outcome.touched:
                touched.setdefault(entity, []).append(IndexEntry(committed.tip.height, receipt))
    assert max(map(len, touched.values())) == 6
    for entity, entries in touched.items():
        found: list[IndexEntry] = []
        while page := world.chain.concerning(entity, limit=2, before=found[-1] if found else None):
            found += page
        assert found == sorted(entries, reverse=True)


def test_the_same_block_again_changes_nothing() -> None:
    """A repeated commit is answered as known and writes nothing, also below the tip."""
    world = busy_world()
    before = list(world.engine.scan(b""))
    for height in (1, world.chain.tip.height):
        again = world.chain.commit(world.chain.block(height), world.chain.certificate(height))
        assert again == Committed(world.chain.tip, is_new=False)
    assert list(world.engine.scan(b"")) == before


def test_a_block_ahead_is_refused() -> None:
    """A height above the next one is not committed, whatever its certificate."""
    world, ahead = World(), World()
    ahead.grow()
    block = ahead.proposed()
    with pytest.raises(Refused) as refused:
        world.chain.commit(block, ahead.certified(block))
    assert refused.value.refusal.field == "header.height"


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: replace(good, signatures=good.signatures[:2]),
        lambda good: replace(good, signatures=((0, good.signatures[1][1]), *good.signatures[1:])),
        lambda good: replace(good, block_hash=ZERO_HASH),
        lambda good: replace(good, view=good.view + 1),
    ],
)
def test_only_a_proven_block_is_committed(damage: object) -> None:
    """Without a quorum of valid commits for this very block nothing is written (E901)."""
    world = World()
    block = world.proposed(world.binding(1))
    assert callable(damage)
    with pytest.raises(Refused) as refused:
        world.chain.commit(block, damage(world.certified(block)))
    assert refused.value.refusal.code is Code.BAD_CERTIFICATE
    assert world.chain.tip.height == 0


def test_a_foreign_body_is_the_senders_fault() -> None:
    """A certified header with another body is refused (E903), and the right body still fits."""
    world = World()
    block = world.proposed(world.binding(1))
    with pytest.raises(Refused) as refused:
        world.chain.commit(replace(block, transactions=()), world.certified(block))
    assert refused.value.refusal.code is Code.BAD_BODY
    assert world.chain.commit(block, world.certified(block)).is_new


def test_a_certified_invalid_block_stops_the_node() -> None:
    """A quorum for a block with a wrong state root is divergence, never a commit."""
    world = World()
    block = world.proposed()
    wrong = replace(block, header=replace(block.header, state_root=ZERO_HASH))
    with pytest.raises(ChainDiverged, match="state_root"):
        world.chain.commit(wrong, world.certified(wrong))
    assert world.chain.tip.height == 0


def test_two_final_blocks_of_a_height_stop_the_node() -> None:
    """A second certified block of a height is divergence; an uncertified one is refused."""
    world = World()
    block, other = world.proposed(), world.chain.build([], time_ms=world.next_ms, proposer=1).block
    voters = world.chain.facts.validators
    world.chain.commit(block, world.certified(block))
    with pytest.raises(Refused):
        world.chain.commit(other, certificate_of(other, voters, signers=(0, 1)))
    with pytest.raises(ChainDiverged):
        world.chain.commit(other, certificate_of(other, voters))


def test_an_empty_block_with_nothing_due_changes_no_state() -> None:
    """After the block that proves the last result there is nothing left to prove."""
    world = World()
    assert world.grow(world.binding(1)).tip.has_result
    root = world.chain.tip.tree
    assert not world.grow().tip.has_result
    assert world.chain.tip.tree == root


def test_consensus_learns_the_views_of_embedded_certificates() -> None:
    """At height h the views of heights up to h - 2 are known, as the chain carries them."""
    world = World()
    for view in (0, 3, 1, 2):
        world.grow(view=view)
    context = world.chain.height_context()
    assert (context.height, context.embedded_views) == (5, (0, 3, 1))
    assert context.validators == set_at(world.chain.state, 5)
    assert context.parent_time_ms == world.chain.tip.time_ms
    assert world.reopened().height_context() == context


@pytest.mark.parametrize(
    ("grandparent", "parent", "following", "expected"),
    [(0, 0, 0, (2, 1, 7)), (0, 0, 1, ()), (0, 1, 1, (2, 1)), (1, 1, 1, (2, 1, 7))],
)
def test_views_count_within_an_epoch(
    grandparent: int, parent: int, following: int, expected: tuple[int, ...]
) -> None:
    """A new validator set starts with no views, those of the old set's last blocks included.

    The epochs are of the sets of heights h - 1, h and h + 1, for the tip of height h.
    """
    world = World()
    for _ in range(2):
        world.grow(view=7)
    block = world.chain.block(2)
    block = replace(block, header=replace(block.header, validator_epoch=parent))
    before = replace(world.chain.tip, validator_epoch=grandparent, embedded_views=(2, 1))
    assert embedded_views_after(before, block, following) == expected


def test_views_of_one_period_are_kept() -> None:
    """However long the chain, as many views are kept as consensus asks for."""
    world = World()
    for _ in range(2):
        world.grow()
    before = replace(world.chain.tip, embedded_views=tuple(range(100)))
    views = embedded_views_after(before, world.chain.block(2), 0)
    assert views == (*range(100 - SKIP_PERIOD + 1, 100), 0)


def test_every_kept_version_is_provable() -> None:
    """Values of each kept height, changed since or not, are proven under that header's root."""
    world = World(options=ChainOptions(kept_versions=4))
    keys = dict(world.chain.state.scan(b""))
    versions = [dict(keys)]
    for number in range(6):
        world.grow(world.binding(number))
        versions.append(dict(world.chain.state.scan(b"")))
    newest = versions[-1]
    for height in range(world.chain.oldest_version + 1, world.chain.tip.height + 1):
        root = world.chain.header(height).state_root
        for raw_key in newest:
            proven = world.chain.prove(raw_key, height)
            assert proven.value == versions[height - 1].get(raw_key)
            assert state_proof.verify(root, proven.proof, raw_key, proven.value) is None
    with pytest.raises(Refused) as refused:
        world.chain.prove(next(iter(newest)), world.chain.oldest_version)
    assert refused.value.refusal.code is Code.PRUNED


def test_old_versions_leave_the_store() -> None:
    """Exactly the pages of the kept versions stay, with their roots and undo records."""
    world = World(options=ChainOptions(kept_versions=3))
    for number in range(12):
        world.grow(world.binding(number))
        if number == 6:
            world.chain = world.reopened()
    kinds = Counter(key[:1] for key, _ in world.engine.scan(b""))
    assert (kinds[b"o"], kinds[b"u"], kinds[b"s"]) == (3, 2, 2)
    stored = {key[1:] for key, _ in world.engine.scan(b"p")}
    wanted: set[bytes] = set()

    def noted(tree_key: bytes) -> bytes | None:
        wanted.add(tree_key)
        return world.chain.read_page(tree_key)

    for height in range(world.chain.oldest_version, world.chain.tip.height + 1):
        root = world.chain.tree_root(height)
        for raw_key, _ in world.chain.state.scan(b""):
            prove(noted, root, raw_key)
    assert stored == wanted


def test_a_snapshot_stays_while_the_chain_grows() -> None:
    """A view of one moment keeps its tip, state and proofs."""
    world = busy_world(blocks=1)
    with world.chain.snapshot() as view:
        tip, state = view.tip, dict(view.state.scan(b""))
        world.grow(world.binding(100))
        assert view.tip == tip
        assert dict(view.state.scan(b"")) == state
        assert world.chain.tip.height == tip.height + 1


def test_a_dry_run_tells_and_changes_nothing() -> None:
    """What a transaction would come to is said without a trace in the store."""
    world = World()
    before = list(world.engine.scan(b""))
    good = world.chain.dry_run(world.binding(1), time_ms=world.next_ms)
    bad = world.chain.dry_run(world.binding(1, seed=HOLDER_SEED), time_ms=world.next_ms)
    assert (good.receipt.code, bad.receipt.code) == (Code.OK, Code.NO_RIGHT)
    assert list(world.engine.scan(b"")) == before


def test_replay_from_genesis_gives_the_same_chain() -> None:
    """Another node that is fed the blocks ends with the same bytes in every record."""
    world, other = busy_world(), World()
    for height in range(1, world.chain.tip.height + 1):
        other.chain.commit(world.chain.block(height), world.chain.certificate(height))
    assert list(other.engine.scan(b"")) == list(world.engine.scan(b""))
    assert other.chain.facts == world.chain.facts


def test_opening_again_gives_the_same_chain() -> None:
    """A restarted node has the same tip and facts and grows by the same blocks."""
    world, restarted = busy_world(), busy_world()
    restarted.chain = restarted.reopened()
    assert (restarted.chain.tip, restarted.chain.facts) == (world.chain.tip, world.chain.facts)
    block = world.proposed(world.binding(500))
    certificate = world.certified(block)
    assert restarted.chain.commit(block, certificate) == world.chain.commit(block, certificate)


def test_no_hash_seed_reaches_the_chain() -> None:
    """Two processes with different PYTHONHASHSEEDs come to the same tip."""
    program = (
        "from tests.unit.node.chain_world import busy_world\n"
        "tip = busy_world().chain.tip\n"
        "print(tip.encoded().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.fixture(params=["leveldb", "lmdb"])
def disk_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Give a busy world on a real engine."""
    opened = open_engine(request.param, tmp_path / "data")
    yield busy_world(opened)
    opened.close()


def test_every_engine_holds_the_same_chain(disk_world: World) -> None:
    """On disk and in memory the store has the same records."""
    assert list(disk_world.engine.scan(b"")) == list(busy_world().engine.scan(b""))
    assert disk_world.reopened().tip == disk_world.chain.tip


def test_the_store_of_another_chain_is_not_opened() -> None:
    """Another genesis, or a folder that holds something else, is refused by name."""
    world = busy_world()
    with pytest.raises(StoreForeign):
        Chain.open(world.engine, replace(world.genesis, chain_name="other"))
    engine = MemoryEngine()
    engine.write_batch({b"something": b"else"}, sync=True)
    with pytest.raises(StoreForeign):
        Chain.open(engine, world.genesis)


def test_block_one_has_no_certificate_and_names_genesis() -> None:
    """The first block's parent is the genesis document itself."""
    world = World()
    header = world.grow().tip
    block = world.chain.block(header.height)
    assert block.header.parent_hash == world.genesis.hash()
    assert block.header.last_certificate_hash == last_certificate_hash(None)
    assert SCHEDULE.get(world.chain.state) is not None


def test_rules_that_the_software_does_not_know_are_not_guessed() -> None:
    """A chain under a newer protocol version is not opened; software that knows it goes on."""
    genesis = replace(genesis_with(), protocol_version=2)
    with pytest.raises(VersionUnknown) as raised:
        World(genesis)
    assert (raised.value.version, raised.value.height, raised.value.known) == (2, 1, 1)
    world = World(genesis, options=ChainOptions(version_known=2))
    assert world.grow(world.binding(1)).tip.height == 1
