"""Products: made of registered sources under grants, reviewed, revised, suspended, retired."""

from collections.abc import Callable
from dataclasses import replace

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
from chaincode.registration.records import (
    ALGORITHMS,
    CHANNELS,
    NOTICES,
    PRODUCTS,
    REVISIONS,
    ChannelKind,
    ObjectionStatus,
    ProductClass,
    ProductStatus,
    ProductTerms,
    PurposeFields,
    Sensitivity,
)
from chaincode.registration.resource import ChangeKind, ResourceChange
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code
from tests.unit.chaincode.register import CREDIT, YEAR_MS, Register
from tests.unit.chaincode.world import World, salted

Alteration = Callable[[ProductTerms], ProductTerms]


@pytest.fixture
def world() -> World:
    return World.founded()


@pytest.fixture
def register(world: World) -> Register:
    return Register(world)


def submission(register: Register, resource: bytes) -> ProductSubmit:
    grant = register.grant(resource, Right.DEVELOP, register.developer)
    return ProductSubmit(None, register.terms(resource, notice=register.notice()), (grant,))


def row(terms: ProductTerms, change: Callable[[PurposeFields], PurposeFields]) -> ProductTerms:
    return replace(terms, purposes=(change(terms.purposes[0]),))


def group(terms: ProductTerms, algorithm: bytes, *, size: int, epsilon: int) -> ProductTerms:
    return replace(
        terms,
        product_class=ProductClass.GROUP,
        algorithms=(algorithm,),
        group_size_min=size,
        epsilon_max=epsilon,
    )


def test_a_product_is_sold_after_its_review(world: World, register: Register) -> None:
    product = register.product(register.resource())
    record = PRODUCTS.known(world.state, product)
    assert record.status is ProductStatus.ACTIVE
    assert record.version == 1
    notice = record.terms.purposes[0].notice
    assert notice is not None
    assert NOTICES.known(world.state, notice).product == product


@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda t: replace(t, operator=salted("nobody")), Code.NOT_FOUND),
        (lambda t: replace(t, sources=()), Code.SCHEMA),
        (lambda t: replace(t, sources=t.sources * 2), Code.SCHEMA),
        (
            lambda t: replace(t, sources=(replace(t.sources[0], resource=salted("x")),)),
            Code.NOT_FOUND,
        ),
        (
            lambda t: replace(t, sources=(replace(t.sources[0], catalogue=salted("x")),)),
            Code.RECONFIRMATION_NEEDED,
        ),
        (
            lambda t: replace(t, sources=(replace(t.sources[0], weight=9_999),)),
            Code.POLICY_SUM,
        ),
        (lambda t: replace(t, field_count=0), Code.SCHEMA),
        (lambda t: replace(t, field_count=65), Code.SCHEMA),
        (lambda t: replace(t, purposes=()), Code.SCHEMA),
        (lambda t: replace(t, purposes=t.purposes * 2), Code.SCHEMA),
        (lambda t: row(t, lambda r: replace(r, purpose=99)), Code.NOT_FOUND),
        (lambda t: row(t, lambda r: replace(r, fields=0)), Code.WRONG_FIELDS),
        (lambda t: row(t, lambda r: replace(r, fields=0b1000)), Code.WRONG_FIELDS),
        (lambda t: row(t, lambda r: replace(r, notice=None)), Code.NOTICE_MISSING),
        (lambda t: row(t, lambda r: replace(r, notice=salted("x"))), Code.NOTICE_MISSING),
        (
            lambda t: replace(t, product_class=ProductClass.MODEL),
            Code.ALGORITHM_NOT_REGISTERED,
        ),
        (lambda t: replace(t, algorithms=(salted("x"),)), Code.ALGORITHM_NOT_REGISTERED),
        (lambda t: replace(t, output_size_max=0), Code.SCHEMA),
        (lambda t: replace(t, group_size_min=10), Code.WRONG_CLASS),
        (lambda t: replace(t, epsilon_max=1), Code.WRONG_CLASS),
    ],
)
def test_unsound_terms_are_refused(
    world: World, register: Register, alter: Alteration, code: Code
) -> None:
    body = submission(register, register.resource())
    altered = replace(body, terms=alter(body.terms))
    assert world.refused(altered, register.developer) is code


@pytest.mark.parametrize(
    ("size", "epsilon", "code"),
    [(9, 1, Code.GROUP_TOO_SMALL), (10, 0, Code.PRIVACY_BUDGET)],
)
def test_group_figures_have_their_guards(
    world: World, register: Register, size: int, epsilon: int, code: Code
) -> None:
    body = submission(register, register.resource())
    algorithm = world.do(
        AlgorithmRegister(None, salted("code"), salted("schema"), salted("review")),
        register.developer,
        register.registrar,
    )
    terms = group(body.terms, algorithm, size=size, epsilon=epsilon)
    assert world.refused(replace(body, terms=terms), register.developer) is code
    sound = group(body.terms, algorithm, size=10, epsilon=1)
    world.do(replace(body, terms=row(sound, lambda r: replace(r, notice=None))), register.developer)


def test_a_developer_needs_right_and_grant(world: World, register: Register) -> None:
    body = submission(register, register.resource())
    assert world.refused(body, register.operator) is Code.NO_RIGHT
    without = replace(body, grants=())
    assert world.refused(without, register.developer) is Code.GRANT_MISSING
    elsewhere = register.grant(register.resource("社保缴纳"), Right.DEVELOP, register.developer)
    outside = replace(body, grants=(elsewhere,))
    assert world.refused(outside, register.developer) is Code.OUT_OF_SCOPE


def test_the_operator_must_be_able_to_operate(world: World, register: Register) -> None:
    body = submission(register, register.resource())
    unable = replace(body, terms=replace(body.terms, operator=register.holder.id))
    assert world.refused(unable, register.developer) is Code.NO_RIGHT


def test_a_source_that_expired_makes_no_product(world: World, register: Register) -> None:
    body = submission(register, register.resource())
    product = world.do(body, register.developer)
    world.wait(YEAR_MS)
    approval = ProductReview(product, Decision.APPROVED, None)
    assert world.refused(approval, register.registrar) is Code.SOURCES_NOT_ACTIVE
    again = replace(body, terms=replace(body.terms, name="again"))
    assert world.refused(again, register.developer) is Code.SOURCES_NOT_ACTIVE


def test_a_notice_explains_one_product(world: World, register: Register) -> None:
    body = submission(register, register.resource())
    world.do(body, register.developer)
    second = replace(body, terms=replace(body.terms, name="second"))
    assert world.refused(second, register.developer) is Code.NOTICE_MISSING


def test_a_notice_is_registered_by_operator_and_registration_body(
    world: World, register: Register
) -> None:
    register.purpose()
    body = NoticeRegister(salted("text"), CREDIT, PartyKind.USER)
    assert world.refused(body, register.operator) is Code.MISSING_COSIGNER
    assert world.refused(body, register.developer, register.registrar) is Code.NO_RIGHT
    assert world.refused(body, register.operator, register.holder) is Code.NO_RIGHT
    unknown = replace(body, purpose=99)
    assert world.refused(unknown, register.operator, register.registrar) is Code.NOT_FOUND


def test_a_sensitive_product_needs_an_impact_assessment(world: World, register: Register) -> None:
    resource = register.resource()
    body = ResourceChange(resource, ChangeKind.CORRECT, sensitivity=Sensitivity.SENSITIVE)
    world.do(body, register.holder, register.registrar)
    product = world.do(submission(register, resource), register.developer)
    bare = ProductReview(product, Decision.APPROVED, None)
    assert world.refused(bare, register.registrar) is Code.IMPACT_ASSESSMENT_MISSING
    world.do(replace(bare, impact_assessment=salted("assessment")), register.registrar)


def test_review_is_for_registration_bodies_and_for_what_is_under_review(
    world: World, register: Register
) -> None:
    product = world.do(submission(register, register.resource()), register.developer)
    approval = ProductReview(product, Decision.APPROVED, None)
    assert world.refused(approval, register.developer) is Code.NO_RIGHT
    world.do(approval, register.registrar)
    assert world.refused(approval, register.registrar) is Code.BAD_STATE


def test_an_objection_stops_a_review_and_rejects_when_upheld(
    world: World, register: Register
) -> None:
    product = world.do(submission(register, register.resource()), register.developer)
    objection = world.do(ObjectionRaise(product, salted("grounds")), register.holder)
    approval = ProductReview(product, Decision.APPROVED, None)
    assert world.refused(approval, register.registrar) is Code.OBJECTION_OPEN
    upheld = ObjectionResolve(objection, ObjectionStatus.UPHELD, salted("reasons"))
    world.do(upheld, register.registrar)
    assert PRODUCTS.known(world.state, product).status is ProductStatus.REJECTED


def test_a_revision_waits_beside_the_version_in_force(world: World, register: Register) -> None:
    resource = register.resource()
    product = register.product(resource)
    grant = register.grant(resource, Right.DEVELOP, register.developer)
    terms = PRODUCTS.known(world.state, product).terms
    smaller = replace(terms, output_size_max=1_024)
    body = ProductSubmit(product, smaller, (grant,))
    assert world.refused(body, register.operator) is Code.NO_RIGHT
    other_class = replace(body, terms=replace(smaller, product_class=ProductClass.VERIFY))
    assert world.refused(other_class, register.developer) is Code.WRONG_CLASS
    world.do(body, register.developer)
    assert PRODUCTS.known(world.state, product).terms == terms
    assert world.refused(body, register.developer) is Code.BAD_STATE
    world.do(ProductReview(product, Decision.APPROVED, None), register.registrar)
    revised = PRODUCTS.known(world.state, product)
    assert (revised.version, revised.terms) == (2, smaller)
    assert REVISIONS.get(world.state, product) is None


def test_a_rejected_revision_leaves_the_version_in_force(world: World, register: Register) -> None:
    resource = register.resource()
    product = register.product(resource)
    grant = register.grant(resource, Right.DEVELOP, register.developer)
    before = PRODUCTS.known(world.state, product)
    world.do(ProductSubmit(product, before.terms, (grant,)), register.developer)
    world.do(ProductReview(product, Decision.REJECTED, None), register.registrar)
    assert PRODUCTS.known(world.state, product) == before
    assert REVISIONS.get(world.state, product) is None


def test_a_changed_catalogue_needs_confirmation_before_acceptance(
    world: World, register: Register
) -> None:
    resource = register.resource()
    product = world.do(submission(register, resource), register.developer)
    change = ResourceChange(resource, ChangeKind.CHANGE, catalogue=salted("new"))
    world.do(change, register.holder, register.registrar)
    approval = ProductReview(product, Decision.APPROVED, None)
    assert world.refused(approval, register.registrar) is Code.RECONFIRMATION_NEEDED


def test_owners_suspend_and_resume_their_product(world: World, register: Register) -> None:
    product = register.product(register.resource())
    stop = ProductSuspend(product, ProductReason.DEFECT)
    resume = ProductResume(product, ProductReason.RESOLVED)
    assert world.refused(stop, register.holder) is Code.NO_RIGHT
    assert world.refused(resume, register.operator) is Code.BAD_STATE
    world.do(stop, register.operator)
    assert world.refused(stop, register.developer) is Code.BAD_STATE
    world.do(resume, register.developer)
    assert PRODUCTS.known(world.state, product).status is ProductStatus.ACTIVE


def test_what_a_supervisor_suspended_only_a_supervisor_resumes(
    world: World, register: Register
) -> None:
    product = register.product(register.resource())
    resume = ProductResume(product, ProductReason.RESOLVED)
    world.do(ProductSuspend(product, ProductReason.OWN_WISH), register.operator)
    world.do(ProductSuspend(product, ProductReason.INVESTIGATION), register.supervisor)
    assert world.refused(resume, register.operator) is Code.NO_RIGHT
    world.do(resume, register.supervisor)


def test_a_retired_product_is_over(world: World, register: Register) -> None:
    product = register.product(register.resource())
    retire = ProductRetire(product, ProductReason.REPLACED)
    assert world.refused(retire, register.holder) is Code.NO_RIGHT
    world.do(retire, register.operator)
    assert PRODUCTS.known(world.state, product).status is ProductStatus.RETIRED
    assert world.refused(retire, register.operator) is Code.BAD_STATE
    resume = ProductResume(product, ProductReason.RESOLVED)
    assert world.refused(resume, register.supervisor) is Code.BAD_STATE


def test_versions_of_an_algorithm_follow_each_other(world: World, register: Register) -> None:
    body = AlgorithmRegister(None, salted("code"), salted("schema"), salted("review"))
    assert world.refused(body, register.developer) is Code.MISSING_COSIGNER
    assert world.refused(body, register.holder, register.registrar) is Code.NO_RIGHT
    first = world.do(body, register.developer, register.registrar)
    other = world.actor("other developer", PartyKind.DEVELOPER, Right.DEVELOP)
    following = replace(body, replaces=first)
    assert world.refused(following, other, register.registrar) is Code.NO_RIGHT
    second = world.do(following, register.developer, register.registrar)
    assert ALGORITHMS.known(world.state, second).version == 2


def test_market_operator_and_supervisor_designate_channels(
    world: World, register: Register
) -> None:
    market = world.actor("market", PartyKind.MARKET_OPERATOR, Right.MARKET)
    deliverer = world.actor("deliverer", PartyKind.DELIVERER, Right.DELIVER)
    body = ChannelRegister(
        "delivery channel", ChannelKind.DELIVERY, salted("address"), (deliverer.id,), None
    )
    assert world.refused(body, market) is Code.MISSING_COSIGNER
    assert world.refused(body, register.operator, register.supervisor) is Code.NO_RIGHT
    assert world.refused(body, market, register.operator) is Code.NO_RIGHT
    for deliverers, code in (
        ((), Code.SCHEMA),
        ((deliverer.id, deliverer.id), Code.SCHEMA),
        ((register.operator.id,), Code.NO_RIGHT),
        ((salted("nobody"),), Code.NOT_FOUND),
    ):
        wrong = replace(body, deliverers=deliverers)
        assert world.refused(wrong, market, register.supervisor) is code
    venue = replace(body, kind=ChannelKind.VENUE)
    assert world.refused(venue, market, register.supervisor) is Code.SCHEMA
    first = world.do(body, market, register.supervisor)
    second = world.do(replace(body, replaces=first), market, register.supervisor)
    assert CHANNELS.known(world.state, first).replaced_by == second
    again = replace(body, replaces=first)
    assert world.refused(again, market, register.supervisor) is Code.BAD_STATE


def test_an_upheld_objection_drops_a_revision_and_leaves_the_version_in_force(
    world: World, register: Register
) -> None:
    resource = register.resource()
    product = register.product(resource)
    assert world.refused(ObjectionRaise(product, salted("x")), register.holder) is Code.BAD_STATE
    grant = register.grant(resource, Right.DEVELOP, register.developer)
    before = PRODUCTS.known(world.state, product)
    world.do(ProductSubmit(product, before.terms, (grant,)), register.developer)
    objection = world.do(ObjectionRaise(product, salted("grounds")), register.holder)
    approval = ProductReview(product, Decision.APPROVED, None)
    assert world.refused(approval, register.registrar) is Code.OBJECTION_OPEN
    upheld = ObjectionResolve(objection, ObjectionStatus.UPHELD, salted("reasons"))
    world.do(upheld, register.registrar)
    assert PRODUCTS.known(world.state, product) == before
    assert world.refused(approval, register.registrar) is Code.BAD_STATE


def test_registration_bodies_stay_out_of_their_own_causes(world: World, register: Register) -> None:
    """A registration body decides neither its own objection nor one to what it holds."""
    both = world.actor("both", PartyKind.REGISTRAR, Right.REGISTER, Right.HOLD)
    product = world.do(submission(register, register.resource()), register.developer)
    objection = world.do(ObjectionRaise(product, salted("grounds")), both)
    dismissal = ObjectionResolve(objection, ObjectionStatus.DISMISSED, salted("reasons"))
    assert world.refused(dismissal, both) is Code.ROLE_CONFLICT
    world.do(dismissal, register.registrar)


def test_only_its_own_developer_revises_a_living_product(world: World, register: Register) -> None:
    resource = register.resource()
    product = register.product(resource)
    other = world.actor("other developer", PartyKind.DEVELOPER, Right.DEVELOP)
    terms = PRODUCTS.known(world.state, product).terms
    foreign = ProductSubmit(product, terms, (register.grant(resource, Right.DEVELOP, other),))
    assert world.refused(foreign, other) is Code.NO_RIGHT
    own = register.grant(resource, Right.DEVELOP, register.developer)
    world.do(ProductRetire(product, ProductReason.REPLACED), register.operator)
    late = ProductSubmit(product, terms, (own,))
    assert world.refused(late, register.developer) is Code.BAD_STATE


def test_a_notice_explains_the_purpose_and_operator_of_its_product(
    world: World, register: Register
) -> None:
    body = submission(register, register.resource())
    world.purpose(99)
    elsewhere = world.do(
        NoticeRegister(salted("other purpose"), 99, PartyKind.USER),
        register.operator,
        register.registrar,
    )
    other = world.actor("other operator", PartyKind.OPERATOR, Right.OPERATE)
    foreign = world.do(
        NoticeRegister(salted("other operator"), CREDIT, PartyKind.USER),
        other,
        register.registrar,
    )
    for notice in (elsewhere, foreign):
        explained = replace(body.terms.purposes[0], notice=notice)
        changed = replace(body, terms=replace(body.terms, purposes=(explained,)))
        assert world.refused(changed, register.developer) is Code.NOTICE_MISSING
