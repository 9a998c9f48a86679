"""How a job ends without a result: what it held of the budgets is free again."""

from dataclasses import replace

from chaincode.context import Context
from chaincode.delivery.budgets import settle_budgets
from chaincode.delivery.job_records import ASKED_QUERIES, JOBS, UNDER_WAY, Job, JobStatus
from chaincode.delivery.queries import family_id


def end_job(context: Context, job_id: bytes, job: Job, status: JobStatus) -> None:
    """End a job that is under way; a query that was never answered is not compared with."""
    assert job.status in UNDER_WAY
    settle_budgets(context, job, 0)
    if job.query is not None:
        key = (family_id(job.query, job.product), job.period, job_id)
        ASKED_QUERIES.delete(context.state, key)
    JOBS.put(context.state, job_id, replace(job, status=status, reserved=0))


def fail_job_of(context: Context, job_id: bytes | None) -> None:
    """End the job of a line that ends, where it has one under way."""
    if job_id is None:
        return
    job = JOBS.known(context.state, job_id)
    if job.status in UNDER_WAY:
        end_job(context, job_id, job, JobStatus.FAILED)
        context.emit("job.failed", job_id, job.line, job.user)


def time_out_job(context: Context, job_id: bytes) -> None:
    """Write down that a job was not done in time."""
    job = JOBS.known(context.state, job_id)
    if job.status in UNDER_WAY:
        end_job(context, job_id, job, JobStatus.TIMED_OUT)
        context.emit("job.expired", job_id, job.line, job.user)
