"""Parties: applications, admission and leaving by governance."""

from dataclasses import replace

import pytest

from chaincode.admission import refuse_at_door
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.membership.party import (
    PartyAdmit,
    PartyApply,
    PartyExit,
    PartyReason,
    PartyResume,
    PartySuspend,
)
from chaincode.membership.proposal import ProposalOpen
from chaincode.membership.records import KEYS, ORGANISATIONS, PARTIES, RIGHTS, PartyStatus
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code
from tests.unit.chaincode.world import World, envelope_key, person, salted, signing_key

APPLICATION = PartyApply(
    name="商业银行",
    kind=PartyKind.USER,
    organisation=None,
    sign_key=signing_key("bank"),
    kem_key=envelope_key("bank"),
    credential=salted("licence"),
)


@pytest.fixture
def world() -> World:
    return World.founded()


def status(world: World, party: bytes) -> PartyStatus:
    record = PARTIES.get(world.state, party)
    assert record is not None
    return record.status


def test_an_applicant_waits_until_governance_admits_it(world: World) -> None:
    party = world.do(APPLICATION, world.governor(0), person("bank"))
    assert status(world, party) is PartyStatus.APPLIED
    world.govern(PartyAdmit(party, (Right.USE,)))
    assert status(world, party) is PartyStatus.ACTIVE
    assert RIGHTS.get(world.state, (party, Right.USE)) is not None
    organisation = ORGANISATIONS.get(world.state, party)
    assert organisation is not None
    assert organisation.name == "商业银行"
    assert not organisation.governing


def test_an_applicant_cannot_pass_the_door_alone(world: World) -> None:
    """Until it is admitted nobody answers for what its key signs first."""
    world.do(APPLICATION, world.governor(0), person("bank"))
    transaction = world.transaction(APPLICATION, person("bank"), person("other"))
    refusal = refuse_at_door(world.state, transaction, world.block_context())
    assert refusal is not None
    assert refusal.code is Code.UNKNOWN_SIGNER


def test_a_sponsor_brings_parties_into_its_own_organisation_only(world: World) -> None:
    own = PARTIES.known(world.state, world.governor(0).id).organisation
    other = PARTIES.known(world.state, world.governor(1).id).organisation
    foreign = replace(APPLICATION, organisation=other)
    assert world.refused(foreign, world.governor(0), person("bank")) is Code.NO_RIGHT
    unknown = replace(APPLICATION, organisation=salted("nobody"))
    assert world.refused(unknown, world.governor(0), person("bank")) is Code.NOT_FOUND
    party = world.do(replace(APPLICATION, organisation=own), world.governor(0), person("bank"))
    assert PARTIES.known(world.state, party).organisation == own


def test_the_applicant_proves_its_key(world: World) -> None:
    assert world.refused(APPLICATION, world.governor(0)) is Code.MISSING_COSIGNER
    assert world.refused(APPLICATION, world.governor(0), person("other")) is Code.MISSING_COSIGNER


@pytest.mark.parametrize("taken", ["governor 1", "validator 0"])
def test_a_key_serves_one_holder_and_one_protocol(world: World, taken: str) -> None:
    application = replace(APPLICATION, sign_key=signing_key(taken))
    assert world.refused(application, world.governor(0), person(taken)) is Code.TAKEN


def test_a_key_of_small_order_is_refused(world: World) -> None:
    weak = b"\x01" + bytes([1]) + bytes(31)
    application = replace(APPLICATION, sign_key=weak)
    signer = replace(person("weak"), key=weak)
    assert world.refused(application, world.governor(0), signer) is Code.BAD_KEY


@pytest.mark.parametrize(
    ("kind", "rights"),
    [
        (PartyKind.USER, (Right.USE, Right.MARKET)),
        (PartyKind.HOLDER, (Right.MARKET,)),
        (PartyKind.DEVELOPER, (Right.USE, Right.DELIVER)),
        (PartyKind.SUPERVISOR, (Right.WATCH, Right.BANK)),
        (PartyKind.AUTHORIZER, (Right.AUTHORIZE, Right.WATCH)),
    ],
)
def test_separation_of_duties_holds_on_admission(
    world: World, kind: PartyKind, rights: tuple[Right, ...]
) -> None:
    party = world.do(replace(APPLICATION, kind=kind), world.governor(0), person("bank"))
    admission = ProposalOpen(PartyAdmit(party, rights))
    assert world.refused(admission, world.governor(0)) is Code.ROLE_CONFLICT


def test_a_party_is_admitted_once(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    again = ProposalOpen(PartyAdmit(bank.id, ()))
    assert world.refused(again, world.governor(0)) is Code.BAD_STATE


def test_the_same_right_twice_is_no_admission(world: World) -> None:
    party = world.do(APPLICATION, world.governor(0), person("bank"))
    admission = ProposalOpen(PartyAdmit(party, (Right.USE, Right.USE)))
    assert world.refused(admission, world.governor(0)) is Code.SCHEMA


def test_a_suspended_party_does_nothing_until_it_is_resumed(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    world.govern(PartySuspend(bank.id, PartyReason.INVESTIGATION))
    other = replace(APPLICATION, sign_key=signing_key("second"))
    assert world.refused(other, bank, person("second")) is Code.PARTY_NOT_ACTIVE
    suspension = ProposalOpen(PartySuspend(bank.id, PartyReason.BREACH))
    assert world.refused(suspension, world.governor(0)) is Code.BAD_STATE
    world.govern(PartyResume(bank.id, PartyReason.RESOLVED))
    world.do(other, bank, person("second"))


def test_a_party_leaves_for_good_when_it_owes_nothing(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    leaving = PartyExit(bank.id, PartyReason.OWN_WISH)
    world.change(lambda context: take_on_duty(context, bank.id))
    assert world.refused(ProposalOpen(leaving), world.governor(0)) is Code.OPEN_DUTIES
    world.change(lambda context: discharge_duty(context, bank.id))
    world.govern(leaving)
    assert status(world, bank.id) is PartyStatus.EXITED
    assert list(RIGHTS.scan(world.state, bank.id)) == []
    assert KEYS.get(world.state, bank.key) is not None
    transaction = world.transaction(APPLICATION, bank, person("x"))
    refusal = refuse_at_door(world.state, transaction, world.block_context())
    assert refusal is not None
    assert refusal.code is Code.UNKNOWN_SIGNER
    assert world.refused(ProposalOpen(leaving), world.governor(0)) is Code.BAD_STATE
