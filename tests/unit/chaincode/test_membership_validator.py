"""Validators join, leave and are replaced one at a time, under every guard the state shows."""

from dataclasses import replace

import pytest

from chaincode.membership.proposal import PROPOSALS, ProposalApprove, ProposalOpen, ProposalStatus
from chaincode.membership.records import ORGANISATIONS
from chaincode.membership.validator import LEAD_BLOCKS_MAX, ValidatorsChange
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from chaincode.validators import Member, history, newest_schedule, set_at
from ledger.refusal import Code
from ledger.validators import ValidatorSet
from tests.unit.chaincode.world import World, salted, signing_key


@pytest.fixture
def world() -> World:
    """Return a chain whose first epoch may end, with two more organisations that have machines."""
    world = World.founded()
    for name in ("fifth", "sixth"):
        add_organisation(world, name)
    while world.height < 10:
        world.block()
    return world


def add_organisation(world: World, name: str) -> bytes:
    template = next(item for _, item in ORGANISATIONS.scan(world.state))
    world.change(
        lambda context: ORGANISATIONS.put(
            context.state, salted(name), replace(template, name=name, governing=False)
        )
    )
    return salted(name)


def joining(name: str, organisation: bytes, from_height: int = 0) -> ValidatorsChange:
    return ValidatorsChange(Member(signing_key(name), organisation), None, from_height)


def leaving(key: bytes, from_height: int = 0) -> ValidatorsChange:
    return ValidatorsChange(None, key, from_height)


def present(world: World) -> ValidatorSet:
    return set_at(world.state, world.height + 1)


def next_epoch(world: World) -> None:
    """Grow until the next change may be decided."""
    first = newest_schedule(world.state).from_height
    while world.height < first + world.parameter(ParameterName.EPOCH_BLOCKS_MIN):
        world.block()


def code_of(world: World, action: ValidatorsChange) -> Code:
    return world.refused(ProposalOpen(action), world.governor(0))


def test_a_validator_joins_two_blocks_after_the_decision(world: World) -> None:
    """Block H + 1 is still the old set's; its header can name the new one."""
    world.govern(joining("new", salted("fifth")))
    decided = world.height
    assert set_at(world.state, decided + 1).size == 4
    assert set_at(world.state, decided + 2).size == 5
    assert set_at(world.state, decided + 2).index_of(signing_key("new")) is not None
    assert [height for height, _ in history(world.state)] == [1, decided + 2]


def test_a_later_height_is_kept(world: World) -> None:
    world.govern(joining("new", salted("fifth"), from_height=world.height + 20))
    assert newest_schedule(world.state).from_height > world.height + 10
    assert present(world).size == 4


def test_a_set_grows_to_seven_and_shrinks_to_four(world: World) -> None:
    """Each step by one, as organisations stay below a third."""
    organisation = present(world).members[0].organisation
    names = {"new 5": salted("fifth"), "new 6": salted("sixth"), "new 7": organisation}
    for size, (name, place) in enumerate(names.items(), start=5):
        world.govern(joining(name, place))
        next_epoch(world)
        assert present(world).size == size
    for size, name in zip((6, 5, 4), reversed(names), strict=True):
        world.govern(leaving(signing_key(name)))
        next_epoch(world)
        assert present(world).size == size
    assert [item.size for _, item in history(world.state)] == [4, 5, 6, 7, 6, 5, 4]


def test_a_key_is_replaced_in_one_step(world: World) -> None:
    old = present(world).members[2]
    new = Member(signing_key("rotated"), old.organisation)
    world.govern(ValidatorsChange(new, old.public_key, 0))
    next_epoch(world)
    assert present(world).size == 4
    assert present(world).index_of(old.public_key) is None
    assert present(world).index_of(new.public_key) is not None


def test_one_change_an_epoch(world: World) -> None:
    """While one is pending, and until its set has voted for a whole epoch, no other is decided."""
    world.govern(joining("new", salted("fifth"), from_height=world.height + 15))
    other = joining("other", salted("sixth"))
    assert code_of(world, other) is Code.VALIDATOR_CHANGE
    first = newest_schedule(world.state).from_height
    while world.height < first:
        assert code_of(world, other) is Code.VALIDATOR_CHANGE
    early = replace(other, from_height=first + 9)
    assert code_of(world, early) is Code.VALIDATOR_CHANGE
    world.govern(replace(other, from_height=first + 10))
    assert newest_schedule(world.state).from_height == first + 10


def test_the_first_epoch_has_its_length_too() -> None:
    world = World.founded()
    add_organisation(world, "fifth")
    assert code_of(world, joining("new", salted("fifth"))) is Code.VALIDATOR_CHANGE


def test_a_change_is_not_set_beyond_its_lead(world: World) -> None:
    """A far one would keep every other out until then."""
    action = joining("new", salted("fifth"), world.height + LEAD_BLOCKS_MAX + 3)
    assert code_of(world, action) is Code.OUT_OF_BOUNDS


def test_a_second_proposal_decided_in_the_same_epoch_fails_at_its_last_vote(world: World) -> None:
    """Both could be opened; the rules are asked again when a vote decides."""
    first = world.do(ProposalOpen(joining("new", salted("fifth"))), world.governor(0))
    second = world.do(ProposalOpen(joining("other", salted("sixth"))), world.governor(0))
    for proposal in (first, second):
        world.do(ProposalApprove(proposal), world.governor(1))
    world.do(ProposalApprove(first), world.governor(2))
    assert world.refused(ProposalApprove(second), world.governor(2)) is Code.VALIDATOR_CHANGE
    assert PROPOSALS.known(world.state, second).status is ProposalStatus.OPEN


def test_four_validators_stay(world: World) -> None:
    assert code_of(world, leaving(present(world).members[0].public_key)) is Code.TOO_FEW_VALIDATORS


def test_no_organisation_rises_to_a_third(world: World) -> None:
    """By joining: two of five. By another's leaving: two of six."""
    heavy = present(world).members[0].organisation
    assert code_of(world, joining("second", heavy)) is Code.ORGANISATION_TOO_HEAVY
    for name, place in (("5", salted("fifth")), ("6", salted("sixth")), ("7", heavy)):
        world.govern(joining(name, place))
        next_epoch(world)
    assert code_of(world, leaving(signing_key("6"))) is Code.ORGANISATION_TOO_HEAVY


def test_who_leaves_votes_now(world: World) -> None:
    assert code_of(world, leaving(signing_key("stranger"))) is Code.NOT_FOUND


def test_nobody_joining_or_leaving_is_no_change(world: World) -> None:
    assert code_of(world, ValidatorsChange(None, None, 0)) is Code.SCHEMA


def test_an_organisation_that_is_not_there_or_has_no_machines_runs_none(world: World) -> None:
    assert code_of(world, joining("new", salted("nobody"))) is Code.NOT_FOUND
    world.actor("bank", PartyKind.USER, Right.USE)
    without = next(
        key for key, item in ORGANISATIONS.scan(world.state) if item.ca_certificate is None
    )
    assert code_of(world, joining("new", without)) is Code.BAD_STATE


def test_a_key_that_votes_signs_or_has_retired_does_not_join(world: World) -> None:
    voting, organisation = present(world).members[0].public_key, salted("fifth")
    for key in (voting, world.governor(0).key):
        action = ValidatorsChange(Member(key, organisation), None, 0)
        assert code_of(world, action) is Code.TAKEN
    world.govern(joining("new", organisation))
    next_epoch(world)
    world.govern(leaving(signing_key("new")))
    next_epoch(world)
    assert code_of(world, joining("new", organisation)) is Code.TAKEN


@pytest.mark.parametrize(
    "point",
    [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", b"\xff" * 32],
    ids=["zero", "one", "minus one", "above the field"],
)
def test_an_unsound_key_does_not_join(world: World, point: bytes) -> None:
    """Small order, and bytes that no canonical encoding has."""
    action = ValidatorsChange(Member(b"\x01" + point, salted("fifth")), None, 0)
    assert code_of(world, action) is Code.BAD_KEY
