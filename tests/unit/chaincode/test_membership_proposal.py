"""Governance: one vote an organisation, more than two thirds decide, nothing is decided late."""

from dataclasses import replace

import pytest

from chaincode import parameters
from chaincode.codec import Alternative
from chaincode.membership import proposal as proposals
from chaincode.membership.parameter import ParameterSet
from chaincode.membership.party import PartyApply
from chaincode.membership.proposal import (
    PROPOSALS,
    ProposalApprove,
    ProposalOpen,
    ProposalStatus,
)
from chaincode.membership.purpose import DEPTH_MAX, PurposeDefine
from chaincode.membership.records import PARTIES, PURPOSES, RIGHTS
from chaincode.membership.right import RightAssign, RightWithdraw
from chaincode.parameters import PARAMETERS, VERSIONS, ParameterName
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code
from tests.unit.chaincode.world import World, envelope_key, person, salted, signing_key

DEFINE = ProposalOpen(PurposeDefine(7, "信用评估", None, sensitive=False))


@pytest.fixture
def world() -> World:
    return World.founded()


def test_three_of_four_decide_and_two_do_not(world: World) -> None:
    """Quorum of 4 is 3; the opener's organisation has voted by opening."""
    proposal = world.do(DEFINE, world.governor(0))
    world.do(ProposalApprove(proposal), world.governor(1))
    assert PURPOSES.get(world.state, 7) is None
    world.do(ProposalApprove(proposal), world.governor(2))
    assert PURPOSES.known(world.state, 7).name == "信用评估"
    assert PROPOSALS.known(world.state, proposal).status is ProposalStatus.APPLIED
    late = ProposalApprove(proposal)
    assert world.refused(late, world.governor(3)) is Code.BAD_STATE


def test_an_organisation_votes_once_with_whichever_party(world: World) -> None:
    proposal = world.do(DEFINE, world.governor(0))
    again = ProposalApprove(proposal)
    assert world.refused(again, world.governor(0)) is Code.ALREADY_APPROVED
    own = PARTIES.known(world.state, world.governor(0).id).organisation
    application = PartyApply(
        "second party",
        PartyKind.AUTHORIZER,
        own,
        signing_key("second"),
        envelope_key("second"),
        salted("licence"),
    )
    world.do(application, world.governor(0), person("second"))
    assert world.refused(again, person("second")) is Code.PARTY_NOT_ACTIVE


def test_only_governing_organisations_vote_and_propose(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    assert world.refused(DEFINE, bank) is Code.NO_RIGHT
    proposal = world.do(DEFINE, world.governor(0))
    assert world.refused(ProposalApprove(proposal), bank) is Code.NO_RIGHT
    assert world.refused(ProposalApprove(salted("x")), world.governor(1)) is Code.NOT_FOUND


def test_the_market_operator_proposes_parameters_without_a_vote(world: World) -> None:
    market = world.actor("market", PartyKind.MARKET_OPERATOR, Right.MARKET)
    assert world.refused(DEFINE, market) is Code.NO_RIGHT
    action = ParameterSet(ParameterName.NOTICE_MS, 5_000, 0)
    proposal = world.do(ProposalOpen(action), market)
    assert PROPOSALS.known(world.state, proposal).approvals == ()
    for index in range(3):
        world.do(ProposalApprove(proposal), world.governor(index))
    assert world.parameter(ParameterName.NOTICE_MS) == 5_000


def test_a_proposal_expires_by_time_before_any_sweep(world: World) -> None:
    """The vote in the block at the end is refused although the sweep of that block comes first."""
    proposal = world.do(DEFINE, world.governor(0))
    until_ms = PROPOSALS.known(world.state, proposal).until_ms
    world.time_ms = until_ms - 1_000
    vote = world.transaction(ProposalApprove(proposal), world.governor(1))
    execution = world.block(vote)
    assert execution.receipts[-1].code is Code.BAD_STATE
    assert [event.name for event in execution.receipts[0].events] == ["proposal.expired"]
    assert PROPOSALS.known(world.state, proposal).status is ProposalStatus.EXPIRED


def test_expiry_holds_where_the_sweep_is_behind(world: World) -> None:
    world.govern(ParameterSet(ParameterName.SWEEPS_MAX, 1, 0))
    proposals = [
        world.do(
            ProposalOpen(PurposeDefine(code, f"purpose {code}", None, False)), world.governor(0)
        )
        for code in (11, 12, 13)
    ]
    world.time_ms = PROPOSALS.known(world.state, proposals[-1]).until_ms
    vote = world.transaction(ProposalApprove(proposals[-1]), world.governor(1))
    assert world.block(vote).receipts[-1].code is Code.DEADLINE_PASSED


def test_a_proposal_the_rules_refuse_is_not_opened_and_leaves_nothing(world: World) -> None:
    world.purpose(7)
    assert world.refused(DEFINE, world.governor(0)) is Code.TAKEN


def test_trying_a_proposal_changes_nothing(world: World) -> None:
    proposal = world.transaction(DEFINE, world.governor(0))
    receipt = world.block(proposal).receipts[-1]
    assert PURPOSES.get(world.state, 7) is None
    assert [event.name for event in receipt.events] == ["proposal.opened", "proposal.approved"]


def test_a_vote_whose_action_is_refused_does_not_count(world: World) -> None:
    first = world.do(DEFINE, world.governor(0))
    world.do(ProposalApprove(first), world.governor(1))
    world.purpose(7)
    assert world.refused(ProposalApprove(first), world.governor(2)) is Code.TAKEN
    assert len(PROPOSALS.known(world.state, first).approvals) == 2


def test_a_right_is_assigned_until_a_time_and_withdrawn(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER)
    until_ms = world.time_ms + 100_000
    world.govern(RightAssign(bank.id, Right.USE, until_ms))
    assert RIGHTS.known(world.state, (bank.id, Right.USE)).until_ms == until_ms
    past = ProposalOpen(RightAssign(bank.id, Right.USE, world.time_ms))
    assert world.refused(past, world.governor(0)) is Code.DEADLINE_PASSED
    world.govern(RightWithdraw(bank.id, Right.USE))
    assert RIGHTS.get(world.state, (bank.id, Right.USE)) is None
    nothing = ProposalOpen(RightWithdraw(bank.id, Right.USE))
    assert world.refused(nothing, world.governor(0)) is Code.NOT_FOUND


def test_a_right_conflicts_with_one_held_but_not_with_one_that_ended(world: World) -> None:
    deliverer = world.actor("deliverer", PartyKind.HOLDER, Right.HOLD)
    world.govern(RightAssign(deliverer.id, Right.DELIVER, world.time_ms + 60_000))
    use = RightAssign(deliverer.id, Right.USE, None)
    assert world.refused(ProposalOpen(use), world.governor(0)) is Code.ROLE_CONFLICT
    world.wait(120_000)
    world.govern(use)


def test_a_parameter_keeps_its_bounds_and_its_height(world: World) -> None:
    name = ParameterName.NOTICE_MS
    bounds = PARAMETERS.known(world.state, name)
    for value in (bounds.minimum - 1, bounds.maximum + 1):
        opened = ProposalOpen(ParameterSet(name, value, 0))
        assert world.refused(opened, world.governor(0)) is Code.OUT_OF_BOUNDS
    before = world.parameter(name)
    height = world.height + 10
    world.govern(ParameterSet(name, 60_000, height))
    assert parameters.value_at(world.state, name, height - 1) == before
    assert parameters.value_at(world.state, name, height) == 60_000
    assert VERSIONS.known(world.state, (name, height)).value == 60_000


def test_a_later_decision_replaces_one_that_is_not_yet_in_effect(world: World) -> None:
    name = ParameterName.NOTICE_MS
    before = world.parameter(name)
    far = world.height + 100
    world.govern(ParameterSet(name, 60_000, far))
    world.govern(ParameterSet(name, 70_000, far + 1))
    assert parameters.value_at(world.state, name, far) == before
    assert parameters.value_at(world.state, name, far + 1) == 70_000
    assert VERSIONS.get(world.state, (name, far)) is None


def test_params_hash_changes_at_the_height_of_the_change(world: World) -> None:
    height = world.height + 10
    world.govern(ParameterSet(ParameterName.NOTICE_MS, 60_000, height))
    before = parameters.params_hash(world.state, height - 1)
    assert parameters.params_hash(world.state, height) != before
    assert parameters.params_hash(world.state, height + 1) != before


def test_the_protocol_version_never_goes_back(world: World) -> None:
    name = ParameterName.PROTOCOL_VERSION
    world.govern(ParameterSet(name, 3, world.height + 50))
    back = ProposalOpen(ParameterSet(name, 2, world.height + 60))
    assert world.refused(back, world.governor(0)) is Code.OUT_OF_BOUNDS


def test_purposes_form_a_tree_of_bounded_depth(world: World) -> None:
    orphan = replace(DEFINE, action=PurposeDefine(9, "orphan", 8, sensitive=False))
    assert world.refused(orphan, world.governor(0)) is Code.NOT_FOUND
    world.purpose(100)
    for code in range(101, 100 + DEPTH_MAX):
        world.purpose(code, parent=code - 1)
    deeper = ProposalOpen(PurposeDefine(999, "deeper", 99 + DEPTH_MAX, sensitive=False))
    assert world.refused(deeper, world.governor(0)) is Code.OUT_OF_BOUNDS


def test_below_a_sensitive_purpose_everything_is_sensitive(world: World) -> None:
    world.purpose(1, sensitive=True)
    world.purpose(2, parent=1)
    assert PURPOSES.known(world.state, 2).sensitive


def test_an_operator_without_the_market_proposes_nothing(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    parameter = ProposalOpen(ParameterSet(ParameterName.NOTICE_MS, 5_000, 0))
    assert world.refused(parameter, bank) is Code.NO_RIGHT


def test_an_applicant_gets_its_rights_on_admission_only(world: World) -> None:
    application = PartyApply(
        "applicant",
        PartyKind.USER,
        None,
        signing_key("applicant"),
        envelope_key("applicant"),
        salted("licence"),
    )
    applicant = world.do(application, world.governor(0), person("applicant"))
    early = ProposalOpen(RightAssign(applicant, Right.USE, None))
    assert world.refused(early, world.governor(0)) is Code.BAD_STATE


def test_governance_is_signed_by_one_party(world: World) -> None:
    one, other = world.governor(0), world.governor(1)
    assert world.refused(DEFINE, one, other) is Code.SCHEMA
    proposal = world.do(DEFINE, one)
    assert world.refused(ProposalApprove(proposal), other, world.governor(2)) is Code.SCHEMA


def test_an_action_of_a_later_version_reads_as_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on software that has never heard of it."""
    monkeypatch.setattr(proposals, "alternative_of", lambda _: Alternative(7, "purpose.define", 2))
    assert world.refused(DEFINE, world.governor(0)) is Code.SCHEMA
