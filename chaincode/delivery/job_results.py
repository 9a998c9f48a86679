"""Results of jobs: a commitment to what was computed, and what it costs in privacy."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.budgets import require_within_budgets, settle_budgets
from chaincode.delivery.consignment import Consignment
from chaincode.delivery.job_admission import answer_of
from chaincode.delivery.job_records import ANSWERS, JOBS, Answer, Job, JobStatus, Suppressed
from chaincode.delivery.jobs import job_under_way, require_business
from chaincode.fields import Commitment, Identifier, Unsigned32
from chaincode.parameters import ParameterName
from chaincode.registration.records import ProductClass
from chaincode.rights import Right
from ledger.refusal import Code, Refused, require


@transaction_type("job.result", since=1, signed_by="the deliverer of the line")
@dataclass(frozen=True, slots=True)
class JobResult:
    """The deliverer has computed a job where the data lies."""

    job: Annotated[Identifier, "The admitted job."]
    result: Annotated[
        Commitment, "Commitment to the result; of a group query its salt follows from the query."
    ]
    size: Annotated[Unsigned32, "Bytes of the result."]
    group_size_min: Annotated[
        Unsigned32, "The least group that the computation let through; 0 for a model."
    ]
    suppressed: Annotated[Suppressed, "How many cells it left out because of it."]
    epsilon: Annotated[
        Unsigned32, "Privacy loss of the result, in millionths; 0 where it was given before."
    ]
    attestation: Annotated[Commitment, "Commitment to the report of the run."]


def post_result(context: Context, body: JobResult) -> None:
    """Record a result; the same question over the same snapshots has one answer for ever."""
    context.require_signers(1)
    deliverer = context.signer_party()
    job, goods = job_under_way(context, body.job, JobStatus.ADMITTED)
    require(goods.listing.deliverer == deliverer.id, Code.NO_RIGHT, "signers[0]")
    context.require_right(deliverer, Right.DELIVER)
    require_business(context, goods, "job")
    require(body.size <= goods.product.terms.output_size_max, Code.OUTPUT_TOO_LARGE, "size")
    if job.query is None:
        _require_plain(body)
    else:
        _require_group(context, goods, body.group_size_min, "group_size_min")
        _answer(context, job, body)
    settle_budgets(context, job, body.epsilon)
    done = replace(
        job,
        reserved=0,
        spent=body.epsilon,
        result=body.result,
        size=body.size,
        group_size_min=body.group_size_min,
        suppressed=body.suppressed,
        attestation=body.attestation,
        status=JobStatus.DONE,
    )
    JOBS.put(context.state, body.job, done)
    ids = (body.job, job.line, job.user, deliverer.id, body.result)
    context.emit("job.done", *ids, amounts=(body.size, body.epsilon))


def require_computed(context: Context, goods: Consignment, *, carried: bool) -> None:
    """Refuse the delivery of a computed product without its result.

    No job that is done: E011. A group smaller than is asked for now: E509. A budget overdrawn
    under the limits in force now: E510. What a person carries was computed when they received it.
    """
    if carried or not goods.line.product_class.is_computed:
        return
    job = finished_job(context, goods)
    if goods.line.product_class is ProductClass.GROUP:
        _require_group(context, goods, job.group_size_min, "line")
        require_within_budgets(context, job, "line")


def finished_job(context: Context, goods: Consignment) -> Job:
    """Return the done job of a line; refuse (E011) a line without one."""
    job = None if goods.line.job is None else JOBS.known(context.state, goods.line.job)
    if job is None or job.status is not JobStatus.DONE:
        raise Refused(Code.BAD_STATE, "line")
    return job


def _require_plain(body: JobResult) -> None:
    """Refuse (E512) the words of a group result for a model's."""
    require(body.group_size_min == 0, Code.WRONG_CLASS, "group_size_min")
    require(body.suppressed is Suppressed.NONE, Code.WRONG_CLASS, "suppressed")
    require(body.epsilon == 0, Code.WRONG_CLASS, "epsilon")


def _require_group(context: Context, goods: Consignment, size: int, where: str) -> None:
    """Refuse (E509) groups smaller than product and parameter allow."""
    least = context.parameter(ParameterName.GROUP_SIZE_MIN)
    enough = size >= max(goods.product.terms.group_size_min, least)
    require(enough, Code.GROUP_TOO_SMALL, where)


def _answer(context: Context, job: Job, body: JobResult) -> None:
    """Keep the first answer to a question; refuse another (E517), and ε that is not due (E510).

    A first answer costs something, at most what was reserved; the same answer again costs nothing.
    """
    key = answer_of(job)
    given = ANSWERS.get(context.state, key)
    if given is None:
        require(0 < body.epsilon <= job.reserved, Code.PRIVACY_BUDGET, "epsilon")
        ANSWERS.put(context.state, key, Answer(body.job, body.result, body.size))
        return
    same = (given.result, given.size) == (body.result, body.size)
    require(same, Code.ANSWER_DIFFERS, "result")
    require(body.epsilon == 0, Code.PRIVACY_BUDGET, "epsilon")
