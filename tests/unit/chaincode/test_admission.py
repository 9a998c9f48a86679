"""The door: what never stands in a block, and who is charged for what does."""

from dataclasses import replace

import pytest

from chaincode.admission import organisation_of, refuse_at_door, refuse_time
from chaincode.membership.key import KeyRotate
from chaincode.membership.party import PartyReason, PartySuspend
from chaincode.membership.proposal import ProposalOpen
from chaincode.membership.purpose import PurposeDefine
from chaincode.membership.records import PARTIES
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code, Refused
from ledger.transaction import Transaction, assemble
from tests.unit.chaincode.world import Actor, World, person, signing_key

DEFINE = ProposalOpen(PurposeDefine(7, "purpose", None, sensitive=False))


@pytest.fixture
def world() -> World:
    return World.founded()


def door(world: World, transaction: Transaction) -> Code:
    refusal = refuse_at_door(world.state, transaction, world.block_context())
    return Code.OK if refusal is None else refusal.code


def valid_until(world: World, until_ms: int) -> Transaction:
    template = world.transaction(DEFINE, world.governor(0))
    unsigned = replace(template.unsigned, valid_until_ms=until_ms)
    return assemble(unsigned, template.signatures)


def test_a_transaction_for_another_chain_stays_out(world: World) -> None:
    foreign = replace(world, genesis_hash=bytes(32)).transaction(DEFINE, world.governor(0))
    assert door(world, foreign) is Code.WRONG_CHAIN


def test_validity_ends_after_block_time_and_within_the_window(world: World) -> None:
    """0 < valid_until - block time <= W, at both ends exactly."""
    now_ms = world.block_context().time_ms
    window_ms = world.parameter(ParameterName.TRANSACTION_WINDOW_MS)
    assert door(world, valid_until(world, now_ms)) is Code.EXPIRED
    assert door(world, valid_until(world, now_ms + 1)) is Code.OK
    assert door(world, valid_until(world, now_ms + window_ms)) is Code.OK
    assert door(world, valid_until(world, now_ms + window_ms + 1)) is Code.TOO_FAR_AHEAD
    assert refuse_time(valid_until(world, now_ms + 5), now_ms, 5) is None


def test_only_the_first_signer_must_be_known(world: World) -> None:
    stranger: Actor = person("stranger")
    assert door(world, world.transaction(DEFINE, stranger)) is Code.UNKNOWN_SIGNER
    assert door(world, world.transaction(DEFINE, world.governor(0), stranger)) is Code.OK
    with pytest.raises(Refused) as refused:
        organisation_of(world.state, world.transaction(DEFINE, stranger))
    assert refused.value.refusal.code is Code.UNKNOWN_SIGNER


def test_attempts_of_a_suspended_party_are_let_in_to_be_recorded(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    world.govern(PartySuspend(bank.id, PartyReason.INVESTIGATION))
    assert door(world, world.transaction(DEFINE, bank)) is Code.OK
    assert world.refused(DEFINE, bank) is Code.PARTY_NOT_ACTIVE


def test_a_revoked_key_uses_up_nobodys_allowance(world: World) -> None:
    owner = world.governor(0)
    rotation = KeyRotate(owner.id, signing_key("new"), None, world.height + 1)
    world.do(rotation, owner, person("new"))
    assert door(world, world.transaction(DEFINE, owner)) is Code.UNKNOWN_SIGNER
    signed = world.transaction(DEFINE, person("new"))
    assert door(world, signed) is Code.OK
    organisation = PARTIES.known(world.state, owner.id).organisation
    assert organisation_of(world.state, signed) == organisation
