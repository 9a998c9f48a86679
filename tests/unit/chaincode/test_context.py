"""What a handler is told: who signed, who may what, what is frozen, at the moments of change."""

import pytest

from chaincode.context import Context
from chaincode.freezes import CaseFreeze, put_freeze
from chaincode.membership.records import RIGHTS, RightHeld
from chaincode.parameters import ParameterName, set_value
from chaincode.registration.product import ProductSubmit
from chaincode.registration.resource import ChangeKind, ResourceChange
from chaincode.rights import PartyKind, Right
from chaincode.state import Overlay
from ledger.refusal import Code, Refused
from tests.unit.chaincode.register import Register
from tests.unit.chaincode.world import Actor, World, person, salted


@pytest.fixture
def world() -> World:
    return World.founded()


def context_of(world: World, *signers: Actor) -> Context:
    keys = tuple(signer.key for signer in signers)
    return Context(Overlay(world.state), world.block_context(), salted("tx"), keys)


def freeze(world: World, target: bytes, *until_ms: int) -> None:
    cases = tuple(CaseFreeze(salted("case"), salted("supervisor"), until) for until in until_ms)
    world.change(lambda context: put_freeze(context.state, target, cases))


def test_a_signer_is_a_party_or_the_refusal_says_which_is_not(world: World) -> None:
    context = context_of(world, world.governor(0), person("stranger"))
    assert context.signer_party().id == world.governor(0).id
    with pytest.raises(Refused, match="E007 NO_RIGHT signers\\[1\\]"):
        context.signer_party(1)
    with pytest.raises(Refused, match="E013 MISSING_COSIGNER signers\\[2\\]"):
        context.signer_party(2)


def test_the_count_of_signers_is_exact(world: World) -> None:
    context = context_of(world, world.governor(0), world.governor(1))
    context.require_signers(2)
    with pytest.raises(Refused, match="E013"):
        context.require_signers(3)
    with pytest.raises(Refused, match="E006"):
        context.require_signers(1)


def test_a_right_ends_in_the_block_of_its_end(world: World) -> None:
    context = context_of(world, world.governor(0))
    party = context.signer_party()
    assert not context.holds(party, Right.USE)
    RIGHTS.put(context.state, (party.id, Right.USE), RightHeld(context.now_ms + 1))
    context.require_right(party, Right.USE)
    RIGHTS.put(context.state, (party.id, Right.USE), RightHeld(context.now_ms))
    with pytest.raises(Refused, match="E007"):
        context.require_right(party, Right.USE)


def test_a_target_is_frozen_while_any_case_holds_it(world: World) -> None:
    target = salted("target")
    now_ms = world.block_context().time_ms
    context_of(world).require_not_frozen(target, "target")
    freeze(world, target, now_ms, now_ms + 1)
    with pytest.raises(Refused, match="E009 FROZEN target"):
        context_of(world).require_not_frozen(target, "target")
    freeze(world, target, now_ms)
    context_of(world).require_not_frozen(target, "target")


def test_what_is_frozen_is_neither_submitted_activated_changed_nor_built_on(world: World) -> None:
    register = Register(world)
    far_ms = world.time_ms + 10**9
    resource = register.resource()
    publicized = register.publicized("社保缴纳")
    world.wait(world.parameter(ParameterName.NOTICE_MS))
    freeze(world, publicized, far_ms)
    assert world.refused(register.activation(publicized), register.registrar) is Code.FROZEN
    freeze(world, resource, far_ms)
    change = ResourceChange(resource, ChangeKind.CORRECT, name="别名")
    assert world.refused(change, register.holder, register.registrar) is Code.FROZEN
    freeze(world, register.holder.id, far_ms)
    assert world.refused(register.submission(), register.holder) is Code.FROZEN


def test_a_parameter_is_read_at_the_height_of_the_block(world: World) -> None:
    height = world.height + 1
    world.change(
        lambda context: set_value(context.state, ParameterName.NOTICE_MS, 9_000, height, height + 1)
    )
    before = context_of(world).parameter(ParameterName.NOTICE_MS)
    world.block()
    assert before != 9_000
    assert context_of(world).parameter(ParameterName.NOTICE_MS) == 9_000


def test_an_actor_of_the_world_has_its_rights(world: World) -> None:
    """The helper that other tests stand on."""
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    context = context_of(world, bank)
    context.require_right(context.signer_party(), Right.USE)


def test_no_product_is_made_by_a_frozen_developer_or_of_a_frozen_source(world: World) -> None:
    register = Register(world)
    resource = register.resource()
    grant = register.grant(resource, Right.DEVELOP, register.developer)
    terms = register.terms(resource, notice=register.notice())
    body = ProductSubmit(None, terms, (grant,))
    far_ms = world.time_ms + 10**9
    for target in (resource, register.developer.id):
        freeze(world, target, far_ms)
        assert world.refused(body, register.developer) is Code.FROZEN
        freeze(world, target, 0)
    world.do(body, register.developer)
