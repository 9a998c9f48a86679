"""Group privacy: the ε ledger, the answer to the same question, and queries that nearly overlap."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.delivery import job_admission
from chaincode.delivery.job_records import (
    JOBS,
    RESOURCE_BUDGETS,
    UNDER_WAY,
    USER_BUDGETS,
    JobStatus,
)
from chaincode.delivery.queries import (
    GroupQuery,
    Statistic,
    difference,
    family_id,
    query_hash,
)
from chaincode.ids import part_id
from chaincode.trading.orders import OrderCancel
from ledger.refusal import Code
from tests.unit.chaincode.statistics_office import (
    COUNT_BY_DISTRICT,
    EPSILON,
    StatisticsOffice,
)
from tests.unit.chaincode.world import Actor, salted


@pytest.fixture
def office() -> StatisticsOffice:
    return StatisticsOffice.founded()


def cells(*numbers: int) -> GroupQuery:
    return replace(COUNT_BY_DISTRICT, cells=numbers)


def taken(office: StatisticsOffice, user: Actor) -> tuple[int, int, int, int]:
    """Return what the user's and the whole budget of the first resource hold and have lost."""
    state, resource = office.world.state, office.city.resource
    period = next(job.period for _, job in JOBS.scan(state))
    of_user = USER_BUDGETS.get(state, (resource, user.id, period))
    of_all = RESOURCE_BUDGETS.get(state, (resource, period))
    assert of_user is not None
    assert of_all is not None
    return of_user.reserved, of_user.spent, of_all.reserved, of_all.spent


def submitted_by(office: StatisticsOffice, user: Actor, query: GroupQuery) -> bytes:
    return office.world.do(office.submission(office.ordered(user), query), user)


def last_admission(office: StatisticsOffice, job: bytes, snapshot: str = "snapshot") -> Code:
    """Let both holders admit a job; return the code of the second admission."""
    office.world.do(office.admission(job, snapshot), office.city.holder)
    body = office.admission(job, snapshot)
    _, outcome = office.world.attempt(body, office.other_holder)
    return outcome.receipt.code


def test_the_ledger_holds_counts_and_gives_back(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    order = world.do(office.order_place(city.bank), city.bank)
    job = office.admitted(part_id(order, 0))
    assert taken(office, city.bank) == (EPSILON, 0, EPSILON, 0)
    world.do(OrderCancel(order, None), city.bank)
    assert taken(office, city.bank) == (0, 0, 0, 0)
    job = office.admitted(office.ordered())
    cheaper = replace(office.result(job), epsilon=EPSILON - 1)
    world.do(cheaper, city.deliverer)
    assert taken(office, city.bank) == (0, EPSILON - 1, 0, EPSILON - 1)


def test_a_user_meets_its_budget(office: StatisticsOffice) -> None:
    """Three times 0.3 fit into 1.0; a fourth does not, whatever it asks."""
    for start in (10, 20, 30):
        office.done(office.ordered(), cells(*range(start, start + 5)))
    job = office.submitted(office.ordered(), cells(40, 41, 42))
    assert last_admission(office, job) is Code.PRIVACY_BUDGET
    other = submitted_by(office, office.city.other_bank, cells(40, 41, 42))
    assert last_admission(office, other) is Code.OK


def test_users_who_pool_meet_the_budget_of_the_resource(office: StatisticsOffice) -> None:
    """X21."""

    def overdraw(name: bytes) -> None:
        job = JOBS.known(office.world.state, name)
        key = (office.other_resource, job.period)
        spent = RESOURCE_BUDGETS.known(office.world.state, key)
        full = replace(spent, spent=10_000_000 - EPSILON + 1)
        office.world.change(lambda context: RESOURCE_BUDGETS.put(context.state, key, full))

    overdraw(office.done(office.ordered()))
    job = submitted_by(office, office.city.other_bank, cells(50, 51, 52))
    assert last_admission(office, job) is Code.PRIVACY_BUDGET


def test_the_same_question_has_the_same_answer_and_costs_nothing(
    office: StatisticsOffice,
) -> None:
    """X20: no noise is averaged away, by nobody."""
    city, world = office.city, office.world
    office.done(office.ordered())
    job = submitted_by(office, city.other_bank, COUNT_BY_DISTRICT)
    assert last_admission(office, job) is Code.OK
    assert office.job(job).reserved == 0
    body = office.result(job)
    changed = replace(body, result=salted("other noise"))
    assert world.refused(changed, city.deliverer) is Code.ANSWER_DIFFERS
    assert world.refused(replace(body, size=399), city.deliverer) is Code.ANSWER_DIFFERS
    assert world.refused(replace(body, epsilon=1), city.deliverer) is Code.PRIVACY_BUDGET
    world.do(body, city.deliverer)
    assert office.job(job).spent == 0
    assert taken(office, city.bank) == (0, EPSILON, 0, EPSILON)


def test_two_jobs_at_once_share_one_answer(office: StatisticsOffice) -> None:
    """The second reserved before there was an answer; it gives all of it back."""
    city, world = office.city, office.world
    first, second = office.admitted(office.ordered()), office.admitted(office.ordered())
    assert taken(office, city.bank) == (2 * EPSILON, 0, 2 * EPSILON, 0)
    world.do(office.result(first), city.deliverer)
    assert world.refused(office.result(second), city.deliverer) is Code.PRIVACY_BUDGET
    world.do(replace(office.result(second), epsilon=0), city.deliverer)
    assert taken(office, city.bank) == (0, EPSILON, 0, EPSILON)


def test_another_snapshot_is_another_question(office: StatisticsOffice) -> None:
    office.done(office.ordered())
    job = office.admitted(office.ordered(), snapshot="a year later")
    assert office.job(job).reserved == EPSILON


@pytest.mark.parametrize(("statistic", "measure"), [(Statistic.COUNT, None), (Statistic.MEAN, 0)])
def test_nearly_the_same_cells_are_refused(
    office: StatisticsOffice, statistic: Statistic, measure: int | None
) -> None:
    """X19: a group, and the same group without one cell; whatever is computed of them."""
    office.done(office.ordered())
    near = GroupQuery(statistic, measure, (1,), COUNT_BY_DISTRICT.cells[1:])
    job = submitted_by(office, office.city.other_bank, near)
    assert last_admission(office, job) is Code.QUERY_OVERLAP
    assert office.job(job).status is JobStatus.SUBMITTED


@pytest.mark.parametrize(
    "query", [cells(1, 2, 3, 4, 5), GroupQuery(Statistic.COUNT, None, (2,), (1, 2, 3, 4, 5, 6, 7))]
)
def test_clearly_different_cells_are_admitted(office: StatisticsOffice, query: GroupQuery) -> None:
    office.done(office.ordered())
    assert last_admission(office, office.submitted(office.ordered(), query)) is Code.OK


def test_a_query_without_an_answer_is_not_compared_with(office: StatisticsOffice) -> None:
    city, world = office.city, office.world
    order = world.do(office.order_place(city.bank), city.bank)
    office.admitted(part_id(order, 0))
    near = cells(*COUNT_BY_DISTRICT.cells[1:])
    job = office.submitted(office.ordered(), near)
    assert last_admission(office, job) is Code.QUERY_OVERLAP
    world.do(OrderCancel(order, None), city.bank)
    world.do(office.admission(job), office.other_holder)


def test_a_period_compares_a_bounded_number_of_queries(
    office: StatisticsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_admission, "QUERIES_MAX", 2)
    office.done(office.ordered())
    office.done(office.ordered(), cells(20, 21, 22))
    job = office.submitted(office.ordered(), cells(30, 31, 32))
    assert last_admission(office, job) is Code.RATE_LIMIT


def test_budgets_are_what_the_jobs_say(office: StatisticsOffice) -> None:
    """I9: reserved and spent are the sums over the jobs, for each user and for all."""
    office.done(office.ordered())
    office.admitted(office.ordered(), cells(20, 21, 22))
    office.done(office.ordered())
    jobs = [job for _, job in JOBS.scan(office.world.state)]
    assert all(job.reserved == 0 for job in jobs if job.status not in UNDER_WAY)
    sums = sum(job.reserved for job in jobs), sum(job.spent for job in jobs)
    assert taken(office, office.city.bank) == (*sums, *sums)


queries = st.builds(
    GroupQuery,
    st.just(Statistic.COUNT),
    st.none(),
    st.lists(st.integers(0, 3), max_size=3, unique=True).map(lambda row: tuple(sorted(row))),
    st.lists(st.integers(0, 9), min_size=1, unique=True).map(lambda row: tuple(sorted(row))),
)


@given(queries, queries)
def test_a_question_is_its_hash(one: GroupQuery, other: GroupQuery) -> None:
    product, algorithm = salted("product"), salted("algorithm")
    same = query_hash(one, product, 1, algorithm) == query_hash(other, product, 1, algorithm)
    assert same is (one == other)
    assert query_hash(one, product, 2, algorithm) != query_hash(one, product, 1, algorithm)
    related = family_id(one, product) == family_id(other, product)
    assert related is (one.dimensions == other.dimensions)
    assert difference(one, other) == len(set(one.cells) ^ set(other.cells))
