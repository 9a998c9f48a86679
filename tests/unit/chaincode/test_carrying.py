"""Carry mode: the person delivers from their own safe-box to the user that their consent names."""

from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentGrant
from chaincode.delivery.carrying import AssetCarry
from chaincode.delivery.records import ASSETS, AssetStatus
from chaincode.membership.records import SubjectKind
from chaincode.membership.right import RightAssign
from chaincode.membership.subject import SubjectDelegate
from chaincode.rights import PartyKind, Right
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, WRAP, City
from tests.unit.chaincode.world import Actor, envelope_key, salted

SOURCE = salted("safe-box")
ORDER_KEY = envelope_key("order")


@pytest.fixture
def city() -> City:
    return City.founded()


def asked(city: City, somebody: Actor, key: bytes | None = ORDER_KEY) -> bytes:
    """Return a request that names the user's key."""
    matter = city.world.do(city.matter_open(), city.bank)
    request = replace(city.consent_request(matter, somebody.key), receiving_key=key)
    return city.world.do(request, city.bank)


def carried_line(city: City, signer: Actor, consent: bytes) -> bytes:
    """Return a line whose carried envelope the bank holds."""
    line = city.ordered(consent)
    body = replace(city.envelope_prepare(line), source=SOURCE)
    city.world.do(city.with_header_hash(body), signer)
    city.world.do(city.acknowledgement(line), city.bank)
    return line


def test_the_person_prepares_and_releases_instead_of_the_deliverer(city: City) -> None:
    somebody = city.bound()
    consent = asked(city, somebody)
    city.world.do(ConsentGrant(consent, city.notice, None), somebody)
    line = carried_line(city, somebody, consent)
    for other in (city.deliverer, city.bound(), city.bank):
        assert city.world.refused(city.release(line), other) is Code.WRONG_SUBJECT
    city.world.do(city.release(line), somebody)
    record = LINES.known(city.world.state, line)
    assert record.state is LineState.RELEASED
    assert record.asset is not None
    asset = ASSETS.known(city.world.state, record.asset)
    assert (asset.status, asset.source) == (AssetStatus.USABLE, SOURCE)


def test_only_the_user_whose_key_the_consent_names_is_carried_to(city: City) -> None:
    """E318: without its key in the consent there is nothing the person agreed to seal for."""
    somebody = city.bound()
    consent = asked(city, somebody, None)
    city.world.do(ConsentGrant(consent, city.notice, None), somebody)
    line = city.ordered(consent)
    body = city.with_header_hash(replace(city.envelope_prepare(line), source=SOURCE))
    assert city.world.refused(body, somebody) is Code.CONSENT_ALTERED
    assert city.world.refused(city.envelope_prepare(line), somebody) is Code.NO_RIGHT


def test_a_custodian_is_never_the_user_of_the_matter(city: City) -> None:
    """E105, also when the delegation comes after the consent."""
    somebody = city.bound()
    consent = asked(city, somebody)
    city.world.do(ConsentGrant(consent, city.notice, None), somebody)
    line = carried_line(city, somebody, consent)
    custodian = city.world.actor("custodian", PartyKind.CARRIER, Right.CARRY)
    city.world.govern(RightAssign(city.bank.id, Right.CARRY, None))
    until = city.now_ms + DAY
    city.world.do(SubjectDelegate(somebody.key, city.bank.id, None, until), somebody)
    assert city.world.refused(city.release(line), city.bank) is Code.BAD_DELEGATION
    assert city.world.refused(city.release(line), custodian) is Code.WRONG_SUBJECT
    city.world.do(SubjectDelegate(somebody.key, custodian.id, None, until), somebody)
    city.world.do(city.release(line), custodian)


def test_a_minor_is_carried_for_by_a_guardian_with_a_fresh_pseudonym(city: City) -> None:
    """E317 without one; a guardian's pseudonym serves one matter (E103)."""
    guardian = city.bound()
    lines: list[bytes] = []
    for _ in range(2):
        child = city.bound(SubjectKind.MINOR)
        consent = asked(city, child)
        grant = ConsentGrant(consent, city.notice, None)
        assert city.world.refused(grant, child) is Code.GUARDIAN_NEEDED
        delegate = SubjectDelegate(child.key, None, guardian.key, city.now_ms + DAY)
        city.world.do(delegate, city.identity)
        if lines:
            assert city.world.refused(grant, guardian) is Code.BAD_BINDING
            continue
        city.world.do(grant, guardian)
        lines.append(carried_line(city, guardian, consent))
        assert city.world.refused(city.release(lines[0]), child) is Code.GUARDIAN_NEEDED
        city.world.do(city.release(lines[0]), guardian)


def test_the_person_adds_a_copy_for_another_key_of_theirs(city: City) -> None:
    """The copies stand apart from the header's wraps, and there are at most eight of both."""
    somebody = city.bound()
    consent, _ = city.requested(somebody)
    copy_key = envelope_key("safe-box")
    city.world.do(ConsentGrant(consent, city.notice, copy_key), somebody)
    line = city.ordered(consent)
    body = city.envelope_prepare(line)
    asset = city.world.do(replace(body, wraps=(WRAP,)), city.deliverer)
    carry = AssetCarry(asset, envelope_key("other device"), WRAP)
    assert city.world.refused(carry, city.bank) is Code.WRONG_SUBJECT
    assert city.world.refused(replace(carry, key=copy_key), somebody) is Code.TAKEN
    city.world.do(carry, somebody)
    assert city.world.refused(carry, somebody) is Code.TAKEN
    for number in range(6):
        city.world.do(replace(carry, key=envelope_key(f"device {number}")), somebody)
    one_more = replace(carry, key=envelope_key("one more"))
    assert city.world.refused(one_more, somebody) is Code.RATE_LIMIT
    assert len(ASSETS.known(city.world.state, asset).wraps) == 1


def test_without_a_copy_there_is_nothing_to_carry(city: City) -> None:
    consent, somebody = city.granted()
    line = city.ordered(consent)
    asset = city.world.do(city.envelope_prepare(line), city.deliverer)
    carry = AssetCarry(asset, envelope_key("device"), WRAP)
    assert city.world.refused(carry, somebody) is Code.CONSENT_ALTERED
