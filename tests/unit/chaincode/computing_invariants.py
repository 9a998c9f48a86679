"""What must hold of jobs, budgets and answers, read from the tables alone."""

from collections import Counter
from itertools import combinations

from chaincode.delivery.job_records import (
    ASKED_QUERIES,
    JOBS,
    RESOURCE_BUDGETS,
    USER_BUDGETS,
    Job,
    JobStatus,
)
from chaincode.state import StateReader
from chaincode.trading.records import LINES, UNRELEASED

CELLS_APART = 3


def check_computing(state: StateReader) -> None:
    """I9: budgets are the sums over the jobs, one question has one answer, none nearly overlap."""
    jobs: dict[bytes, Job] = dict(JOBS.scan(state))
    check_budgets(state, jobs)
    check_answers(jobs)
    check_overlaps(state, jobs)
    for job in jobs.values():
        under_way = job.status in (JobStatus.SUBMITTED, JobStatus.ADMITTED)
        assert not under_way or LINES.known(state, job.line).state in UNRELEASED
        assert job.status is JobStatus.ADMITTED or job.reserved == 0
        assert job.status is JobStatus.DONE or (job.spent, job.result) == (0, None)


def check_budgets(state: StateReader, jobs: dict[bytes, Job]) -> None:
    """Compare both ledgers with what the jobs hold and have lost."""
    of_user, of_all = Counter[object](), Counter[object]()
    for job in jobs.values():
        for source in job.sources:
            for part, amount in (("reserved", job.reserved), ("spent", job.spent)):
                of_user[source, job.user, job.period, part] += amount
                of_all[source, job.period, part] += amount
    for key, budget in USER_BUDGETS.scan(state):
        of_user[(*key, "reserved")] -= budget.reserved
        of_user[(*key, "spent")] -= budget.spent
    for pair, budget in RESOURCE_BUDGETS.scan(state):
        of_all[(*pair, "reserved")] -= budget.reserved
        of_all[(*pair, "spent")] -= budget.spent
    assert not any(of_user.values())
    assert not any(of_all.values())


def check_answers(jobs: dict[bytes, Job]) -> None:
    """Find one result of a question over the same snapshots, paid for once."""
    answers: dict[object, set[bytes | None]] = {}
    paid = Counter[object]()
    for job in jobs.values():
        if job.status is JobStatus.DONE and job.question is not None:
            key = (job.question, tuple(item.snapshot for item in job.admissions))
            answers.setdefault(key, set()).add(job.result)
            paid[key] += job.spent > 0
    assert all(len(results) == 1 for results in answers.values())
    assert all(count == 1 for count in paid.values())


def check_overlaps(state: StateReader, jobs: dict[bytes, Job]) -> None:
    """Find comparable queries with the same cells or with clearly different ones."""
    families: dict[object, list[set[int]]] = {}
    for (family, period, job_id), _ in ASKED_QUERIES.scan(state):
        query = jobs[job_id].query
        assert query is not None
        families.setdefault((family, period), []).append(set(query.cells))
    for cells in families.values():
        for one, other in combinations(cells, 2):
            assert one == other or len(one ^ other) >= CELLS_APART
