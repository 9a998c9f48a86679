"""The rules of envelopes, releases, jobs and erasure, each taken out."""

from ledger.refusal import Code
from tests.requirements.removal import Removal, always, nothing, silent, unit, without

_CHECK = "chaincode.delivery.release_check"
_ENVELOPES = "chaincode.delivery.envelopes"
_RELEASE = "chaincode.delivery.release"
_JOBS = "chaincode.delivery.jobs"
_RESULTS = "chaincode.delivery.job_results"

REMOVALS = (
    Removal(
        "no key before the acknowledgement, and one key a line",
        f"{_CHECK}:_require_acknowledged",
        nothing,
        unit("delivery.a_release_comes_after_the_acknowledgement_and_once"),
    ),
    Removal(
        "nothing frozen is released",
        f"{_CHECK}:_require_nothing_frozen",
        nothing,
        unit("supervision.whatever_is_frozen_stops_the_release"),
    ),
    Removal(
        "consent, line and envelope agree",
        f"{_CHECK}:_require_same_terms",
        nothing,
        unit("delivery.a_triple_that_disagrees_is_refused"),
    ),
    without(
        "no more fields leave than were consented to",
        f"{_ENVELOPES}:prepare_envelope",
        Code.WRONG_FIELDS,
        unit("delivery.an_envelope_that_does_not_fit_is_refused"),
    ),
    without(
        "a key binds the acknowledged header",
        f"{_CHECK}:_require_envelope",
        Code.ENVELOPE_MISMATCH,
        unit("delivery.a_release_binds_the_acknowledged_header"),
    ),
    without(
        "an acknowledgement names the ciphertext that was sealed",
        f"{_ENVELOPES}:acknowledge_envelope",
        Code.ENVELOPE_MISMATCH,
        unit("delivery.only_the_user_acknowledges_and_only_what_was_prepared"),
    ),
    without(
        "only the line's deliverer seals and releases",
        f"{_ENVELOPES}:require_sealer",
        Code.NO_RIGHT,
        unit("delivery.a_stranger_to_the_delivery_cannot_release"),
    ),
    without(
        "a delivery stands on a confirmed order line",
        f"{_ENVELOPES}:prepare_envelope",
        Code.BAD_STATE,
        unit("delivery.only_the_lines_deliverer_prepares_once_and_in_time"),
    ),
    without(
        "the supervisors have their wrap",
        f"{_CHECK}:_require_envelope",
        Code.SUPERVISOR_WRAP_MISSING,
        unit("delivery.the_supervisors_wrap_is_demanded_once_the_parameter_says_so"),
    ),
    without(
        "no release after the deadline",
        f"{_CHECK}:require_release",
        Code.DEADLINE_PASSED,
        unit("time_and_signers.an_unswept_deadline_stops_every_step_of_a_delivery"),
    ),
    Removal(
        "a release uses the use up",
        f"{_RELEASE}:_use",
        nothing,
        unit("delivery.a_release_uses_the_use_and_starts_the_clocks"),
    ),
    Removal(
        "every use is metered, free ones too",
        f"{_RELEASE}:_meter",
        nothing,
        unit("placement.data_about_nobody_carries_no_consent_and_free_use_is_delivered_alike"),
    ),
    without(
        "only the receiver gives a receipt",
        "chaincode.delivery.receipts:receive",
        Code.NOT_RECEIVER,
        unit("delivery.a_receipt_signed_by_the_deliverer_is_refused"),
    ),
    Removal(
        "silence accepts",
        "chaincode.delivery.receipts:_accept",
        nothing,
        unit("delivery.a_bad_verdict_does_not_accept_but_silence_does"),
    ),
    Removal(
        "a consent ends the right to keep",
        f"{_RELEASE}:begin_retention",
        nothing,
        unit("delivery.a_missed_duty_is_flagged_for_good"),
        "chaincode.delivery.erasure:begin_retention",
    ),
    Removal(
        "an overdue erasure is flagged",
        "chaincode.delivery.erasure:raise_flag",
        nothing,
        unit("oversight.an_overdue_erasure_is_flagged_once"),
        "chaincode.delivery.erasure:flag_overdue",
    ),
    Removal(
        "the person shortens the right to keep",
        "chaincode.delivery.erasure:_demand",
        nothing,
        unit("delivery.the_person_can_shorten_the_retention"),
    ),
    Removal(
        "one question has one form",
        f"{_JOBS}:require_canonical",
        nothing,
        unit("jobs.a_query_has_one_form"),
        "chaincode.delivery.queries:require_canonical",
    ),
    Removal(
        "queries do not nearly overlap",
        "chaincode.delivery.job_admission:_require_apart",
        nothing,
        unit("group_privacy.nearly_the_same_cells_are_refused"),
    ),
    Removal(
        "a user's privacy budget ends",
        "chaincode.delivery.budgets:require",
        silent(Code.PRIVACY_BUDGET),
        unit("group_privacy.a_user_meets_its_budget"),
        "chaincode.delivery.budgets:require_within_budgets",
    ),
    Removal(
        "the privacy budget of a resource is shared by all users",
        "chaincode.delivery.budgets:require_within_budgets",
        nothing,
        unit("group_privacy.users_who_pool_meet_the_budget_of_the_resource"),
    ),
    Removal(
        "no figure about a small group",
        f"{_RESULTS}:_require_group",
        nothing,
        unit("jobs.results_are_refused_in_this_order"),
    ),
    without(
        "the same question has the same answer",
        f"{_RESULTS}:_answer",
        Code.ANSWER_DIFFERS,
        unit("group_privacy.the_same_question_has_the_same_answer_and_costs_nothing"),
    ),
    without(
        "only registered algorithms run",
        f"{_JOBS}:submit_job",
        Code.ALGORITHM_NOT_REGISTERED,
        unit("jobs.submission_is_refused_in_this_order"),
    ),
    without(
        "a result is no larger than announced",
        f"{_RESULTS}:post_result",
        Code.OUTPUT_TOO_LARGE,
        unit("jobs.results_are_refused_in_this_order"),
    ),
    Removal(
        "of a group only the computed result leaves",
        f"{_ENVELOPES}:_require_result",
        nothing,
        unit("jobs.an_envelope_holds_the_result_and_nothing_else"),
    ),
    Removal(
        "every holder of a source admits a job",
        f"{_JOBS}:holder_ids",
        always(()),
        unit("jobs.every_holder_admits_once_and_in_time"),
        "chaincode.delivery.job_admission:admit_job",
    ),
    without(
        "carrying serves the user whom the person named",
        f"{_ENVELOPES}:require_sealer",
        Code.CONSENT_ALTERED,
        unit("carrying.only_the_user_whose_key_the_consent_names_is_carried_to"),
    ),
)
