"""Blocks with evidence: built, judged, recorded once, and refused where a rule does not hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chaincode.evidence import OFFENCES
from chaincode.ids import key_id
from consensus.events import Verdict
from consensus.evidence import evidence_of
from consensus.messages import Vote
from ledger import suites
from ledger.block import EVIDENCE_MAX, Block
from ledger.genesis import Parameter
from ledger.offence import OffenceKind
from ledger.refusal import Code
from ledger.roots import EVIDENCE_TAG, list_root
from ledger.vote import VoteKind, block_vote_bytes
from tests.unit.node.chain_world import VALIDATOR_SEEDS, World, genesis_with

ONE, OTHER = bytes([1]) * 32, bytes([2]) * 32
SEEDS = {suites.public_key_of(seed): seed for seed in VALIDATOR_SEEDS}


@pytest.fixture
def world() -> World:
    world = World()
    for number in range(3):
        world.grow(world.binding(number))
    return world


def evidence(
    world: World,
    height: int,
    *,
    kind: VoteKind = VoteKind.COMMIT,
    signer: int = 1,
    values: tuple[bytes, bytes] = (ONE, OTHER),
) -> bytes:
    """Return evidence that a validator voted twice at a height."""
    seed = SEEDS[world.genesis.validators[signer].public_key]
    votes = []
    for value in values:
        message = block_vote_bytes(kind, world.chain.genesis_hash, height, 0, value)
        votes.append(Vote(kind, height, 0, value, signer, suites.sign(seed, message)))
    found = evidence_of(*votes)
    assert found is not None
    return found.encoded()


def built(world: World, *items: bytes) -> Block:
    """Return the next block as its proposer builds it, offered this evidence."""
    return world.chain.build((), time_ms=world.next_ms, proposer=0, evidence=items).block


def with_evidence(block: Block, items: Sequence[bytes]) -> Block:
    """Return a block with any evidence and the right root over it."""
    root = list_root(EVIDENCE_TAG, items)
    return replace(block, header=replace(block.header, evidence_root=root), evidence=tuple(items))


def refused_field(world: World, items: Sequence[bytes]) -> str:
    """Return why a block with this evidence is invalid, and that building leaves it out."""
    assert set(built(world, *items).evidence) <= set(items[:1])
    checked = world.chain.check(with_evidence(world.proposed(), items))
    assert checked.verdict is Verdict.INVALID
    assert checked.refusal is not None
    assert checked.refusal.code is Code.BAD_BODY
    return checked.refusal.field


def test_evidence_is_recorded_with_a_receipt_and_an_event(world: World) -> None:
    block = built(world, evidence(world, 2))
    assert len(block.evidence) == 1
    assert world.reopened().check(block).verdict is Verdict.VALID
    committed = world.chain.commit(block, world.certified(block))
    ((key, record),) = OFFENCES.scan(world.chain.state)
    member = world.genesis.validators[1]
    assert key == (2, member.public_key, OffenceKind.COMMIT)
    assert record.recorded_height == block.header.height
    (receipt,) = [outcome.receipt for outcome in committed.outcomes]
    assert receipt.subject == record.evidence
    (event,) = receipt.events
    assert event.name == "offence.recorded"
    assert event.ids == (member.organisation, key_id(member.public_key))
    assert event.amounts == (2, OffenceKind.COMMIT)
    assert world.chain.facts.validators.size == 4


def test_an_offence_is_recorded_once_by_whichever_evidence(world: World) -> None:
    block = built(world, evidence(world, 2))
    world.chain.commit(block, world.certified(block))
    other = evidence(world, 2, values=(ONE, bytes([3]) * 32))
    for item in (evidence(world, 2), other):
        assert built(world, item).evidence == ()
        assert refused_field(world, [item]) == "evidence[0].height"


def test_a_block_holds_each_offence_once(world: World) -> None:
    item, other = evidence(world, 2), evidence(world, 2, values=(ONE, bytes([3]) * 32))
    assert built(world, item, other).evidence == (item,)
    assert refused_field(world, [item, other]) == "evidence[1].repeated"


def test_kinds_signers_and_heights_are_offences_of_their_own(world: World) -> None:
    items = [
        evidence(world, 2),
        evidence(world, 2, kind=VoteKind.PREPARE),
        evidence(world, 2, signer=2),
        evidence(world, 3),
    ]
    block = built(world, *items)
    assert block.evidence == tuple(items)
    world.chain.commit(block, world.certified(block))
    assert len(list(OFFENCES.scan(world.chain.state))) == 4


@pytest.mark.parametrize("ahead", [0, 1, 2**62], ids=["in flight", "next", "never"])
def test_evidence_of_a_height_that_is_not_decided_is_refused(world: World, ahead: int) -> None:
    """A vote of the running height may still be a block's; nobody is judged before it is over."""
    item = evidence(world, world.chain.facts.height + ahead)
    assert refused_field(world, [item]) == "evidence[0].height"


def test_old_evidence_is_refused() -> None:
    """Exactly the age still counts."""
    world = World(genesis_with(Parameter("evidence_age_blocks", 10, 10, 100)))
    for number in range(12):
        world.grow(world.binding(number))
    assert world.chain.facts.height == 13
    assert len(built(world, evidence(world, 3)).evidence) == 1
    assert refused_field(world, [evidence(world, 2)]) == "evidence[0].height"


def test_records_are_forgotten_when_no_evidence_of_their_height_may_come() -> None:
    world = World(genesis_with(Parameter("evidence_age_blocks", 10, 10, 100)))
    for number in range(2):
        world.grow(world.binding(number))
    block = built(world, evidence(world, 1))
    world.chain.commit(block, world.certified(block))
    for number in range(10, 22):
        world.grow(world.binding(number))
    block = built(world, evidence(world, 9))
    world.chain.commit(block, world.certified(block))
    assert [key[0] for key, _ in OFFENCES.scan(world.chain.state)] == [9]


def test_bytes_that_prove_nothing_make_a_block_invalid(world: World) -> None:
    item = evidence(world, 2)
    forged = item[:-1] + bytes([item[-1] ^ 1])
    assert refused_field(world, [forged]) == "evidence[0].signature"
    assert refused_field(world, [b""]).startswith("evidence[0].")


def test_a_block_holds_sixteen_items_at_most(world: World) -> None:
    kinds = (VoteKind.PRE_PREPARE, VoteKind.PREPARE, VoteKind.COMMIT)
    items = [
        evidence(world, height, kind=kind, signer=signer)
        for height in (1, 2, 3)
        for kind in kinds
        for signer in range(2)
    ]
    assert len(items) > EVIDENCE_MAX
    assert built(world, *items).evidence == tuple(items[:EVIDENCE_MAX])
    checked = world.chain.check(with_evidence(world.proposed(), items))
    assert checked.verdict is Verdict.INVALID
