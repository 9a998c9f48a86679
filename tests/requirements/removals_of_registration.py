"""The rules of membership, registration and governance, each taken out."""

from ledger.refusal import Code, Refused
from tests.requirements.removal import Removal, Thing, always, nothing, unit, without

_RESOURCE = "chaincode.registration.resource"
_PRODUCT = "chaincode.registration.product"
_TERMS = "chaincode.registration.terms"
_CONDITIONS = "chaincode.trading.conditions"
_OWN = "tests/requirements/test_claims.py::test_"


def _one_vote(_: Thing) -> Thing:
    return lambda size: min(size, 1)


def _without_project(original: Thing) -> Thing:
    return lambda **fields: original(**{**fields, "project": None})


def _unread(original: Thing) -> Thing:
    def read(self: Thing, value: Thing) -> Thing:
        try:
            return original(self, value)
        except Refused:
            return self.record(*value)

    return read


REMOVALS = (
    Removal(
        "a resource is recorded with system, project and holder",
        f"{_RESOURCE}:Resource",
        _without_project,
        _OWN + "one_inventory_shows_every_resource_with_its_holder_and_project",
        f"{_RESOURCE}:submit_resource",
    ),
    Removal(
        "choices are closed",
        "chaincode.codec:RecordCodec.read",
        _unread,
        _OWN + "five_kinds_two_modes_two_custodies_and_no_other",
        "chaincode.containers:Enumeration.read",
    ),
    without(
        "a resource has a catalogue that can be checked",
        f"{_RESOURCE}:submit_resource",
        Code.BAD_ROOT,
        unit("registration_resource.only_holders_submit"),
    ),
    without(
        "a registration waits for its notice",
        f"{_RESOURCE}:activate_resource",
        Code.NOTICE_RUNNING,
        unit("registration_resource.a_resource_becomes_active_after_review_and_notice"),
    ),
    Removal(
        "an open objection stops a registration",
        "chaincode.registration.review:require_no_objection",
        nothing,
        unit("registration_resource.an_open_objection_blocks_activation_until_it_is_dismissed"),
    ),
    without(
        "nobody registers in their own cause",
        "chaincode.registration.review:signing_registrar",
        Code.ROLE_CONFLICT,
        unit("registration_resource.only_registration_bodies_review_and_never_their_own"),
    ),
    without(
        "a registration ends",
        f"{_CONDITIONS}:require_sources",
        Code.RESOURCE_NOT_ACTIVE,
        unit("delivery.a_right_that_ends_stops_the_release_at_once"),
    ),
    without(
        "a changed source is confirmed anew",
        f"{_PRODUCT}:_require_sources_as_confirmed",
        Code.RECONFIRMATION_NEEDED,
        unit("registration_product.a_changed_catalogue_needs_confirmation_before_acceptance"),
    ),
    without(
        "a product is made of registered sources",
        f"{_TERMS}:_require_sources",
        Code.SOURCES_NOT_ACTIVE,
        unit("registration_product.a_source_that_expired_makes_no_product"),
    ),
    without(
        "what is sensitive is assessed first",
        f"{_PRODUCT}:review_product",
        Code.IMPACT_ASSESSMENT_MISSING,
        unit("registration_product.a_sensitive_product_needs_an_impact_assessment"),
    ),
    Removal(
        "group figures have their guards",
        f"{_TERMS}:_require_computation",
        nothing,
        unit("registration_product.group_figures_have_their_guards"),
    ),
    Removal(
        "developing needs a grant",
        f"{_TERMS}:require_covered",
        nothing,
        unit("registration_product.a_developer_needs_right_and_grant"),
        f"{_TERMS}:require_sound_terms",
    ),
    without(
        "a class never changes",
        f"{_PRODUCT}:_require_revisable",
        Code.WRONG_CLASS,
        unit("registration_product.a_revision_waits_beside_the_version_in_force"),
    ),
    without(
        "a delivery channel is designated and granted",
        f"{_CONDITIONS}:require_channel",
        Code.CHANNEL_NOT_DESIGNATED,
        unit("delivery.a_designated_channel_that_no_grant_names_is_refused"),
    ),
    without(
        "a venue is designated",
        f"{_CONDITIONS}:require_venue",
        Code.VENUE_NOT_DESIGNATED,
        unit("placement.a_replaced_venue_takes_no_orders"),
    ),
    Removal(
        "duties are separate",
        "chaincode.rights:are_compatible",
        always(True),
        unit("membership_party.separation_of_duties_holds_on_admission"),
    ),
    Removal(
        "whoever acts holds the right now",
        "chaincode.context:Context.require_right",
        nothing,
        unit("time_and_signers.a_right_is_asked_for_before_anything_else"),
    ),
    without(
        "whoever acts is active",
        "chaincode.context:Context.active_party",
        Code.PARTY_NOT_ACTIVE,
        unit("membership_party.a_suspended_party_does_nothing_until_it_is_resumed"),
    ),
    without(
        "each duty has exactly its signers",
        "chaincode.context:Context.require_signers",
        Code.SCHEMA,
        unit("time_and_signers.a_surplus_signature_is_refused"),
    ),
    Removal(
        "governance takes a quorum",
        "chaincode.membership.proposal:quorum",
        _one_vote,
        unit("membership_proposal.three_of_four_decide_and_two_do_not"),
        "chaincode.membership.proposal:_vote",
    ),
    without(
        "parameters keep their bounds",
        "chaincode.membership.parameter:set_parameter",
        Code.OUT_OF_BOUNDS,
        unit("membership_proposal.a_parameter_keeps_its_bounds_and_its_height"),
    ),
    without(
        "a purpose never moves",
        "chaincode.membership.purpose:define_purpose",
        Code.TAKEN,
        _OWN + "a_purpose_never_moves_under_another_one",
    ),
    without(
        "nobody leaves with open duties",
        "chaincode.membership.party:exit_party",
        Code.OPEN_DUTIES,
        unit("membership_party.a_party_leaves_for_good_when_it_owes_nothing"),
    ),
    without(
        "a revoked key signs nothing",
        "chaincode.context:Context.signer_party",
        Code.KEY_REVOKED,
        unit("membership_key.the_old_key_ends_where_the_new_one_begins"),
    ),
    Removal(
        "a consent is not bundled",
        "chaincode.codec:RecordCodec.read",
        _unread,
        _OWN + "a_bundled_consent_cannot_be_written_down",
        "chaincode.authorization.requests:ConsentRequest",
    ),
)
