"""The transaction types and due items of delivery."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.delivery import (
    carrying,
    envelopes,
    erasure,
    job_admission,
    job_ends,
    job_results,
    jobs,
    receipts,
    release,
)
from chaincode.due import DueKind

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(jobs.JobSubmit, jobs.submit_job),
    declare(job_admission.JobAdmit, job_admission.admit_job),
    declare(job_admission.JobReject, job_admission.reject_job),
    declare(job_results.JobResult, job_results.post_result),
    declare(envelopes.EnvelopePrepare, envelopes.prepare_envelope),
    declare(envelopes.EnvelopeAcknowledge, envelopes.acknowledge_envelope),
    declare(release.EnvelopeRelease, release.release_envelope),
    declare(carrying.AssetCarry, carrying.carry_asset),
    declare(receipts.EnvelopeReceipt, receipts.receive),
    declare(erasure.ErasureRequest, erasure.request_erasure),
    declare(erasure.ErasureAttest, erasure.attest_erasure),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.RECEIPT_ENDS: receipts.accept_by_silence,
    DueKind.RETENTION_ENDS: erasure.flag_overdue,
    DueKind.JOB_ENDS: job_ends.time_out_job,
}
