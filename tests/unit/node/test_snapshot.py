"""A store made from a snapshot is the one that replaying makes; a changed byte makes none."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.block import Block
from ledger.certificate import CommitCertificate
from ledger.genesis import Genesis, Parameter
from ledger.header import Header
from ledger.refusal import Refused
from ledger.validators import ValidatorSet
from lightclient.verification import require_certified
from node.chain import Chain
from node.snapshot import building
from node.snapshot.building import SnapshotBuilder
from node.snapshot.rows import (
    Manifest,
    Part,
    decode_manifest,
    decode_state_row,
    encode_manifest,
    encode_state_row,
)
from node.snapshot.source import SnapshotSource
from node.snapshot.transfer import PROVEN_PARTS, pieces_of, taker
from node.store import schema
from node.store.memory import MemoryEngine
from tests.unit.node.chain_world import World, busy_world, genesis_with
from tests.vectors.golden_chain import GoldenChain, read_golden_chain

Rows = dict[Part, list[bytes]]

ROWS_AT_ONCE = 7
"""Rows that a builder takes in one go here, so that every part comes in several pieces."""


@pytest.fixture(scope="module")
def golden() -> GoldenChain:
    return read_golden_chain()


@pytest.fixture(scope="module")
def world() -> World:
    """Give a world of many small blocks, with a window that is shorter than their age."""
    short = Parameter("transaction_window_ms", 10_000, 10_000, 20_000)
    world = World(genesis_with(short))
    for number in range(90):
        transaction = world.binding(number, valid_until_ms=world.next_ms + 5_000)
        world.grow(transaction, view=number % 3)
    return world


def taken(chain: Chain, *, all_bodies: bool = False) -> tuple[Manifest, Rows]:
    """Return the snapshot of a chain."""
    with chain.snapshot() as view:
        source = SnapshotSource(view, all_bodies=all_bodies)
        rows = {
            part: [row for piece in pieces_of(source, part) for row in piece.rows]
            for part in PROVEN_PARTS
        }
        return source.manifest, rows


def built(genesis: Genesis, manifest: Manifest, rows: Rows) -> MemoryEngine:
    """Return the store that a snapshot makes."""
    engine = MemoryEngine()
    builder = SnapshotBuilder(engine, genesis, manifest)
    for part in PROVEN_PARTS:
        take, all_rows = taker(builder, part), rows[part]
        for first in range(0, len(all_rows), ROWS_AT_ONCE):
            take(tuple(all_rows[first : first + ROWS_AT_ONCE]))
    builder.finish()
    return engine


def assert_same(restored: Chain, original: Chain) -> None:
    """Assert that two chains have one tip, state, headers, and what the next block depends on."""
    tree = replace(original.tip.tree, page_version=restored.tip.tree.page_version)
    assert restored.tip == replace(original.tip, tree=tree)
    assert list(restored.state.scan(b"")) == list(original.state.scan(b""))
    assert replace(restored.facts, parent=original.facts.parent) == original.facts
    for height in range(1, original.tip.height + 1):
        assert restored.header(height) == original.header(height)
        assert restored.height_of(original.header(height).hash()) == height
    for height in range(restored.first_body, original.tip.height + 1):
        assert restored.block(height) == original.block(height)
        assert restored.receipts_bytes(height) == original.receipts_bytes(height)


def decided(golden: GoldenChain) -> list[tuple[Block, CommitCertificate]]:
    """Return the blocks with what makes them final."""
    return list(zip(golden.blocks, golden.certificates(), strict=True))


def test_the_golden_chain_restores_at_any_height_and_goes_on(golden: GoldenChain) -> None:
    """With sweeps, evidence and a change of validators in it; the rest replays above it."""
    original, _ = Chain.open(MemoryEngine(), golden.genesis)
    for number, (block, certificate) in enumerate(decided(golden), start=1):
        original.commit(block, certificate)
        if number not in {2, 3, 64, 66, 120, len(golden.blocks)}:
            continue
        manifest, rows = taken(original)
        engine = built(golden.genesis, manifest, rows)
        restored, report = Chain.open(engine, golden.genesis)
        assert report.verified.headers == min(64, number)
        assert_same(restored, original)
        for later, proof in decided(golden)[number:]:
            restored.commit(later, proof)
        assert restored.tip.tree.state_root() == golden.state_root


def test_old_bodies_stay_behind_and_the_answer_says_so(world: World) -> None:
    manifest, rows = taken(world.chain)
    assert 1 < manifest.first_body < world.chain.tip.height - 60
    restored, _ = Chain.open(built(world.genesis, manifest, rows), world.genesis)
    assert_same(restored, world.chain)
    assert restored.first_body == manifest.first_body
    assert restored.first_indexed == world.chain.tip.height
    for read in (restored.block, restored.receipts):
        with pytest.raises(Refused, match="E913"):
            read(manifest.first_body - 1)


def test_a_restored_chain_grows_and_proves_as_the_original_does(world: World) -> None:
    manifest, rows = taken(world.chain)
    engine = built(world.genesis, manifest, rows)
    other = World(world.genesis, engine)
    soon_ms = other.next_ms + 5_000
    other.grow(*(other.binding(number, valid_until_ms=soon_ms) for number in (5_000, 5_001)))
    tip = other.reopened().tip
    assert tip.height == world.chain.tip.height + 1
    key = next(other.chain.state.scan(b""))[0]
    assert other.chain.prove(key, tip.height).value is not None


def test_a_state_that_enters_the_tree_in_many_batches_has_the_same_root(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "STATE_BATCH", 10)
    manifest, rows = taken(world.chain)
    restored, _ = Chain.open(built(world.genesis, manifest, rows), world.genesis)
    assert_same(restored, world.chain)
    pages = sum(1 for _ in restored._engine.scan(schema.page_key(b"")))
    originals = {key for key, _ in world.engine.scan(schema.page_key(b""))}
    assert pages <= len(originals)  # nothing of the build's own versions is left over


def places(data: bytes) -> Iterator[int]:
    """Yield places of a row: its ends and some between."""
    yield from sorted({0, 1, len(data) // 3, len(data) // 2, len(data) - 1})


def is_refused(world: World, manifest: Manifest, rows: Rows) -> bool:
    """Say whether a snapshot makes no store."""
    try:
        built(world.genesis, manifest, rows)
    except Refused:
        return True
    return False


@pytest.mark.parametrize("part", PROVEN_PARTS)
def test_a_changed_byte_is_refused(part: Part) -> None:
    """Rows of every part, at several places each; whatever still makes a store is the same one."""
    world = busy_world(blocks=6)
    manifest, rows = taken(world.chain)
    whole = built(world.genesis, manifest, rows)
    chosen = random.Random(part.value).sample(range(len(rows[part])), min(12, len(rows[part])))
    for index in chosen:
        for place in places(rows[part][index]):
            damaged = bytearray(rows[part][index])
            damaged[place] ^= 1 << place % 8
            changed = {**rows, part: [*rows[part]]}
            changed[part][index] = bytes(damaged)
            try:
                engine = built(world.genesis, manifest, changed)
            except Refused:
                continue
            assert dict(engine.scan(b"")) == dict(whole.scan(b"")), (part, index, place)


@pytest.mark.parametrize("part", PROVEN_PARTS)
def test_a_row_missing_doubled_or_moved_is_refused(part: Part) -> None:
    world = busy_world(blocks=6)
    manifest, rows = taken(world.chain)
    kept = rows[part]
    for changed in (kept[1:], kept[:-1], [*kept, kept[-1]], [kept[1], kept[0], *kept[2:]]):
        assert is_refused(world, manifest, {**rows, part: changed}), (part, len(changed))


def test_a_manifest_that_lies_is_refused(world: World) -> None:
    manifest, rows = taken(world.chain)
    assert decode_manifest(encode_manifest(manifest)) == manifest
    for lie in (
        {"genesis_hash": bytes(32)},
        {"anchor_height": manifest.anchor_height + 1},
        {"anchor_height": manifest.anchor_height - 1},
        {"first_body": manifest.first_body - 1},
        {"first_body": manifest.first_body + 1},
        {"values": manifest.values + 1},
        {"tree_hash": bytes(32)},
    ):
        assert is_refused(world, replace(manifest, **lie), rows), lie


def test_a_snapshot_with_too_few_bodies_is_refused(world: World) -> None:
    """Without them a transaction could stand twice, or a wrong primary be taken for the right."""
    manifest, rows = taken(world.chain)
    fewer = replace(manifest, first_body=manifest.first_body + 1)
    cut = {**rows, Part.BODIES: rows[Part.BODIES][1:], Part.RECEIPTS: rows[Part.RECEIPTS][1:]}
    assert is_refused(world, fewer, cut)


def test_a_state_key_that_is_slipped_in_is_refused(world: World) -> None:
    manifest, rows = taken(world.chain)
    key, value = decode_state_row(rows[Part.STATE][-1])
    more = [*rows[Part.STATE], encode_state_row(key + b"\0", value)]
    assert is_refused(world, manifest, {**rows, Part.STATE: more})
    assert is_refused(
        world, replace(manifest, values=manifest.values + 1), {**rows, Part.STATE: more}
    )


def test_a_long_forged_chain_of_headers_is_noticed_early(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate now and then is checked although the next header names it."""
    checked: list[int] = []

    def counting(validators: ValidatorSet, header: Header, certificate: CommitCertificate) -> None:
        checked.append(header.height)
        require_certified(validators, header, certificate)

    monkeypatch.setattr(building, "PROVEN_EVERY", 20)
    monkeypatch.setattr(building, "require_certified", counting)
    manifest, rows = taken(world.chain)
    built(world.genesis, manifest, rows)
    assert checked == list(range(19, manifest.anchor_height, 20))
