"""Every registration is signed by exactly the parties it names: one more is refused."""

import pytest

from chaincode.registration.algorithm import AlgorithmRegister
from chaincode.registration.channel import ChannelRegister
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.objection import ObjectionRaise, ObjectionResolve
from chaincode.registration.product import (
    ProductReason,
    ProductResume,
    ProductRetire,
    ProductReview,
    ProductSubmit,
    ProductSuspend,
)
from chaincode.registration.records import ChannelKind, ObjectionStatus
from chaincode.registration.resource import (
    ChangeKind,
    DeregistrationReason,
    ResourceChange,
    ResourceDeregister,
    ResourceReview,
)
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code
from tests.unit.chaincode.register import CREDIT, Register
from tests.unit.chaincode.world import World, salted

X = salted("x")


@pytest.fixture
def register() -> Register:
    return Register(World.founded())


def test_one_signer_is_not_two(register: Register) -> None:
    world = register.world
    resource = register.resource()
    product = register.product(resource)
    publicized = register.publicized("社保缴纳")
    objection = world.do(ObjectionRaise(publicized, X), register.developer)
    terms = register.terms(resource, notice=None)
    surplus = world.governor(3)
    for body, signer in (
        (register.submission(), register.holder),
        (ResourceReview(publicized, Decision.REJECTED, 0), register.registrar),
        (register.activation(publicized), register.registrar),
        (ObjectionRaise(publicized, X), register.operator),
        (ObjectionResolve(objection, ObjectionStatus.DISMISSED, X), register.registrar),
        (ProductSubmit(None, terms, ()), register.developer),
        (ProductReview(product, Decision.REJECTED, None), register.registrar),
        (ProductSuspend(product, ProductReason.DEFECT), register.operator),
        (ProductResume(product, ProductReason.DEFECT), register.operator),
        (ProductRetire(product, ProductReason.DEFECT), register.operator),
    ):
        assert world.refused(body, signer, surplus) is Code.SCHEMA, type(body)


def test_two_signers_are_not_three(register: Register) -> None:
    world = register.world
    resource = register.resource()
    register.purpose()
    market = world.actor("market", PartyKind.MARKET_OPERATOR, Right.MARKET)
    surplus = world.governor(3)
    venue = ChannelRegister("venue", ChannelKind.VENUE, X, (), None)
    for body, first, second in (
        (AlgorithmRegister(None, X, X, X), register.developer, register.registrar),
        (NoticeRegister(X, CREDIT, PartyKind.USER), register.operator, register.registrar),
        (venue, market, register.supervisor),
        (
            ResourceChange(resource, ChangeKind.CORRECT, name="名"),
            register.holder,
            register.registrar,
        ),
        (
            ResourceDeregister(resource, DeregistrationReason.MERGED),
            register.holder,
            register.registrar,
        ),
    ):
        assert world.refused(body, first, second, surplus) is Code.SCHEMA, type(body)


def test_a_channel_is_replaced_by_its_own_operator_in_kind(register: Register) -> None:
    world = register.world
    market = world.actor("market", PartyKind.MARKET_OPERATOR, Right.MARKET)
    other = world.actor("other market", PartyKind.MARKET_OPERATOR, Right.MARKET)
    venue = world.do(
        ChannelRegister("venue", ChannelKind.VENUE, X, (), None), market, register.supervisor
    )
    taken_over = ChannelRegister("venue", ChannelKind.VENUE, X, (), venue)
    assert world.refused(taken_over, other, register.supervisor) is Code.NO_RIGHT
    deliverer = world.actor("deliverer", PartyKind.DELIVERER, Right.DELIVER)
    changed = ChannelRegister("venue", ChannelKind.DELIVERY, X, (deliverer.id,), venue)
    assert world.refused(changed, market, register.supervisor) is Code.SCHEMA
