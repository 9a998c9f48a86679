"""What may be voted for outlives the process, and what was decided is forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest

from consensus.events import Verdict
from node import proposed_blocks
from node.chain import Freshness
from node.clock import SystemClock
from node.intake import Intake
from node.mempool import Mempool
from node.payload import compact_block
from node.proposals import Proposals
from node.store.memory import MemoryEngine
from node.verification import SignatureVerifier
from tests.unit.node.chain_world import World
from tests.unit.node.network_support import (
    authority_of,
    machine_of,
    organisation_of,
    start_node,
)


def world_on(engine: MemoryEngine) -> World:
    """Return a world of one block."""
    world = World(engine=engine)
    world.grow(world.binding(1))
    return world


def restarted(world: World) -> World:
    """Return the world after a power cut."""
    assert isinstance(world.engine, MemoryEngine)
    world.engine.crash()
    return World(world.genesis, world.engine, world.options)


def test_a_built_block_outlives_a_power_cut() -> None:
    """The primary that loses its mempool right after building still has the whole block."""
    world = world_on(MemoryEngine())
    block = world.proposed(world.binding(2), world.binding(3))
    assert restarted(world).chain.proposed_blocks() == [block]


def test_a_block_found_valid_outlives_a_power_cut() -> None:
    """So do all who may prepare it, each with a copy of its own; a stale one is not kept."""
    world, other = world_on(MemoryEngine()), world_on(MemoryEngine())
    block = world.proposed(world.binding(2))
    stale = Freshness(proposer=3, received_ms=block.header.time_ms)
    assert other.chain.check(block, stale).verdict is Verdict.STALE
    assert restarted(other).chain.proposed_blocks() == []
    assert other.chain.check(block).verdict is Verdict.VALID
    assert restarted(other).chain.proposed_blocks() == [block]


def test_an_empty_block_needs_no_copy() -> None:
    """Its payload says all of it, so an idle chain writes nothing twice."""
    world = world_on(MemoryEngine())
    world.proposed()
    assert list(world.engine.scan(b"q")) == []


def test_a_decision_forgets_what_was_under_vote() -> None:
    """With the final block the others of its height leave the store, in the same batch."""
    world = world_on(MemoryEngine())
    block, rival = world.proposed(world.binding(2)), world.proposed(world.binding(3))
    assert {item.header for item in world.chain.proposed_blocks()} == {block.header, rival.header}
    again = restarted(world)
    again.chain.commit(block, again.certified(block))
    assert list(again.engine.scan(b"q")) == []
    assert again.chain.proposed_blocks() == []


def test_the_block_vouched_for_last_is_kept_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the one goes that was proposed longest ago, not the one proposed again."""
    monkeypatch.setattr(proposed_blocks, "PROPOSED_MAX", 3)
    world = world_on(MemoryEngine())
    blocks = [world.proposed(world.binding(number)) for number in range(2, 5)]
    assert world.chain.check(blocks[0]).verdict is Verdict.VALID
    newest = world.proposed(world.binding(9))
    kept = restarted(world).chain.proposed_blocks()
    assert sorted(item.header.hash() for item in kept) == sorted(
        item.header.hash() for item in (blocks[0], blocks[2], newest)
    )


def test_another_body_under_a_known_header_is_not_kept() -> None:
    """Only what was found valid is on disk."""
    world, other = world_on(MemoryEngine()), world_on(MemoryEngine())
    block = world.proposed(world.binding(2), world.binding(3))
    other.chain.check(replace(block, transactions=block.transactions[:1]))
    assert other.chain.proposed_blocks() == []


async def test_a_restarted_node_completes_and_serves_what_was_under_vote(tmp_path: Path) -> None:
    """After a restart with an empty mempool a payload is whole again, for this node and others."""
    world = world_on(MemoryEngine())
    transaction = world.binding(2)
    block = world.proposed(transaction)
    again = restarted(world).chain
    verifier = SignatureVerifier(workers=1)
    intake = Intake(again, Mempool(again.door.charge_of), verifier, SystemClock())
    authority = authority_of("tax")
    node = await start_node(
        machine_of(tmp_path, authority, "one"), [organisation_of(authority, "tax")]
    )
    proposals = Proposals(intake, node.peers)
    proposals.restore(again.proposed_blocks())
    payload = compact_block(block).encoded()
    assert await proposals.complete(payload, None) == block
    assert proposals.find(transaction.tx_hash) == transaction.data
    await node.peers.stop()
    verifier.close()
