"""Subjects: fresh pseudonyms bound by an identity authority, delegations, one matter each."""

from dataclasses import replace

import pytest

from chaincode.admission import organisation_of
from chaincode.membership.records import (
    DELEGATIONS,
    PARTIES,
    SUBJECTS,
    DelegationScope,
    SubjectKind,
)
from chaincode.membership.right import RightWithdraw
from chaincode.membership.subject import SubjectBind, SubjectDelegate, dedicate_subject
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code, Refused
from ledger.suites import verify
from tests.unit.chaincode.world import Actor, World, person, salted

DAY_MS = 86_400_000


@pytest.fixture
def world() -> World:
    return World.founded()


@pytest.fixture
def authority(world: World) -> Actor:
    return world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)


def binding(
    world: World, name: str = "citizen", kind: SubjectKind = SubjectKind.PERSON
) -> SubjectBind:
    return SubjectBind(person(name).key, kind, salted(name), world.time_ms + DAY_MS)


def delegation(world: World, *, guardian: str | None, custodian: bytes | None) -> SubjectDelegate:
    key = None if guardian is None else person(guardian).key
    return SubjectDelegate(person("citizen").key, custodian, key, world.time_ms + DAY_MS)


def test_an_authority_binds_a_fresh_key_once(world: World, authority: Actor) -> None:
    world.do(binding(world), authority)
    assert SUBJECTS.known(world.state, person("citizen").key).authority == authority.id
    assert world.refused(binding(world), authority) is Code.BAD_BINDING


def test_only_an_authority_binds_and_alone(world: World, authority: Actor) -> None:
    assert world.refused(binding(world), authority, world.governor(0)) is Code.SCHEMA
    assert world.refused(binding(world), world.governor(0)) is Code.NO_RIGHT


def test_a_partys_key_is_no_pseudonym(world: World, authority: Actor) -> None:
    taken = replace(binding(world), sid=authority.key)
    assert world.refused(taken, authority) is Code.TAKEN


def test_a_binding_has_an_end_within_the_parameter(world: World, authority: Actor) -> None:
    over = replace(binding(world), until_ms=world.time_ms)
    assert world.refused(over, authority) is Code.DEADLINE_PASSED
    longest = world.parameter(ParameterName.SUBJECT_TERM_MAX_MS)
    beyond = replace(binding(world), until_ms=world.block_context().time_ms + longest + 1_001)
    assert world.refused(beyond, authority) is Code.OUT_OF_BOUNDS


def test_a_pseudonym_serves_one_matter_and_is_charged_to_its_user(
    world: World, authority: Actor
) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    world.do(binding(world), authority)
    sid = person("citizen").key
    signed = world.transaction(delegation(world, guardian="x", custodian=None), person("citizen"))
    assert (
        organisation_of(world.state, signed)
        == PARTIES.known(world.state, authority.id).organisation
    )
    first = salted("matter 1")
    for _ in range(2):
        world.change(
            lambda context: dedicate_subject(context, sid, matter=first, user=bank.id, where="sid")
        )
    assert organisation_of(world.state, signed) == PARTIES.known(world.state, bank.id).organisation
    with pytest.raises(Refused) as refused:
        world.change(
            lambda context: dedicate_subject(
                context, sid, matter=salted("matter 2"), user=bank.id, where="sid"
            )
        )
    assert refused.value.refusal.code is Code.BAD_BINDING


def test_a_person_names_a_custodian(world: World, authority: Actor) -> None:
    custodian = world.actor("custodian", PartyKind.CARRIER, Right.CARRY)
    world.do(binding(world), authority)
    world.do(delegation(world, guardian=None, custodian=custodian.id), person("citizen"))
    key = (person("citizen").key, DelegationScope.CUSTODIAN)
    assert DELEGATIONS.known(world.state, key).custodian == custodian.id
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    unable = delegation(world, guardian=None, custodian=bank.id)
    assert world.refused(unable, person("citizen")) is Code.NO_RIGHT


def test_the_authority_names_a_minors_guardian(world: World, authority: Actor) -> None:
    world.do(binding(world, kind=SubjectKind.MINOR), authority)
    guarded = delegation(world, guardian="parent", custodian=None)
    assert world.refused(guarded, authority) is Code.BAD_DELEGATION
    world.do(binding(world, "parent"), authority)
    assert world.refused(guarded, person("citizen")) is Code.BAD_DELEGATION
    world.do(guarded, authority)
    key = (person("citizen").key, DelegationScope.GUARDIAN)
    assert DELEGATIONS.known(world.state, key).guardian == person("parent").key


def test_a_minor_is_nobodys_guardian(world: World, authority: Actor) -> None:
    world.do(binding(world), authority)
    world.do(binding(world, "child", SubjectKind.MINOR), authority)
    guarded = delegation(world, guardian="child", custodian=None)
    assert world.refused(guarded, authority) is Code.BAD_DELEGATION
    own = delegation(world, guardian="citizen", custodian=None)
    assert world.refused(own, authority) is Code.BAD_DELEGATION


def test_a_delegation_names_exactly_one_delegate(world: World, authority: Actor) -> None:
    custodian = world.actor("custodian", PartyKind.CARRIER, Right.CARRY)
    world.do(binding(world), authority)
    world.do(binding(world, "parent"), authority)
    none = delegation(world, guardian=None, custodian=None)
    assert world.refused(none, person("citizen")) is Code.BAD_DELEGATION
    both = delegation(world, guardian="parent", custodian=custodian.id)
    assert world.refused(both, person("citizen")) is Code.BAD_DELEGATION


def test_another_authority_does_not_delegate(world: World, authority: Actor) -> None:
    other = world.actor("other authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    world.do(binding(world), authority)
    world.do(binding(world, "parent"), authority)
    guarded = delegation(world, guardian="parent", custodian=None)
    assert world.refused(guarded, other) is Code.NO_RIGHT


def test_after_its_end_a_binding_binds_nothing(world: World, authority: Actor) -> None:
    world.do(binding(world), authority)
    world.do(binding(world, "parent"), authority)
    world.wait(DAY_MS)
    guarded = delegation(world, guardian="parent", custodian=None)
    assert world.refused(guarded, authority) is Code.BINDING_EXPIRED
    unknown = replace(guarded, sid=person("nobody").key)
    assert world.refused(unknown, authority) is Code.BAD_BINDING


def test_an_unsound_pseudonym_signs_nothing(world: World, authority: Actor) -> None:
    """Binding does not examine the point of a key, because the verifier refuses the unsound ones.

    R = A = identity and S = 0 satisfies the bare equation for every message.
    """
    identity = bytes([1]) + bytes(31)
    weak = replace(person("weak"), key=b"\x01" + identity)
    world.do(replace(binding(world), sid=weak.key), authority)
    forged = b"\x01" + identity + bytes(32)
    assert not verify(weak.key, b"any message", forged)


def test_a_delegation_is_signed_by_one_and_ends_within_the_parameter(
    world: World, authority: Actor
) -> None:
    world.do(binding(world), authority)
    world.do(binding(world, "parent"), authority)
    guarded = delegation(world, guardian="parent", custodian=None)
    assert world.refused(guarded, authority, world.governor(0)) is Code.SCHEMA
    longest = world.parameter(ParameterName.DELEGATION_TERM_MAX_MS)
    beyond = replace(guarded, until_ms=world.block_context().time_ms + longest + 1)
    assert world.refused(beyond, authority) is Code.OUT_OF_BOUNDS


def test_an_authority_that_lost_its_right_delegates_no_more(world: World, authority: Actor) -> None:
    world.do(binding(world), authority)
    world.do(binding(world, "parent"), authority)
    world.govern(RightWithdraw(authority.id, Right.IDENTIFY))
    guarded = delegation(world, guardian="parent", custodian=None)
    assert world.refused(guarded, authority) is Code.NO_RIGHT
