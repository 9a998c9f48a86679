"""Damage at the tip is found at start, by checksum or by content; a torn block is taken back."""

from collections.abc import Callable, Iterable

import pytest

from ledger.refusal import Code, Refused
from node.chain import Chain, ChainOptions, Committed
from node.store import schema
from node.store.engine import Batch
from node.store.errors import StoreDamaged
from node.store.memory import MemoryEngine
from node.store.sealing import put_sealed
from tests.unit.node.chain_world import HOLDER_SEED, World, busy_world

VERIFIED_KINDS = "header body certificate receipts hash transaction state page root undo tip"


def keys_of_tip(world: World) -> dict[str, list[bytes]]:
    """Return the keys by kind that a start verifies, of a tip with several transactions."""
    chain = world.chain
    height = chain.tip.height
    block = chain.block(height)
    undo = chain.undo(height)
    return {
        "header": [schema.header_key(height), schema.header_key(height - 1)],
        "body": [schema.body_key(height)],
        "certificate": [schema.certificate_key(height)],
        "receipts": [schema.receipts_key(height)],
        "hash": [schema.block_hash_key(block.header.hash())],
        "transaction": [
            key
            for key, value in world.engine.scan(b"t")
            if int.from_bytes(value[4:12], "big") == height
        ],
        "state": [schema.state_key(key) for key, _ in undo.values],
        "page": [schema.page_key(chain.tip.tree.page_version.to_bytes(8, "big"))],
        "root": [schema.root_key(height)],
        "undo": [schema.undo_key(height)],
        "tip": [schema.TIP_KEY],
    }


def places(value: bytes) -> Iterable[int]:
    """Return places to flip in a value: its ends, and some between."""
    return sorted({0, 3, 4, len(value) // 3, len(value) // 2, len(value) - 1})


def opened_with(world: World, batch: Batch) -> Chain:
    """Open a copy of a world's store with some records changed."""
    engine = MemoryEngine()
    engine.write_batch({**dict(world.engine.scan(b"")), **batch}, sync=True)
    return World(world.genesis, engine, world.options).chain


@pytest.fixture(scope="module")
def world() -> World:
    """Give a world whose last block did several things."""
    return busy_world()


@pytest.mark.parametrize("kind", VERIFIED_KINDS.split())
def test_a_flipped_bit_is_found(world: World, kind: str) -> None:
    """One bit anywhere in a record of the tip stops the start, and the message names the kind."""
    for key in keys_of_tip(world)[kind]:
        sealed = world.engine.get(key)
        assert sealed is not None
        for place in places(sealed):
            flipped = bytearray(sealed)
            flipped[place] ^= 1
            with pytest.raises(StoreDamaged) as damaged:
                opened_with(world, {key: bytes(flipped)})
            assert "checksum" in damaged.value.reason
            assert damaged.value.remedy


@pytest.mark.parametrize("kind", VERIFIED_KINDS.split())
def test_a_lost_record_is_found(world: World, kind: str) -> None:
    """A record of the tip that is missing stops the start."""
    for key in keys_of_tip(world)[kind]:
        with pytest.raises(StoreDamaged):
            opened_with(world, {key: None})


# Of a page, proofs cover the way to what changed; the rest of it is another block's concern.
@pytest.mark.parametrize("kind", [kind for kind in VERIFIED_KINDS.split() if kind != "page"])
def test_a_record_with_wrong_content_is_found(world: World, kind: str) -> None:
    """A change with a right checksum contradicts the hashes, certificates or proofs around it."""
    for key in keys_of_tip(world)[kind]:
        sealed = world.engine.get(key)
        assert sealed is not None
        for place in places(sealed[4:]):
            changed = bytearray(sealed[4:])
            changed[place] ^= 1
            batch: Batch = {}
            put_sealed(batch, key, bytes(changed))
            with pytest.raises(StoreDamaged):
                opened_with(world, batch)


@pytest.mark.parametrize(
    "key_of",
    [
        schema.header_key,
        schema.body_key,
        schema.certificate_key,
        schema.receipts_key,
        schema.root_key,
        schema.undo_key,
    ],
)
def test_a_record_of_the_block_before_is_found(
    world: World, key_of: Callable[[int], bytes]
) -> None:
    """A sound record in the place of the next one does not pass for it."""
    height = world.chain.tip.height
    older = world.engine.get(key_of(height - 1))
    assert older is not None
    batch: Batch = {}
    put_sealed(batch, key_of(height), older[4:])
    with pytest.raises(StoreDamaged):
        opened_with(world, batch)


def test_the_state_of_genesis_is_verified() -> None:
    """Before the first block, a founding value that was altered stops the start."""
    world = World()
    key, sealed = next(world.engine.scan(schema.STATE))
    batch: Batch = {}
    put_sealed(batch, key, sealed[4:] + b"\0")
    with pytest.raises(StoreDamaged):
        opened_with(world, batch)


def read_everything(world: World, first: Committed, entity: bytes) -> None:
    """Read all of block 1, one id's index, and what the next block prunes."""
    chain = world.chain
    chain.block(1)
    chain.certificate(1)
    chain.receipts(1)
    for transaction in first.transactions:
        chain.find_transaction(transaction.tx_id)
    chain.concerning(entity, limit=100)
    world.grow()


@pytest.mark.parametrize("kind", [b"b", b"c", b"r", b"i", b"s", b"t"])
def test_deeper_damage_is_found_when_it_is_read(kind: bytes) -> None:
    """A flipped bit below the tip never comes out as an answer."""
    world = World(options=ChainOptions(kept_versions=2))
    first = world.grow(world.binding(1), world.binding(2))
    world.grow(world.binding(3))
    key, sealed = next(world.engine.scan(kind))
    world.engine.write_batch({key: sealed[:-1] + bytes([sealed[-1] ^ 1])}, sync=True)
    with pytest.raises(StoreDamaged):
        read_everything(world, first, key[1:33])


class TearingEngine(MemoryEngine):
    """An engine that can lose the rest of a batch, as a filesystem without order may."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: int | None = None
        self.batch_size = 0

    def write_batch(self, batch: Batch, *, sync: bool) -> None:
        """Write a beginning of the batch and raise, where `kept` says so."""
        self.batch_size = len(batch)
        if self.kept is None:
            super().write_batch(batch, sync=sync)
            return
        super().write_batch(dict(list(batch.items())[: self.kept]), sync=True)
        raise OSError("power cut")


def torn_world(kept: int) -> World:
    """Return a world whose third block was cut off after `kept` records."""
    engine = TearingEngine()
    world = busy_world(engine, blocks=2)
    block = world.proposed(
        world.protection(30), world.binding(31), world.binding(32, seed=HOLDER_SEED)
    )
    certificate = world.certified(block)
    engine.kept = kept
    with pytest.raises(OSError, match="power cut"):
        world.chain.commit(block, certificate)
    engine.kept = None
    return world


def test_a_torn_block_is_taken_back() -> None:
    """After a cut at any record the same prefix is there, and the same block can be committed."""
    intact = busy_world(blocks=2)
    block = intact.proposed(
        intact.protection(30), intact.binding(31), intact.binding(32, seed=HOLDER_SEED)
    )
    certificate = intact.certified(block)
    before = intact.chain.tip
    committed = intact.chain.commit(block, certificate)
    kept, size = 0, 1
    while kept < size:
        world = torn_world(kept)
        assert isinstance(world.engine, TearingEngine)
        size = world.engine.batch_size
        chain, report = Chain.open(world.engine, world.genesis)
        assert chain.tip == before
        assert report.undone == (None if kept == 0 else before.height + 1)
        assert chain.find_transaction(committed.transactions[0].tx_id) is None
        assert chain.height_of(block.header.hash()) is None
        with pytest.raises(Refused) as refused:
            chain.header(before.height + 1)
        assert refused.value.refusal.code is Code.NOT_FOUND
        assert chain.commit(block, certificate) == committed
        assert list(world.engine.scan(b"")) == list(intact.engine.scan(b""))
        kept += 1
    assert size >= 15


def test_what_was_not_synced_is_as_if_it_had_not_been() -> None:
    """Every commit is durable on return: a crash right after it loses nothing."""
    engine = MemoryEngine()
    world = World(engine=engine)
    for number in range(3):
        tip = world.grow(world.binding(number)).tip
        engine.crash()
        assert world.reopened().tip == tip
