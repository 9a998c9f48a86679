"""A node far behind fetches a snapshot over real sockets; a liar costs it time and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from genesis.testnet import Testnet
from node.errors import DiskFull
from node.home import Home
from node.network.messages import BlocksFound, GetBlocks
from node.node import snapshot_place
from node.snapshot.fetching import Place, exchange_stores, finish_exchange
from node.snapshot.rows import Part, Piece
from node.snapshot.shelf import FRESH_MS, HELD_MAX, IDLE_MS, SnapshotShelf
from node.store import schema
from node.store.engine import Batch
from node.store.sealing import put_sealed
from tests.unit.node.chain_world import World
from tests.unit.node.node_support import Nodes, lay_out, until
from tests.unit.node.small_node import StandingClock

pytestmark = pytest.mark.xdist_group("whole nodes")

BLOCKS = 24
BEHIND = 10
LATE = 3


@pytest.fixture(scope="module")
def testnet(tmp_path_factory: pytest.TempPathFactory) -> Testnet:
    return lay_out(tmp_path_factory.mktemp("snapshots") / "net")


@pytest.fixture(scope="module")
def far_behind(testnet: Testnet) -> Iterator[None]:
    """Let the late node think that ten blocks are far."""
    path = testnet.home(testnet.nodes[LATE]) / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n[sync]\nsnapshot_blocks = {BEHIND}\n", encoding="utf-8")
    yield
    path.write_text(text, encoding="utf-8")


@pytest_asyncio.fixture
async def nodes(testnet: Testnet, far_behind: None) -> AsyncIterator[Nodes]:  # noqa: ARG001
    """Give three nodes that are some blocks ahead of a fourth, which is not started."""
    found = Nodes(testnet)
    found.reset()
    try:
        await found.start(0, 1, 2)
        await found.connected()
        await found.commit(0, BLOCKS)
        yield found
    finally:
        await found.stop()


async def test_a_late_node_takes_a_snapshot_and_goes_on_by_blocks(nodes: Nodes) -> None:
    """It then has the same state and all headers, and takes part like any other."""
    await nodes.start(LATE)
    late = nodes.running[LATE]
    await asyncio.wait_for(late.snapshots.ready.wait(), 30)
    assert late.chain.tip.height == 0  # blocks were not fetched meanwhile
    place, height = snapshot_place(late._memory.identity), late.chain.tip.height
    await nodes.stop(LATE)
    exchange_stores(place, height)
    assert not place.folder.exists()
    await nodes.start(LATE)
    assert nodes.chain(LATE).tip.height >= BLOCKS
    tip = await nodes.commit(0, 2)
    await nodes.at(tip, LATE)
    nodes.assert_equal()
    ours, theirs = nodes.chain(LATE), nodes.chain(0)
    assert list(ours.state.scan(b"")) == list(theirs.state.scan(b""))
    assert not nodes.running[LATE].snapshots.ready.is_set()


@pytest.mark.parametrize("part", [Part.HEADERS, Part.BODIES, Part.RECEIPTS, Part.STATE])
async def test_a_lie_in_any_part_is_noticed_and_blocks_are_fetched_instead(
    nodes: Nodes, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All peers lie, in one bit; the node follows all the same, with nothing of what they sent."""
    real = SnapshotShelf.piece

    def lying(shelf: SnapshotShelf, height: int, asked: Part, start: bytes) -> Piece | None:
        piece = real(shelf, height, asked, start)
        if piece is None or asked is not part:
            return piece
        last = bytearray(piece.rows[-1])
        last[-1] ^= 1
        return replace(piece, rows=(*piece.rows[:-1], bytes(last)))

    monkeypatch.setattr(SnapshotShelf, "piece", lying)
    await nodes.start(LATE)
    late = nodes.running[LATE]
    await until(lambda: len(late.snapshots._failed) == LATE, "each was asked and refused")
    await nodes.at(BLOCKS, LATE)
    assert not late.snapshots.ready.is_set()
    nodes.assert_equal()


@pytest.mark.parametrize(
    "answer",
    [
        None,  # what was offered may be gone a moment later
        Piece((), None),  # the end, before all is there
        Piece((), b"\xff"),  # no end, and nothing on the way to it
    ],
)
async def test_a_peer_without_the_rest_is_given_up(
    nodes: Nodes, answer: Piece | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node follows by blocks, and leaves no half of a store behind."""
    monkeypatch.setattr(SnapshotShelf, "piece", lambda *_: answer)
    await nodes.start(LATE)
    await nodes.at(BLOCKS, LATE)
    assert not nodes.running[LATE].snapshots.ready.is_set()
    place = snapshot_place(nodes.running[LATE]._memory.identity)
    await until(lambda: not place.folder.exists(), "nothing left of what was fetched")


async def test_a_node_without_old_bodies_sends_askers_on_and_lives(nodes: Nodes) -> None:
    """Whoever took a snapshot cannot give all blocks; asked for one, it says so by silence."""
    young = nodes.running[0]
    batch: Batch = {schema.body_key(height): None for height in range(1, BEHIND)}
    put_sealed(batch, schema.BODIES_KEY, BEHIND.to_bytes(8, "big"))
    young._memory.engine.write_batch(batch, sync=True)
    node_id = young._memory.identity.peer.node_id
    link = next(found for found in nodes.running[1].peers.links() if found.peer.node_id == node_id)

    async def blocks(height: int) -> int:
        request = partial(GetBlocks, height=height, count=1)
        found = await link.ask(request, BlocksFound, 5.0)
        assert found is not None
        return len(found.items)

    assert [await blocks(height) for height in (0, 1, BEHIND - 1, BEHIND)] == [0, 0, 0, 1]
    await nodes.commit(0)


async def test_a_peer_that_trickles_is_given_up(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer is in time and sound, but all of them would take days."""
    monkeypatch.setattr("node.snapshot.fetching.PATIENCE_S", 0.5)
    monkeypatch.setattr("node.snapshot.rows.PIECE_SIZE", 1)
    real = SnapshotShelf.piece

    def trickling(shelf: SnapshotShelf, height: int, asked: Part, start: bytes) -> Piece | None:
        time.sleep(0.3)
        return real(shelf, height, asked, start)

    monkeypatch.setattr(SnapshotShelf, "piece", trickling)
    await nodes.start(LATE)
    await nodes.at(BLOCKS, LATE)
    assert not nodes.running[LATE].snapshots.ready.is_set()


async def test_a_snapshot_never_fills_the_disk(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends while the reserve is far; blocks are fetched instead."""

    def full(folder: Path, reserve_bytes: int) -> None:
        raise DiskFull(folder, reserve_bytes - 1, reserve_bytes)

    monkeypatch.setattr("node.snapshot.fetching.require_space", full)
    await nodes.start(LATE)
    await nodes.at(BLOCKS, LATE)
    assert not nodes.running[LATE].snapshots.ready.is_set()


def test_few_snapshots_are_open_and_idle_ones_are_closed() -> None:
    """Askers share one for a while; what nobody asks for any more pins nothing in the store."""
    world, clock = World(), StandingClock()
    shelf = SnapshotShelf(world.chain, clock)
    assert shelf.offer() is None  # too young
    world.grow(world.binding(1))
    world.grow(world.binding(2))
    first = shelf.offer()
    assert first is not None
    world.grow(world.binding(3))
    assert shelf.offer() == first
    for _ in range(FRESH_MS // IDLE_MS + 1):
        clock.now_ms += IDLE_MS - 1
        assert shelf.piece(first.anchor_height, Part.STATE, b"") is not None
    second = shelf.offer()
    assert second is not None
    assert second.anchor_height == first.anchor_height + 1
    assert len(shelf._held) == HELD_MAX
    clock.now_ms += IDLE_MS
    assert shelf.piece(first.anchor_height, Part.STATE, b"") is None
    assert shelf.piece(second.anchor_height, Part.STATE, b"") is None
    assert not shelf._held


def test_the_chain_that_was_there_is_kept_beside(tmp_path: Path) -> None:
    """Its bodies may be nowhere else; a chain without blocks is worth nothing."""
    place = Place(Home(tmp_path), "lmdb", World().genesis, BEHIND)
    for folder in (place.home.chain, place.folder):
        folder.mkdir(parents=True)
    exchange_stores(place, 7)
    assert sorted(item.name for item in place.home.data.iterdir()) == ["chain", "chain.before-7"]


def test_an_exchange_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    """The chain had been moved away when the machine lost power; half a store never counts."""
    home = Home(tmp_path)
    for name in ("chain.before-7", "chain.fetching", "chain.fetched"):
        (home.data / name).mkdir(parents=True)
    finish_exchange(home)
    assert sorted(item.name for item in home.data.iterdir()) == [
        "chain",
        "chain.before-7",
        "chain.fetching",
    ]
    finish_exchange(home)
    assert home.chain.exists()
