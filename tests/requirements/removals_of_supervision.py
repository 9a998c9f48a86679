"""The rules of supervision, execution and admission, each taken out."""

from collections.abc import Iterator

from chaincode.authorization.records import CONSENTS
from chaincode.settlement.records import ACCOUNTS, Account
from ledger.refusal import Code
from tests.requirements.removal import Removal, Thing, always, nothing, unit, without

_AUDITS = "chaincode.supervision.audits"
_NODE = "tests/unit/node/test_"
_LIMITS = "tests/requirements/test_limits.py::test_"
_OWN = "tests/requirements/test_claims.py::test_"


def _no_steps(_: Thing) -> Thing:
    def links(*_: Thing) -> Iterator[Thing]:
        return iter(())

    return links


def _frozen_too(original: Thing) -> Thing:
    def protector(context: Thing, sid: bytes, where: str) -> None:
        context.require_not_frozen(context.block.genesis_hash, where)
        for _, consent in CONSENTS.scan(context.state):
            if consent.sid == sid:
                context.require_not_frozen(consent.product, where)
        original(context, sid, where)

    return protector


def _by_the_clock(original: Thing) -> Thing:
    ticks = iter(range(1_000_000))

    def schedule(self: Thing, due_ms: int, kind: Thing, target: bytes) -> None:
        original(self, due_ms + next(ticks), kind, target)

    return schedule


def _taking_the_money(original: Thing) -> Thing:
    def put_freeze(state: Thing, target: bytes, cases: Thing) -> None:
        original(state, target, cases)
        ACCOUNTS.put(state, target, Account(0))

    return put_freeze


REMOVALS = (
    Removal(
        "supervision has no power over money",
        "chaincode.supervision.freezes:put_freeze",
        _taking_the_money,
        "tests/requirements/test_independence.py::"
        "test_no_act_of_a_supervisor_moves_money_or_makes_consent",
        "chaincode.supervision.freezes:set_freeze",
    ),
    Removal(
        "what was sealed stays on record",
        "chaincode.trace:_delivery",
        _no_steps,
        _LIMITS + "a_key_given_outside_the_chain_leaves_a_sealed_envelope_without_release",
    ),
    Removal(
        "deliveries are counted against the holder's log",
        "chaincode.delivery.release:_meter",
        nothing,
        _LIMITS + "a_leak_without_an_order_stands_out_against_the_holders_own_log",
    ),
    Removal(
        "free use is counted against income",
        "chaincode.delivery.release:_meter",
        nothing,
        _LIMITS + "use_paid_elsewhere_is_metered_here",
    ),
    Removal(
        "what is kept too long is flagged",
        "chaincode.delivery.erasure:raise_flag",
        nothing,
        _LIMITS + "data_kept_against_the_persons_will_is_flagged_for_good",
        "chaincode.delivery.erasure:flag_overdue",
    ),
    Removal(
        "great freezes take two supervisors",
        "chaincode.supervision.powers:require_second_supervisor",
        nothing,
        unit("supervision.a_whole_party_is_frozen_by_two_supervisors"),
    ),
    without(
        "a share is proven",
        f"{_AUDITS}:share_audit",
        Code.BAD_SHARE,
        unit("audits.a_share_is_ones_own_of_this_envelope_for_this_inspector"),
    ),
    without(
        "each supervisor gives one share",
        f"{_AUDITS}:share_audit",
        Code.SHARE_REPEATED,
        unit("audits.a_share_is_ones_own_of_this_envelope_for_this_inspector"),
    ),
    Removal(
        "an opening rests on a case about the envelope",
        f"{_AUDITS}:_require_target",
        nothing,
        unit("audits.a_share_needs_an_open_case_about_the_envelope"),
    ),
    Removal(
        "a freeze never stops protection",
        "chaincode.authorization.consents:require_protector",
        _frozen_too,
        unit("supervision.a_freeze_never_stops_protection"),
        "chaincode.authorization.consents:revoke_consent",
    ),
    Removal(
        "a trace shows the whole delivery",
        "chaincode.trace:_delivery",
        _no_steps,
        unit("trace.an_asset_is_traced_from_registration_to_settlement"),
    ),
    Removal(
        "a trace leads back to every source",
        "chaincode.trace:_sources",
        _no_steps,
        unit("trace.an_asset_is_traced_from_registration_to_settlement"),
    ),
    Removal(
        "an inspection without an answer is flagged",
        "chaincode.supervision.inspections:raise_flag",
        nothing,
        unit("oversight.an_unanswered_inspection_is_flagged"),
        "chaincode.supervision.inspections:end_inspection",
    ),
    Removal(
        "a period without disclosure is flagged",
        "chaincode.supervision.disclosures:raise_flag",
        nothing,
        unit("oversight.each_period_without_a_disclosure_is_flagged"),
        "chaincode.supervision.disclosures:end_disclosure",
    ),
    Removal(
        "refused attempts are found again",
        "chaincode.execution:_named",
        always(()),
        unit("execution.a_refused_attempt_is_found_under_its_signer_and_what_it_named"),
    ),
    Removal(
        "a refusal changes nothing",
        "chaincode.state:Overlay.rollback",
        nothing,
        unit("execution.a_refused_transaction_changes_nothing_but_its_receipt"),
        "chaincode.execution:_execute",
    ),
    Removal(
        "the block alone decides",
        "chaincode.context:Context.schedule",
        _by_the_clock,
        _OWN + "short_histories_keep_every_invariant",
        "chaincode.execution:execution_steps",
    ),
    Removal(
        "protective transactions stand first",
        "chaincode.admission:require_protective_first",
        nothing,
        unit("execution.protective_transactions_stand_first"),
    ),
    Removal(
        "a transaction is for one chain",
        "chaincode.admission:refuse_chain",
        always(None),
        unit("admission.a_transaction_for_another_chain_stays_out"),
    ),
    Removal(
        "a transaction is applied once",
        "node.replay_window:ReplayWindow.__contains__",
        always(False),
        f"{_NODE}block_validation.py::test_a_committed_transaction_cannot_come_again",
    ),
    Removal(
        "every signer signed every byte",
        "ledger.transaction:has_valid_signatures",
        always(True),
        "tests/unit/ledger/test_transaction.py::test_every_field_is_signed",
    ),
)
