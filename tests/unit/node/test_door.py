"""The door answers from the state of its height, and strangers cannot fill its memory."""

import pytest

from ledger.encoding import Value
from ledger.refusal import Code, Refusal
from node import door
from node.block_filling import BlockFilling
from node.mempool import BlockLimits, Mempool, MempoolLimits
from tests.unit.node.chain_world import HOLDER_SEED, STRANGER_SEED, World

ONE_EACH = BlockLimits(
    transactions=9, size_bytes=1 << 20, per_organisation=1, protective_per_organisation=1
)


def test_the_door_knows_who_signs_and_who_is_charged() -> None:
    """Parties pass and are charged to their organisation; nobody answers for a stranger."""
    world = World()
    guard, time_ms = world.chain.door, world.next_ms
    authority, holder = world.binding(1), world.protection(2, seed=HOLDER_SEED)
    assert guard.refuse(authority, time_ms) is None
    assert guard.refuse(holder, time_ms) is None
    stranger = guard.refuse(world.binding(3, seed=STRANGER_SEED), time_ms)
    assert stranger == Refusal(Code.UNKNOWN_SIGNER, "signers[0]")
    charges = (guard.charge_of(authority), guard.charge_of(holder))
    assert charges[0].organisation != charges[1].organisation
    assert [charge.is_protective for charge in charges] == [False, True]


def test_no_organisation_keeps_out_the_persons_it_is_charged_for() -> None:
    """What fills the protective allowance of an organisation leaves room for a revocation."""
    world = World()
    world.grow(world.binding(1))
    limits = MempoolLimits(protective_per_organisation_max=2)
    mempool = Mempool(world.chain.door.charge_of, limits)
    own = [world.protection(number) for number in range(3)]
    assert [refusal is None for refusal in mempool.add(own)] == [True, True, False]
    body: list[Value] = [bytes(32), False]
    revocations = [
        world.signed("consent.revoke", body, number, world.seed_of_sid(1)) for number in range(3)
    ]
    assert [refusal is None for refusal in mempool.add(revocations)] == [True, True, False]
    filling = BlockFilling(world.chain.door, ONE_EACH, world.next_ms)
    answers = [filling.refuse(transaction) for transaction in (own[0], own[1], revocations[0])]
    assert answers == [None, Refusal(Code.QUOTA, "signers[0]"), None]


def test_a_committed_id_is_refused_at_the_next_door() -> None:
    """Each height has a door of its own that knows the ids of the blocks below."""
    world = World()
    transaction = world.binding(1)
    before = world.chain.door
    world.grow(transaction)
    assert world.chain.door is not before
    repeated = world.chain.door.refuse_repeated(transaction)
    assert repeated == Refusal(Code.DUPLICATE, "tx_id")


def test_decoded_records_are_dropped_after_many_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On an idle chain a flood of unknown signers leaves no more than a bounded memory."""
    monkeypatch.setattr(door, "READS_KEPT_MAX", 10)
    world = World()
    guard = world.chain.door
    for number in range(40):
        guard.refuse(world.binding(number, seed=bytes([9, number]) + bytes(30)), world.next_ms)
        assert len(guard._decoded._records) <= 3 * 10
    assert guard.refuse(world.binding(50), world.next_ms) is None
