"""Keys: rotation at once or later, recovery with a delay the owner can use, no key twice."""

import pytest

from chaincode.admission import refuse_at_door
from chaincode.membership.key import KeyRotate
from chaincode.membership.party import PartyApply, PartyExit, PartyReason, PartySuspend
from chaincode.membership.proposal import ProposalOpen
from chaincode.membership.purpose import PurposeDefine
from chaincode.membership.records import KEYS, PARTIES, SubjectKind
from chaincode.membership.subject import SubjectBind
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code
from tests.unit.chaincode.world import (
    Actor,
    World,
    codes,
    envelope_key,
    person,
    salted,
    signing_key,
)

DEFINE = ProposalOpen(PurposeDefine(7, "purpose", None, sensitive=False))


@pytest.fixture
def world() -> World:
    return World.founded()


def rotation(party: Actor, name: str, from_height: int) -> KeyRotate:
    return KeyRotate(party.id, signing_key(name), None, from_height)


def test_the_old_key_ends_where_the_new_one_begins(world: World) -> None:
    owner = world.governor(0)
    height = world.height + 4
    world.do(rotation(owner, "new", height), owner, person("new"))
    while world.height + 1 < height:
        assert world.refused(DEFINE, person("new")) is Code.KEY_REVOKED
    transaction = world.transaction(DEFINE, owner)
    refusal = refuse_at_door(world.state, transaction, world.block_context())
    assert refusal is not None
    assert refusal.code is Code.UNKNOWN_SIGNER
    world.do(DEFINE, person("new"))


def test_within_one_block_the_rotation_comes_first_and_the_old_key_is_over(world: World) -> None:
    owner = world.governor(0)
    rotate = world.transaction(rotation(owner, "new", world.height + 1), owner, person("new"))
    stolen = world.transaction(DEFINE, owner)
    assert codes(world.block(rotate, stolen)) == [Code.OK, Code.KEY_REVOKED]


def test_a_key_is_never_used_again(world: World) -> None:
    owner = world.governor(0)
    world.do(rotation(owner, "new", world.height + 1), owner, person("new"))
    back = KeyRotate(owner.id, owner.key, None, world.height + 1)
    assert world.refused(back, person("new"), owner) is Code.TAKEN


def test_a_rotation_needs_the_new_keys_signature_and_a_height_to_come(world: World) -> None:
    owner = world.governor(0)
    now = rotation(owner, "new", world.height + 1)
    assert world.refused(now, owner) is Code.MISSING_COSIGNER
    assert world.refused(now, owner, person("else")) is Code.MISSING_COSIGNER
    past = rotation(owner, "new", world.height)
    assert world.refused(past, owner, person("new")) is Code.OUT_OF_BOUNDS
    nothing = KeyRotate(owner.id, None, None, 0)
    assert world.refused(nothing, owner) is Code.SCHEMA


def test_the_envelope_key_changes_at_once_and_alone(world: World) -> None:
    owner = world.governor(0)
    world.do(KeyRotate(owner.id, None, envelope_key("new"), 0), owner)
    party = PARTIES.known(world.state, owner.id)
    assert party.kem_key == envelope_key("new")
    assert party.sign_key == owner.key


def test_a_suspended_party_still_rotates(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    world.govern(PartySuspend(bank.id, PartyReason.KEY_COMPROMISE))
    world.do(rotation(bank, "new", world.height + 1), bank, person("new"))


def test_nobody_rotates_for_another_but_an_identity_authority(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    stranger = rotation(bank, "new", world.height + 1)
    assert world.refused(stranger, world.governor(0), person("new")) is Code.NO_RIGHT


def test_a_recovery_takes_effect_after_its_delay(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    authority = world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    delay = world.parameter(ParameterName.KEY_RECOVERY_BLOCKS)
    early = rotation(bank, "new", world.height + delay)
    assert world.refused(early, authority, person("new")) is Code.OUT_OF_BOUNDS
    height = world.height + 1 + delay
    world.do(rotation(bank, "new", height), authority, person("new"))
    while world.height + 1 < height:
        assert world.refused(DEFINE, bank) is Code.NO_RIGHT
    assert world.refused(DEFINE, person("new")) is Code.NO_RIGHT
    assert KEYS.known(world.state, bank.key).until_height == height


def test_the_owner_undoes_a_recovery_by_rotating(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    authority = world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    height = world.height + 1 + world.parameter(ParameterName.KEY_RECOVERY_BLOCKS)
    world.do(rotation(bank, "thief", height), authority, person("thief"))
    second = rotation(bank, "other", height + 100)
    assert world.refused(second, authority, person("other")) is Code.BAD_STATE
    world.do(rotation(bank, "own", world.height + 1), bank, person("own"))
    assert KEYS.get(world.state, signing_key("thief")) is None
    assert PARTIES.known(world.state, bank.id).sign_key == signing_key("own")


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        (PartyKind.SUPERVISOR, Right.WATCH),
        (PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY),
    ],
)
def test_an_identity_authority_cannot_become_another_power(
    world: World, kind: PartyKind, right: Right
) -> None:
    authority = world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    power = world.actor("power", kind, right)
    recovery = rotation(power, "new", world.height + 1_000)
    assert world.refused(recovery, authority, person("new")) is Code.ROLE_CONFLICT


def test_a_recovery_never_changes_the_envelope_key(world: World) -> None:
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    authority = world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    height = world.height + 1_000
    both = KeyRotate(bank.id, signing_key("new"), envelope_key("new"), height)
    assert world.refused(both, authority, person("new")) is Code.SCHEMA


def test_who_has_left_or_only_applied_changes_no_keys(world: World) -> None:
    authority = world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    application = PartyApply(
        "applicant",
        PartyKind.USER,
        None,
        signing_key("applicant"),
        envelope_key("applicant"),
        salted("licence"),
    )
    applicant = world.do(application, world.governor(0), person("applicant"))
    far = world.height + 1_000
    recovery = KeyRotate(applicant, signing_key("new"), None, far)
    assert world.refused(recovery, authority, person("new")) is Code.PARTY_NOT_ACTIVE
    own = KeyRotate(applicant, None, envelope_key("new"), 0)
    assert world.refused(own, person("applicant")) is Code.PARTY_NOT_ACTIVE
    bank = world.actor("bank", PartyKind.USER, Right.USE)
    world.govern(PartyExit(bank.id, PartyReason.OWN_WISH))
    gone = KeyRotate(bank.id, None, envelope_key("new"), 0)
    assert world.refused(gone, bank) is Code.PARTY_NOT_ACTIVE


def test_a_revoked_key_rotates_nothing(world: World) -> None:
    """A thief with the old key cannot take the party back."""
    owner = world.governor(0)
    world.do(rotation(owner, "new", world.height + 1), owner, person("new"))
    back = rotation(owner, "thief", world.height + 1)
    assert world.refused(back, owner, person("thief")) is Code.KEY_REVOKED
    kem = KeyRotate(owner.id, None, envelope_key("thief"), 0)
    assert world.refused(kem, owner) is Code.KEY_REVOKED


def test_a_pseudonym_becomes_no_partys_key(world: World) -> None:
    authority = world.actor("authority", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY)
    bound = SubjectBind(
        signing_key("sid"), SubjectKind.PERSON, salted("identity"), world.time_ms + 60_000
    )
    world.do(bound, authority)
    owner = world.governor(0)
    taken = rotation(owner, "sid", world.height + 1)
    assert world.refused(taken, owner, person("sid")) is Code.TAKEN
