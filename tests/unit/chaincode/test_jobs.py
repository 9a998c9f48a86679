"""Jobs: a group result is computed where the data lies, from submission to settlement."""

from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentGrant
from chaincode.delivery.job_admission import JobReject
from chaincode.delivery.job_records import JobStatus, Suppressed
from chaincode.delivery.jobs import JobSubmit
from chaincode.delivery.queries import GroupQuery, Statistic
from chaincode.ids import part_id
from chaincode.parameters import ParameterName, set_value
from chaincode.registration.product import ProductReason, ProductSuspend
from chaincode.settlement.payout import LineSettle
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.freezes import FreezeSet
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trace import trace
from chaincode.trading.orders import OrderCancel
from chaincode.trading.placement import OrderLine
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code
from tests.unit.chaincode.city import CREDIT, HOUR, varied
from tests.unit.chaincode.invariants import check_invariants
from tests.unit.chaincode.statistics_office import (
    COUNT_BY_DISTRICT,
    EPSILON,
    EPSILON_MAX,
    FIELDS,
    K,
    StatisticsOffice,
)
from tests.unit.chaincode.test_time_and_signers import wait_unswept
from tests.unit.chaincode.world import salted


@pytest.fixture
def office() -> StatisticsOffice:
    return StatisticsOffice.founded()


def raise_parameter(office: StatisticsOffice, name: ParameterName, value: int) -> None:
    height = office.world.height + 1
    office.world.change(lambda context: set_value(context.state, name, value, height, height + 1))
    office.world.block()


def freeze(office: StatisticsOffice, kind: TargetKind, target: bytes) -> None:
    city = office.city
    case = office.world.do(
        CaseOpen((Target(kind, target),), LegalBasis.COMPLAINT, None), city.supervisor
    )
    until_ms = city.now_ms + HOUR
    office.world.do(FreezeSet(case, target, until_ms), city.supervisor)


def test_a_group_result_is_sold_from_listing_to_settlement(office: StatisticsOffice) -> None:
    """No consent, no person: a query, two admissions, a result, an envelope, money."""
    city, world = office.city, office.world
    line = office.ordered()
    job = office.done(line)
    assert office.job(job).status is JobStatus.DONE
    assert (office.job(job).spent, office.job(job).reserved) == (EPSILON, 0)
    office.acknowledged(line)
    world.do(city.release(line), city.deliverer)
    world.do(city.receipt(line), city.bank)
    city.wait_for_settlement()
    world.do(LineSettle((line,)), city.market)
    assert LINES.known(world.state, line).state is LineState.SETTLED
    check_invariants(world.state, world.genesis_hash)
    kinds = [link.kind for link in trace(world.state, line)]
    assert kinds.index("line") < kinds.index("job") < kinds.index("asset")
    assert "consent" not in kinds
    assert "subject" not in kinds
    assert [link.id for link in trace(world.state, job)] == [
        link.id for link in trace(world.state, line)
    ]


def test_a_model_is_computed_under_a_consent(office: StatisticsOffice) -> None:
    """Parameters stay behind a commitment; no privacy budget is touched."""
    city, world = office.city, office.world
    somebody = city.bound()
    matter = world.do(replace(city.matter_open(), products=(office.model,)), city.bank)
    request = replace(
        city.consent_request(matter, somebody.key),
        product=office.model,
        notice=office.model_notice,
    )
    consent = world.do(request, city.bank)
    world.do(ConsentGrant(consent, office.model_notice, None), somebody)
    order = replace(
        city.order_place(consent), lines=(OrderLine(office.model_listing, CREDIT, consent),)
    )
    line = part_id(world.do(order, city.bank), 0)
    submit = JobSubmit(line, office.algorithm, None, salted("parameters"), 0)
    for change in (
        {"query": COUNT_BY_DISTRICT},
        {"parameters": None},
        {"epsilon": 1},
    ):
        assert world.refused(varied(submit, change), city.bank) is Code.WRONG_CLASS
    job = world.do(submit, city.bank)
    world.do(office.admission(job), city.holder)
    world.do(office.admission(job), office.other_holder)
    result = replace(office.result(job), group_size_min=0, suppressed=Suppressed.NONE, epsilon=0)
    for wrong in (
        {"group_size_min": 1},
        {"suppressed": Suppressed.BELOW_5},
        {"epsilon": 1},
    ):
        assert world.refused(varied(result, wrong), city.deliverer) is Code.WRONG_CLASS
    world.do(result, city.deliverer)
    office.acknowledged(line)
    world.do(city.release(line), city.deliverer)


def test_submission_is_refused_in_this_order(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    line = office.ordered()
    body = office.submission(line)
    assert world.refused(replace(body, line=salted("none")), city.bank) is Code.NOT_FOUND
    assert world.refused(body, city.other_bank) is Code.NO_RIGHT
    unknown = replace(body, algorithm=salted("unregistered"))
    assert world.refused(unknown, city.bank) is Code.ALGORITHM_NOT_REGISTERED
    assert world.refused(replace(body, query=None), city.bank) is Code.WRONG_CLASS
    salted_query = replace(body, parameters=salted("parameters"))
    assert world.refused(salted_query, city.bank) is Code.WRONG_CLASS
    for epsilon in (0, EPSILON_MAX + 1):
        assert world.refused(replace(body, epsilon=epsilon), city.bank) is Code.PRIVACY_BUDGET
    beyond = GroupQuery(Statistic.SUM, 3, (1,), (1,))
    assert world.refused(replace(body, query=beyond), city.bank) is Code.WRONG_FIELDS
    world.do(body, city.bank)
    assert world.refused(body, city.bank) is Code.BAD_STATE


def test_what_needs_no_job_has_none(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    consent, _ = city.granted()
    line = city.ordered(consent)
    body = office.submission(line)
    assert world.refused(body, city.bank) is Code.ALGORITHM_NOT_REGISTERED
    assert LINES.known(world.state, line).job is None


@pytest.mark.parametrize(
    "query",
    [
        GroupQuery(Statistic.COUNT, 0, (1,), (1,)),
        GroupQuery(Statistic.SUM, None, (1,), (1,)),
        GroupQuery(Statistic.SUM, 1, (1, 2), (1,)),
        GroupQuery(Statistic.COUNT, None, (2, 1), (1,)),
        GroupQuery(Statistic.COUNT, None, (1, 1), (1,)),
        GroupQuery(Statistic.COUNT, None, (1,), ()),
        GroupQuery(Statistic.COUNT, None, (1,), (2, 1)),
        GroupQuery(Statistic.COUNT, None, (1,), (1, 1)),
        GroupQuery(Statistic.COUNT, None, (), (1,)),
    ],
)
def test_a_query_has_one_form(office: StatisticsOffice, query: GroupQuery) -> None:
    """X20: reordered predicates are no new question."""
    body = office.submission(office.ordered(), query)
    assert office.world.refused(body, office.city.bank) is Code.SCHEMA


def test_every_holder_admits_once_and_in_time(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    job = office.submitted(office.ordered())
    body = office.admission(job)
    assert world.refused(replace(body, job=salted("none")), city.holder) is Code.NOT_FOUND
    assert world.refused(body, city.deliverer) is Code.NO_RIGHT
    assert world.refused(office.result(job), city.deliverer) is Code.BAD_STATE
    world.do(body, city.holder)
    assert world.refused(body, city.holder) is Code.BAD_STATE
    assert office.job(job).status is JobStatus.SUBMITTED
    world.do(office.admission(job, "another"), office.other_holder)
    assert office.job(job).status is JobStatus.ADMITTED
    assert [item.holder for item in office.job(job).admissions] == list(office.job(job).holders)
    assert world.refused(JobReject(job, salted("why")), city.holder) is Code.BAD_STATE


def test_a_holder_rejects_and_the_user_asks_again(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    line = office.ordered()
    job = office.submitted(line)
    assert world.refused(JobReject(job, salted("why")), city.operator) is Code.NO_RIGHT
    world.do(office.admission(job), city.holder)
    world.do(JobReject(job, salted("why")), office.other_holder)
    assert office.job(job).status is JobStatus.REJECTED
    assert world.refused(office.admission(job), city.holder) is Code.BAD_STATE
    assert world.refused(office.envelope_prepare(line), city.deliverer) is Code.BAD_STATE
    office.done(line)


def test_results_are_refused_in_this_order(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    job = office.admitted(office.ordered())
    body = office.result(job)
    assert world.refused(body, city.other_deliverer) is Code.NO_RIGHT
    too_large = replace(body, size=10_001)
    assert world.refused(too_large, city.deliverer) is Code.OUTPUT_TOO_LARGE
    assert world.refused(replace(body, group_size_min=K - 1), city.deliverer) is (
        Code.GROUP_TOO_SMALL
    )
    for epsilon in (0, EPSILON + 1):
        assert world.refused(replace(body, epsilon=epsilon), city.deliverer) is (
            Code.PRIVACY_BUDGET
        )
    world.do(body, city.deliverer)
    assert world.refused(body, city.deliverer) is Code.BAD_STATE


def test_an_envelope_holds_the_result_and_nothing_else(office: StatisticsOffice) -> None:
    """X23: what was not computed by the job cannot be delivered for it."""
    city, world = office.city, office.world
    line = office.ordered()
    office.done(line)
    body = city.envelope_prepare(line, FIELDS)
    assert world.refused(body, city.deliverer) is Code.ENVELOPE_MISMATCH
    longer = city.with_header_hash(replace(office.envelope_prepare(line), size=401))
    assert world.refused(longer, city.deliverer) is Code.ENVELOPE_MISMATCH
    world.do(office.envelope_prepare(line), city.deliverer)


def test_time_ends_a_job(office: StatisticsOffice) -> None:
    job = office.admitted(office.ordered())
    result = office.result(job)
    office.world.wait(office.job(job).until_ms - office.world.time_ms)
    assert office.world.refused(result, office.city.deliverer) is Code.BAD_STATE
    assert office.job(job).status is JobStatus.TIMED_OUT
    assert office.job(job).reserved == 0


def test_time_ends_a_job_before_a_sweep_says_so(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    line = office.ordered()
    submitted, admitted = office.submitted(line), office.admitted(office.ordered())
    wait_unswept(city, world.parameter(ParameterName.JOB_TERM_MS))
    refused = world.refused
    assert refused(office.admission(submitted), city.holder) is Code.DEADLINE_PASSED
    assert refused(JobReject(submitted, salted("why")), city.holder) is Code.DEADLINE_PASSED
    assert refused(office.result(admitted), city.deliverer) is Code.DEADLINE_PASSED
    office.submitted(line)
    assert office.job(submitted).status is JobStatus.TIMED_OUT
    wait_unswept(city, HOUR)
    late = office.submission(part_id(world.do(office.order_place(city.bank), city.bank), 0))
    wait_unswept(city, HOUR)
    assert refused(late, city.bank) is Code.DEADLINE_PASSED


def test_a_line_that_ends_takes_its_job_along(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    order = world.do(office.order_place(city.bank), city.bank)
    job = office.admitted(part_id(order, 0))
    world.do(OrderCancel(order, None), city.bank)
    assert office.job(job).status is JobStatus.FAILED
    assert office.job(job).reserved == 0
    check_invariants(world.state, world.genesis_hash)


def test_nothing_frozen_is_computed(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    line = office.ordered()
    submitted = office.submitted(office.ordered())
    admitted = office.admitted(office.ordered())
    freeze(office, TargetKind.RESOURCE, office.other_resource)
    assert world.refused(office.submission(line), city.bank) is Code.FROZEN
    assert world.refused(office.admission(submitted), city.holder) is Code.FROZEN
    assert world.refused(JobReject(submitted, salted("why")), city.holder) is Code.FROZEN
    assert world.refused(office.result(admitted), city.deliverer) is Code.FROZEN


def test_a_suspended_product_is_not_computed(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    job = office.admitted(office.ordered())
    world.do(ProductSuspend(office.group, ProductReason.DEFECT), city.operator)
    assert world.refused(office.result(job), city.deliverer) is Code.PRODUCT_NOT_ACTIVE


def test_the_release_asks_again_under_the_limits_in_force(office: StatisticsOffice) -> None:
    """Rule 12: groups and budgets are judged as governance wants them at the release."""
    city, world = office.city, office.world
    line = office.ordered()
    office.done(line)
    office.acknowledged(line)
    raise_parameter(office, ParameterName.GROUP_SIZE_MIN, K + 1)
    assert world.refused(city.release(line), city.deliverer) is Code.GROUP_TOO_SMALL
    raise_parameter(office, ParameterName.GROUP_SIZE_MIN, K)
    raise_parameter(office, ParameterName.EPSILON_OF_USER_MAX, EPSILON - 1)
    assert world.refused(city.release(line), city.deliverer) is Code.PRIVACY_BUDGET
    raise_parameter(office, ParameterName.EPSILON_OF_USER_MAX, EPSILON)
    world.do(city.release(line), city.deliverer)
