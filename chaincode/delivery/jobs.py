"""Jobs: products whose content is computed in the holders' domain, and never leaves it uncomputed.

    job.submit ─▶ SUBMITTED ─ job.admit by every holder ─▶ ADMITTED ─ job.result ─▶ DONE
                  SUBMITTED ─ job.reject ─▶ REJECTED
                  SUBMITTED | ADMITTED ─ the line ends ─▶ FAILED     or by time ─▶ TIMED_OUT

A line waits for the result before its envelope can be prepared. After a job without a result the
user may submit another for the same line, for instance a coarser query.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.consignment import Consignment, consignment
from chaincode.delivery.job_ends import time_out_job
from chaincode.delivery.job_records import JOBS, UNDER_WAY, Job, JobStatus, Suppressed
from chaincode.delivery.queries import GroupQuery, query_hash, require_canonical
from chaincode.due import DueKind
from chaincode.fields import Commitment, Identifier, Unsigned32
from chaincode.parameters import ParameterName
from chaincode.registration.records import ALGORITHMS, ProductClass
from chaincode.trading.conditions import (
    frozen_targets,
    holder_ids,
    require_none_frozen,
    require_version,
    source_ids,
)
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code, Refused, require


@transaction_type("job.submit", since=1, signed_by="the user of the line")
@dataclass(frozen=True, slots=True)
class JobSubmit:
    """The user says what is to be computed for a line of a GROUP or MODEL product."""

    line: Annotated[Identifier, "The order line."]
    algorithm: Annotated[Identifier, "A registered algorithm of the product."]
    query: Annotated[GroupQuery | None, "What is asked about a group; none for a model."]
    parameters: Annotated[
        Commitment | None,
        "For a model a salted commitment to what it is given; none for a group.",
    ]
    epsilon: Annotated[Unsigned32, "Privacy loss that a group result may cost, in millionths."]


def submit_job(context: Context, body: JobSubmit) -> None:
    """Submit a job for a confirmed line that has none under way or done."""
    context.require_signers(1)
    user = context.signer_party()
    goods = consignment(context.state, body.line, "line")
    require(goods.order.user == user.id, Code.NO_RIGHT, "signers[0]")
    require(goods.line.state is LineState.CONFIRMED, Code.BAD_STATE, "line")
    _require_no_job(context, goods)
    require(context.now_ms < goods.order.deliver_until_ms, Code.DEADLINE_PASSED, "line")
    require_business(context, goods, "line")
    listed = body.algorithm in goods.product.terms.algorithms
    known = ALGORITHMS.get(context.state, body.algorithm) is not None
    require(listed and known, Code.ALGORITHM_NOT_REGISTERED, "algorithm")
    question = _question(goods, body)
    term_ms = context.parameter(ParameterName.JOB_TERM_MS)
    until_ms = min(context.now_ms + term_ms, goods.order.deliver_until_ms)
    job = Job(
        line=body.line,
        user=user.id,
        product=goods.line.product,
        sources=source_ids(goods.product),
        holders=tuple(dict.fromkeys(holder_ids(context.state, goods.product))),
        algorithm=body.algorithm,
        query=body.query,
        question=question,
        parameters=body.parameters,
        epsilon=body.epsilon,
        period=context.now_ms // context.parameter(ParameterName.BUDGET_PERIOD_MS),
        until_ms=until_ms,
        admissions=(),
        reserved=0,
        spent=0,
        result=None,
        size=0,
        group_size_min=0,
        suppressed=Suppressed.NONE,
        attestation=None,
        status=JobStatus.SUBMITTED,
    )
    JOBS.put(context.state, context.tx_id, job)
    LINES.put(context.state, body.line, replace(goods.line, job=context.tx_id))
    context.schedule(until_ms, DueKind.JOB_ENDS, context.tx_id)
    ids = (context.tx_id, body.line, user.id, goods.line.product, *job.holders)
    context.emit("job.submitted", *ids, amounts=(body.epsilon,))


def require_business(context: Context, goods: Consignment, where: str) -> None:
    """Refuse what is frozen (E009) or has another version by now (E206)."""
    targets = frozen_targets(context.state, goods.listing, goods.product)
    require_none_frozen(context, (goods.order.user, *targets, goods.line.order), where)
    require_version(goods.product, goods.line.product_version, where)


def job_under_way(context: Context, job_id: bytes, status: JobStatus) -> tuple[Job, Consignment]:
    """Return a job in a state with its line's goods; refuse E010, E011, and E514 in time."""
    job = JOBS.require(context.state, job_id, "job")
    require(job.status is status, Code.BAD_STATE, "job")
    require(context.now_ms < job.until_ms, Code.DEADLINE_PASSED, "job")
    return job, consignment(context.state, job.line, "job")


def _require_no_job(context: Context, goods: Consignment) -> None:
    if goods.line.job is None:
        return
    job = JOBS.known(context.state, goods.line.job)
    if job.status in UNDER_WAY and context.now_ms >= job.until_ms:
        # Where no sweep has written down that its time is over, the next job does.
        time_out_job(context, goods.line.job)
        return
    ended = job.status not in UNDER_WAY and job.status is not JobStatus.DONE
    require(ended, Code.BAD_STATE, "line")


def _question(goods: Consignment, body: JobSubmit) -> bytes | None:
    """Return the hash of a group's query, or None for a model.

    Refuse (E512) a product that needs no job or the words of the other class, (E006) another than
    the canonical form, (E311) fields beyond the line's and (E510) more ε than one query may cost.
    """
    terms = goods.product.terms
    require(terms.product_class.is_computed, Code.WRONG_CLASS, "line")
    if terms.product_class is ProductClass.MODEL:
        require(body.query is None, Code.WRONG_CLASS, "query")
        require(body.parameters is not None, Code.WRONG_CLASS, "parameters")
        require(body.epsilon == 0, Code.WRONG_CLASS, "epsilon")
        return None
    if body.query is None:
        raise Refused(Code.WRONG_CLASS, "query")
    require(body.parameters is None, Code.WRONG_CLASS, "parameters")
    require_canonical(body.query, "query")
    require(body.query.fields & ~goods.line.fields == 0, Code.WRONG_FIELDS, "query")
    require(0 < body.epsilon <= terms.epsilon_max, Code.PRIVACY_BUDGET, "epsilon")
    return query_hash(body.query, goods.line.product, goods.line.product_version, body.algorithm)
