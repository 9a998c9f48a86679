"""What is computed in a history: group results, with queries that repeat and nearly overlap."""

from dataclasses import replace

from chaincode.delivery.job_admission import JobAdmit, JobReject, answer_of
from chaincode.delivery.job_records import ANSWERS, JOBS, JobStatus, Suppressed
from chaincode.delivery.job_results import JobResult
from chaincode.delivery.jobs import JobSubmit
from chaincode.delivery.queries import GroupQuery, Statistic
from chaincode.membership.parameter import ParameterSet
from chaincode.parameters import ParameterName
from chaincode.trading.placement import OrderLine
from chaincode.trading.records import Line
from tests.unit.chaincode.city import CREDIT, MARKETING
from tests.unit.chaincode.play import CARRIED_KEY, Play, Signed
from tests.unit.chaincode.statistics_office import COUNT_BY_DISTRICT, EPSILON_MAX, FIELDS, K
from tests.unit.chaincode.world import salted

QUERIES = (
    COUNT_BY_DISTRICT,
    COUNT_BY_DISTRICT,
    replace(COUNT_BY_DISTRICT, cells=COUNT_BY_DISTRICT.cells[1:]),
    replace(COUNT_BY_DISTRICT, cells=(11, 12, 13, 14)),
    replace(COUNT_BY_DISTRICT, cells=(4, 3)),
    GroupQuery(Statistic.MEAN, 0, (1,), COUNT_BY_DISTRICT.cells),
    GroupQuery(Statistic.SUM, 2, (0, 1), (1, 2, 3)),
    GroupQuery(Statistic.SUM, 3, (0,), (1,)),
)
TIGHTER = (
    (ParameterName.GROUP_SIZE_MIN, (10, K, K + 5)),
    (ParameterName.EPSILON_OF_USER_MAX, (100_000, 600_000, 2_000_000)),
    (ParameterName.EPSILON_OF_RESOURCE_MAX, (100_000, 900_000, 5_000_000)),
)


def ask(play: Play, a: int, b: int, _c: int) -> Signed:
    """Order group results."""
    user = (play.city.bank, play.city.other_bank)[a % 2]
    purpose = MARKETING if b % 11 == 0 else CREDIT
    row = OrderLine(play.office.group_listing, purpose, None)
    order = replace(play.city.order_place(None), lines=(row,) * (1 + b % 2))
    return replace(order, receiving_key=CARRIED_KEY), (user,)


def compute(play: Play, line_id: bytes, line: Line, choice: tuple[int, int]) -> Signed:
    """Return the next lawful step towards the result of a line."""
    b, c = choice
    user = play.user_of(line)
    job = None if line.job is None else JOBS.known(play.world.state, line.job)
    again = (JobStatus.REJECTED, JobStatus.TIMED_OUT, JobStatus.FAILED)
    if job is None or line.job is None or job.status in again:
        epsilon = 50_000 + b * 97 % EPSILON_MAX
        query = QUERIES[b % len(QUERIES)]
        return JobSubmit(line_id, play.office.algorithm, query, None, epsilon), (user,)
    if job.status is JobStatus.SUBMITTED:
        return _answer(play, line.job, b, c)
    if job.status is JobStatus.ADMITTED:
        return _result(play, line.job, b, c), (play.city.deliverer,)
    body = replace(play.city.envelope_prepare(line_id, FIELDS), size=job.size)
    content = salted("other content") if c % 13 == 0 else job.result
    assert content is not None
    body = play.city.with_header_hash(replace(body, content_commitment=content))
    return play.prepared(line_id, body), (play.city.deliverer,)


def _answer(play: Play, job_id: bytes, b: int, c: int) -> Signed:
    job = JOBS.known(play.world.state, job_id)
    admitted = [item.holder for item in job.admissions]
    holders = (play.city.holder, play.office.other_holder)
    waiting = [holder for holder in holders if holder.id not in admitted]
    holder = waiting[0] if waiting and b % 9 else play.city.holder
    if c % 17 == 0:
        return JobReject(job_id, salted("reasons")), (holder,)
    return JobAdmit(job_id, salted(f"snapshot {b % 5 == 0}"), salted("check")), (holder,)


def _result(play: Play, job_id: bytes, b: int, c: int) -> JobResult:
    """Return the result of a job, as it must be or nearly."""
    job = JOBS.known(play.world.state, job_id)
    given = ANSWERS.get(play.world.state, answer_of(job))
    figures = salted(f"figures {answer_of(job).hex()} {c % 7 == 0 and b}")
    return JobResult(
        job=job_id,
        result=figures if given is None or c % 7 == 0 else given.result,
        size=400,
        group_size_min=K - (c % 19 == 0) + b % 2 * 5,
        suppressed=Suppressed.NONE,
        epsilon=max(0, job.reserved - b % 3) if given is None else int(c % 11 == 0),
        attestation=salted("run"),
    )


def tighten(play: Play, a: int, b: int, _c: int) -> None:
    """Let other limits of groups and budgets be in force from now on."""
    play.end_block()
    name, values = TIGHTER[a % len(TIGHTER)]
    play.world.govern(ParameterSet(name, values[b % len(values)], 0))
    play.end_block()
