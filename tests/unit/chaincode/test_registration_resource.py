"""Resources: nothing is held before notice and review, nothing after its term."""

from dataclasses import replace

import pytest

from chaincode.parameters import ParameterName
from chaincode.registration.objection import ObjectionRaise, ObjectionResolve
from chaincode.registration.records import (
    OBJECTIONS,
    RESOURCES,
    ObjectionStatus,
    ResourceStatus,
    Sensitivity,
)
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
from ledger.suites import ZERO_HASH
from tests.unit.chaincode.register import YEAR_MS, Register
from tests.unit.chaincode.world import World, salted


@pytest.fixture
def world() -> World:
    return World.founded()


@pytest.fixture
def register(world: World) -> Register:
    return Register(world)


def status(world: World, resource: bytes) -> ResourceStatus:
    return RESOURCES.known(world.state, resource).status


def test_a_resource_becomes_active_after_review_and_notice(
    world: World, register: Register
) -> None:
    resource = register.publicized()
    early = register.activation(resource)
    assert world.refused(early, register.registrar) is Code.NOTICE_RUNNING
    world.wait(world.parameter(ParameterName.NOTICE_MS))
    world.do(register.activation(resource), register.registrar)
    assert status(world, resource) is ResourceStatus.ACTIVE
    again = register.activation(resource)
    assert world.refused(again, register.registrar) is Code.BAD_STATE


def test_only_holders_submit(world: World, register: Register) -> None:
    assert world.refused(register.submission(), register.developer) is Code.NO_RIGHT
    empty = replace(register.submission(), catalogue=ZERO_HASH)
    assert world.refused(empty, register.holder) is Code.BAD_ROOT


def test_only_registration_bodies_review_and_never_their_own(
    world: World, register: Register
) -> None:
    both = world.actor("both", PartyKind.REGISTRAR, Right.REGISTER, Right.HOLD)
    own = world.do(register.submission(), both)
    notice_ms = world.parameter(ParameterName.NOTICE_MS)
    review = ResourceReview(own, Decision.APPROVED, notice_ms)
    assert world.refused(review, both) is Code.ROLE_CONFLICT
    assert world.refused(review, register.holder) is Code.NO_RIGHT
    short = replace(review, notice_ms=notice_ms - 1)
    assert world.refused(short, register.registrar) is Code.OUT_OF_BOUNDS
    unknown = replace(review, resource=salted("unknown"))
    assert world.refused(unknown, register.registrar) is Code.NOT_FOUND
    world.do(review, register.registrar)
    assert world.refused(review, register.registrar) is Code.BAD_STATE


def test_a_rejected_resource_stays_rejected(world: World, register: Register) -> None:
    resource = world.do(register.submission(), register.holder)
    world.do(ResourceReview(resource, Decision.REJECTED, 0), register.registrar)
    assert status(world, resource) is ResourceStatus.REJECTED
    world.wait(world.parameter(ParameterName.NOTICE_MS))
    assert world.refused(register.activation(resource), register.registrar) is Code.BAD_STATE


def test_the_term_of_a_registration_is_bounded(world: World, register: Register) -> None:
    resource = register.publicized()
    world.wait(world.parameter(ParameterName.NOTICE_MS))
    body = register.activation(resource)
    longest = world.parameter(ParameterName.RESOURCE_TERM_MAX_MS)
    beyond = replace(body, valid_until_ms=world.block_context().time_ms + longest + 1)
    assert world.refused(beyond, register.registrar) is Code.OUT_OF_BOUNDS
    over = replace(body, valid_until_ms=world.time_ms)
    assert world.refused(over, register.registrar) is Code.DEADLINE_PASSED


def test_an_open_objection_blocks_activation_until_it_is_dismissed(
    world: World, register: Register
) -> None:
    resource = register.publicized()
    objection = world.do(ObjectionRaise(resource, salted("grounds")), register.developer)
    again = ObjectionRaise(resource, salted("more grounds"))
    assert world.refused(again, register.developer) is Code.TAKEN
    world.wait(world.parameter(ParameterName.NOTICE_MS))
    activation = register.activation(resource)
    assert world.refused(activation, register.registrar) is Code.OBJECTION_OPEN
    dismissal = ObjectionResolve(objection, ObjectionStatus.DISMISSED, salted("reasons"))
    assert world.refused(dismissal, register.holder) is Code.NO_RIGHT
    world.do(dismissal, register.registrar)
    assert world.refused(dismissal, register.registrar) is Code.BAD_STATE
    world.do(activation, register.registrar)


def test_an_upheld_objection_rejects_the_resource(world: World, register: Register) -> None:
    resource = register.publicized()
    objection = world.do(ObjectionRaise(resource, salted("grounds")), register.developer)
    second = world.do(ObjectionRaise(resource, salted("grounds")), register.operator)
    upheld = ObjectionResolve(objection, ObjectionStatus.UPHELD, salted("reasons"))
    world.do(upheld, register.registrar)
    assert status(world, resource) is ResourceStatus.REJECTED
    world.do(replace(upheld, objection=second), register.registrar)
    assert status(world, resource) is ResourceStatus.REJECTED


def test_only_the_objector_withdraws(world: World, register: Register) -> None:
    resource = register.publicized()
    objection = world.do(ObjectionRaise(resource, salted("grounds")), register.developer)
    withdrawal = ObjectionResolve(objection, ObjectionStatus.WITHDRAWN, salted("reasons"))
    assert world.refused(withdrawal, register.registrar) is Code.NO_RIGHT
    reopened = replace(withdrawal, outcome=ObjectionStatus.OPEN)
    assert world.refused(reopened, register.developer) is Code.SCHEMA
    world.do(withdrawal, register.developer)
    assert OBJECTIONS.known(world.state, objection).status is ObjectionStatus.WITHDRAWN


def test_objections_come_during_notice_only(world: World, register: Register) -> None:
    resource = register.resource()
    late = ObjectionRaise(resource, salted("grounds"))
    assert world.refused(late, register.developer) is Code.BAD_STATE
    nothing = ObjectionRaise(salted("nothing"), salted("grounds"))
    assert world.refused(nothing, register.developer) is Code.NOT_FOUND


def test_holder_and_registration_body_change_a_resource_together(
    world: World, register: Register
) -> None:
    resource = register.resource()
    change = ResourceChange(resource, ChangeKind.CHANGE, catalogue=salted("new catalogue"))
    assert world.refused(change, register.holder) is Code.MISSING_COSIGNER
    assert world.refused(change, register.developer, register.registrar) is Code.NO_RIGHT
    assert world.refused(change, register.holder, register.developer) is Code.NO_RIGHT
    world.do(change, register.holder, register.registrar)
    changed = RESOURCES.known(world.state, resource)
    assert changed.version == 2
    assert changed.catalogue == salted("new catalogue")
    assert changed.name == "公积金缴存"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (ResourceChange(ZERO_HASH, ChangeKind.CHANGE), Code.SCHEMA),
        (ResourceChange(ZERO_HASH, ChangeKind.CHANGE, catalogue=ZERO_HASH), Code.BAD_ROOT),
        (ResourceChange(ZERO_HASH, ChangeKind.CHANGE, valid_until_ms=9), Code.SCHEMA),
        (ResourceChange(ZERO_HASH, ChangeKind.CORRECT), Code.SCHEMA),
        (ResourceChange(ZERO_HASH, ChangeKind.CORRECT, catalogue=salted("x")), Code.SCHEMA),
        (ResourceChange(ZERO_HASH, ChangeKind.RENEW), Code.SCHEMA),
        (
            ResourceChange(ZERO_HASH, ChangeKind.RENEW, name="x", valid_until_ms=9),
            Code.SCHEMA,
        ),
        (ResourceChange(ZERO_HASH, ChangeKind.RENEW, valid_until_ms=9), Code.DEADLINE_PASSED),
    ],
)
def test_each_kind_of_change_touches_its_own_fields(
    world: World, register: Register, change: ResourceChange, code: Code
) -> None:
    body = replace(change, resource=register.resource())
    assert world.refused(body, register.holder, register.registrar) is code


def test_a_correction_changes_the_description_alone(world: World, register: Register) -> None:
    resource = register.resource()
    before = RESOURCES.known(world.state, resource)
    body = ResourceChange(resource, ChangeKind.CORRECT, sensitivity=Sensitivity.SENSITIVE)
    world.do(body, register.holder, register.registrar)
    expected = replace(before, version=2, sensitivity=Sensitivity.SENSITIVE)
    assert RESOURCES.known(world.state, resource) == expected


def test_a_registration_ends_by_time_and_a_renewed_one_later(
    world: World, register: Register
) -> None:
    resource = register.resource()
    renewed = register.resource("社保缴纳")
    body = ResourceChange(renewed, ChangeKind.RENEW, valid_until_ms=world.time_ms + 2 * YEAR_MS)
    world.do(body, register.holder, register.registrar)
    world.wait(YEAR_MS + 10_000)
    assert status(world, resource) is ResourceStatus.EXPIRED
    assert status(world, renewed) is ResourceStatus.ACTIVE
    late = ResourceChange(resource, ChangeKind.RENEW, valid_until_ms=world.time_ms + YEAR_MS)
    refusal = world.refused(late, register.holder, register.registrar)
    assert refusal is Code.RESOURCE_NOT_ACTIVE


def test_a_registration_body_deregisters_alone_and_the_holder_never(
    world: World, register: Register
) -> None:
    resource = register.resource()
    body = ResourceDeregister(resource, DeregistrationReason.UNLAWFUL_ORIGIN)
    assert world.refused(body, register.holder) is Code.NO_RIGHT
    assert world.refused(body, register.developer, register.registrar) is Code.NO_RIGHT
    world.do(body, register.registrar)
    assert status(world, resource) is ResourceStatus.DEREGISTERED
    assert world.refused(body, register.holder, register.registrar) is Code.BAD_STATE
