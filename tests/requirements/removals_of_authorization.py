"""The rules of consents, matters, grants and persons, each taken out."""

from chaincode.authorization.subjects import Actor, require_actor
from ledger.refusal import Code
from tests.requirements.removal import Removal, Thing, always, nothing, unit, without

_CONSENTS = "chaincode.authorization.consents"
_REQUESTS = "chaincode.authorization.requests"
_GRANTS = "chaincode.authorization.grants"
_SUBJECTS = "chaincode.authorization.subjects"
_PLACEMENT = "chaincode.trading.placement"


def _consent_optional(original: Thing) -> Thing:
    def consent(context: Thing, body: Thing, sale: Thing) -> Thing:
        if sale.ordered.consent is None:
            return None
        return original(context, body, sale)

    return consent


def _custodian_as_self(original: Thing) -> Thing:
    def actor(*arguments: Thing) -> Actor:
        found: Actor = original(*arguments)
        return Actor.SELF if found is Actor.CUSTODIAN else found

    return actor


def _protector_like_anybody(_: Thing) -> Thing:
    return require_actor


REMOVALS = (
    Removal(
        "no delivery about a person without consent",
        f"{_PLACEMENT}:_consent",
        _consent_optional,
        unit("trading.data_about_a_person_is_never_ordered_without_consent"),
    ),
    Removal(
        "a use is used once",
        f"{_PLACEMENT}:require_free_use",
        nothing,
        unit("trading.a_second_use_is_refused_reserved_or_used"),
        "chaincode.authorization.permission:require_free_use",
    ),
    Removal(
        "an order keeps to the consent's purpose",
        f"{_PLACEMENT}:require_within",
        nothing,
        unit("trading.a_wrong_purpose_is_refused_and_recorded"),
        f"{_PLACEMENT}:_consent",
    ),
    without(
        "a consent serves one product version",
        f"{_PLACEMENT}:_consent",
        Code.WRONG_PRODUCT,
        unit("placement.a_consent_serves_only_its_product"),
    ),
    without(
        "a consent serves one user",
        f"{_PLACEMENT}:_consent",
        Code.WRONG_USER,
        unit("trading.a_consent_serves_only_the_user_it_names"),
    ),
    without(
        "a consent that names a key serves that key",
        f"{_PLACEMENT}:_consent",
        Code.CONSENT_ALTERED,
        unit("consents.a_named_receiving_key_is_the_only_one"),
    ),
    Removal(
        "only a granted, living consent permits",
        "chaincode.authorization.permission:require_granted",
        nothing,
        unit("time_and_signers.unswept_requests_consents_and_matters_are_over"),
    ),
    without(
        "a request asks for no more fields than the purpose needs",
        f"{_REQUESTS}:_require_purpose_and_fields",
        Code.WRONG_FIELDS,
        unit("consents.an_unsound_request_is_refused"),
    ),
    without(
        "no request without limits",
        f"{_REQUESTS}:_require_uses",
        Code.BLANKET_CONSENT,
        unit("consents.an_unsound_request_is_refused"),
    ),
    without(
        "asking again is limited",
        f"{_REQUESTS}:_require_matter",
        Code.RATE_LIMIT,
        unit("consents.asking_again_and_again_is_refused"),
    ),
    without(
        "only the matter's user asks",
        f"{_REQUESTS}:_require_matter",
        Code.WRONG_USER,
        unit("consents.a_request_belongs_to_the_user_of_its_matter"),
    ),
    without(
        "a notice is made for the kind of user",
        f"{_REQUESTS}:_require_notice",
        Code.NOTICE_MISSING,
        unit("consents.a_notice_names_the_kind_of_user"),
    ),
    without(
        "a consent ends with its matter at the latest",
        f"{_REQUESTS}:_require_times",
        Code.TERM_TOO_LONG,
        unit("consents.a_consent_does_not_outlive_its_matter"),
    ),
    without(
        "what was shown is what is registered",
        f"{_CONSENTS}:grant_consent",
        Code.CONSENT_ALTERED,
        unit("consents.what_was_shown_must_be_what_is_registered"),
    ),
    Removal(
        "only the person or their delegate answers",
        f"{_CONSENTS}:require_actor",
        always(Actor.SELF),
        unit("consents.only_the_person_answers"),
        f"{_SUBJECTS}:require_actor",
    ),
    without(
        "a minor acts through a guardian",
        f"{_SUBJECTS}:require_actor",
        Code.GUARDIAN_NEEDED,
        unit("consents.a_minor_needs_a_guardian"),
    ),
    Removal(
        "a custodian's answer is marked",
        f"{_CONSENTS}:require_actor",
        _custodian_as_self,
        unit("consents.a_custodian_grants_visibly_and_the_person_always_wins"),
        f"{_CONSENTS}:grant_consent",
    ),
    without(
        "a custodian is never the user",
        f"{_CONSENTS}:grant_consent",
        Code.BAD_DELEGATION,
        unit("consents.a_custodian_is_never_the_user"),
    ),
    Removal(
        "a person's own key always protects them",
        f"{_SUBJECTS}:require_protector",
        _protector_like_anybody,
        unit("consents.a_binding_must_hold_to_grant_but_never_to_refuse"),
    ),
    Removal(
        "a revocation undoes what is not released",
        "chaincode.authorization.ending:refund_line",
        nothing,
        unit("consents.revocation_refunds_what_is_not_released"),
        "chaincode.authorization.ending:end_consent",
    ),
    Removal(
        "a revocation ends the consent",
        f"{_CONSENTS}:end_consent",
        nothing,
        unit("consents.revocation_and_release_in_one_block"),
        f"{_CONSENTS}:revoke_consent",
    ),
    Removal(
        "with a matter its consents end",
        "chaincode.authorization.matters:_end_consents",
        nothing,
        unit("matters.closing_ends_requests_and_consents_and_refunds_open_lines"),
    ),
    without(
        "a pseudonym serves one matter",
        "chaincode.membership.subject:dedicate_subject",
        Code.BAD_BINDING,
        unit("consents.a_pseudonym_serves_one_matter_only"),
    ),
    without(
        "a binding must hold",
        "chaincode.membership.subject:require_subject",
        Code.BINDING_EXPIRED,
        unit("consents.a_binding_must_hold_to_grant_but_never_to_refuse"),
    ),
    Removal(
        "a grant ends",
        "chaincode.authorization.scope:is_in_force",
        always(True),
        unit("delivery.a_right_that_ends_stops_the_release_at_once"),
    ),
    Removal(
        "a grant covers its scope alone",
        "chaincode.authorization.scope:covers",
        always(True),
        unit("placement.a_class_or_source_outside_the_grants_is_not_listed"),
    ),
    without(
        "only what one holds is granted",
        f"{_GRANTS}:_require_scope",
        Code.OUT_OF_SCOPE,
        unit("grants.an_unsound_offer_is_refused"),
    ),
    without(
        "only a registered resource is granted",
        f"{_GRANTS}:_require_scope",
        Code.RESOURCE_NOT_ACTIVE,
        unit("grants.what_is_not_registered_any_more_is_not_granted"),
    ),
    Removal(
        "an authorization is paid for when it is accepted",
        f"{_GRANTS}:transfer",
        nothing,
        unit("grants.acceptance_pays_the_consideration"),
        f"{_GRANTS}:accept_grant",
    ),
    without(
        "only the grantee accepts",
        f"{_GRANTS}:accept_grant",
        Code.NO_RIGHT,
        unit("grants.only_the_grantee_accepts_and_only_once"),
    ),
)
