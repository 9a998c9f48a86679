"""Admission of jobs: every holder says on which snapshot it may run, or one of them says no.

The last admission reserves the privacy loss and holds the query against those before it. What needs
the sizes of cells only a holder can check; it attests that it did.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.budgets import reserve_budgets
from chaincode.delivery.job_ends import end_job
from chaincode.delivery.job_records import (
    ANSWERS,
    ASKED_QUERIES,
    JOBS,
    QUERIES_MAX,
    Admission,
    AskedQuery,
    Job,
    JobStatus,
)
from chaincode.delivery.jobs import job_under_way, require_business
from chaincode.delivery.queries import GroupQuery, answer_id, difference, family_id
from chaincode.fields import Commitment, Identifier
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from ledger.refusal import Code, require


@transaction_type("job.admit", since=1, signed_by="a holder of the sources")
@dataclass(frozen=True, slots=True)
class JobAdmit:
    """A holder admits a job on a snapshot of its data."""

    job: Annotated[Identifier, "The job."]
    snapshot: Annotated[Commitment, "Commitment to the snapshot of its sources."]
    attestation: Annotated[
        Commitment, "Commitment to its check of the sizes of the cells and their overlaps."
    ]


@transaction_type("job.reject", since=1, signed_by="a holder of the sources")
@dataclass(frozen=True, slots=True)
class JobReject:
    """A holder rejects a job before all have admitted it."""

    job: Annotated[Identifier, "The job."]
    reasons: Annotated[Commitment, "Commitment to the reasons."]


def admit_job(context: Context, body: JobAdmit) -> None:
    """Record an admission; the last one reserves ε (E510) and compares queries (E516)."""
    holder, job = _heard(context, body.job)
    before = [item for item in job.admissions if item.holder != holder]
    require(len(before) == len(job.admissions), Code.BAD_STATE, "signers[0]")
    admissions = [*before, Admission(holder, body.snapshot, body.attestation)]
    admissions.sort(key=lambda item: job.holders.index(item.holder))
    admitted = replace(job, admissions=tuple(admissions))
    complete = len(admissions) == len(job.holders)
    if complete:
        admitted = _admitted(context, body.job, admitted)
    JOBS.put(context.state, body.job, admitted)
    ids = (body.job, job.line, job.user, holder, body.snapshot)
    context.emit("job.admitted", *ids, amounts=(int(complete), admitted.reserved))


def reject_job(context: Context, body: JobReject) -> None:
    """End a job on the word of one holder."""
    holder, job = _heard(context, body.job)
    end_job(context, body.job, job, JobStatus.REJECTED)
    context.emit("job.rejected", body.job, job.line, job.user, holder, body.reasons)


def answer_of(job: Job) -> bytes:
    """Return the id of the answer to an admitted query on its snapshots."""
    assert job.question is not None
    return answer_id(job.question, tuple(item.snapshot for item in job.admissions))


def _heard(context: Context, job_id: bytes) -> tuple[bytes, Job]:
    """Return a holder of a submitted job's sources that signs, and the job."""
    context.require_signers(1)
    holder = context.signer_party()
    job, goods = job_under_way(context, job_id, JobStatus.SUBMITTED)
    require(holder.id in job.holders, Code.NO_RIGHT, "signers[0]")
    context.require_right(holder, Right.HOLD)
    require_business(context, goods, "job")
    return holder.id, job


def _admitted(context: Context, job_id: bytes, job: Job) -> Job:
    """Return a job that every holder admitted, with what it holds of the budgets."""
    admitted = replace(job, status=JobStatus.ADMITTED)
    if job.query is None or ANSWERS.get(context.state, answer_of(job)) is not None:
        return admitted
    reserve_budgets(context, job, "job")
    _require_apart(context, job, job.query)
    key = (family_id(job.query, job.product), job.period, job_id)
    ASKED_QUERIES.put(context.state, key, AskedQuery())
    return replace(admitted, reserved=job.epsilon)


def _require_apart(context: Context, job: Job, query: GroupQuery) -> None:
    """Refuse (E516) a query that differs from an earlier one by less than a few cells.

    And (E012) one more than can be compared with in a period.
    """
    least = context.parameter(ParameterName.QUERY_DIFFERENCE_MIN)
    family = family_id(query, job.product)
    asked = ASKED_QUERIES.scan(context.state, family, job.period)
    for count, ((_, _, other_id), _) in enumerate(asked, start=1):
        require(count < QUERIES_MAX, Code.RATE_LIMIT, "job")
        other = JOBS.known(context.state, other_id).query
        assert other is not None
        apart = difference(query, other)
        require(apart == 0 or apart >= least, Code.QUERY_OVERLAP, "job")
