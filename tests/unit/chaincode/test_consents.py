"""Consents: asked for without a wildcard, answered by the person alone, ended for good."""

from dataclasses import replace

import pytest

from chaincode.admission import require_protective_first
from chaincode.authorization.consents import ConsentDeny, ConsentGrant, ConsentRevoke
from chaincode.authorization.matters import MatterClose
from chaincode.authorization.records import (
    CONSENTS,
    AmountBucket,
    ConsentKind,
    ConsentStatus,
    MatterOutcome,
)
from chaincode.delivery.records import ASSETS
from chaincode.ids import part_id
from chaincode.membership.records import SubjectKind
from chaincode.membership.subject import SubjectDelegate
from chaincode.parameters import ParameterName
from chaincode.registration.product import ProductReason, ProductSuspend
from chaincode.rights import PartyKind, Right
from chaincode.settlement.accounts import free_balance
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.freezes import FreezeSet
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trading.records import LINES, LineState, RefundReason
from chaincode.versions import VERSION_KNOWN
from ledger.refusal import Code, Refused
from tests.unit.chaincode.city import ALL_FIELDS, CREDIT, DAY, FUNDS, MARKETING, City, varied
from tests.unit.chaincode.world import codes, envelope_key, person, salted, signing_key


@pytest.fixture
def city() -> City:
    return City.founded()


def status(city: City, consent: bytes) -> ConsentStatus:
    return CONSENTS.known(city.world.state, consent).status


def grant(city: City, consent: bytes) -> ConsentGrant:
    return ConsentGrant(consent, city.notice, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"matter": salted("unknown")}, Code.NOT_FOUND),
        ({"product": salted("unknown")}, Code.NOT_FOUND),
        ({"sid": signing_key("nobody")}, Code.BAD_BINDING),
        ({"product_version": 2}, Code.WRONG_PRODUCT),
        ({"purpose": MARKETING}, Code.WRONG_PURPOSE),
        ({"purpose": 1}, Code.WRONG_PURPOSE),
        ({"fields": 0}, Code.BLANKET_CONSENT),
        ({"fields": ALL_FIELDS}, Code.WRONG_FIELDS),
        ({"max_uses": 0}, Code.BLANKET_CONSENT),
        ({"max_uses": 2}, Code.BLANKET_CONSENT),
        ({"kind": ConsentKind.MATTER, "max_uses": 9}, Code.BLANKET_CONSENT),
        ({"kind": ConsentKind.MATTER, "max_uses": 0}, Code.BLANKET_CONSENT),
        ({"answer_until_ms": 0}, Code.DEADLINE_PASSED),
        ({"answer_until_ms": 2**50}, Code.TERM_TOO_LONG),
        ({"until_ms": 2**50}, Code.TERM_TOO_LONG),
        ({"retention_until_ms": 2**50}, Code.TERM_TOO_LONG),
        ({"retention_until_ms": 0}, Code.TERM_TOO_LONG),
        ({"notice": salted("another notice")}, Code.NOTICE_MISSING),
    ],
)
def test_an_unsound_request_is_refused(city: City, changes: dict[str, object], code: Code) -> None:
    """No wildcard, no wider purpose or field set, no other version or notice, no long term."""
    matter = city.world.do(city.matter_open(), city.bank)
    body = varied(city.consent_request(matter, city.bound().key), changes)
    assert city.world.refused(body, city.bank) is code


def test_a_request_belongs_to_the_user_of_its_matter(city: City) -> None:
    matter = city.world.do(city.matter_open(), city.bank)
    body = city.consent_request(matter, city.bound().key)
    assert city.world.refused(body, city.other_bank) is Code.WRONG_USER
    assert city.world.refused(body, city.holder) is Code.NO_RIGHT
    city.world.do(MatterClose(matter, MatterOutcome.WITHDRAWN, AmountBucket.NONE), city.bank)
    assert city.world.refused(body, city.bank) is Code.MATTER_CLOSED


def test_a_pseudonym_serves_one_matter_only(city: City) -> None:
    """Two matters of one person share no value (I22)."""
    somebody = city.bound()
    city.requested(somebody)
    other = city.world.do(city.matter_open(), city.bank)
    body = city.consent_request(other, somebody.key)
    assert city.world.refused(body, city.bank) is Code.BAD_BINDING


def test_asking_again_and_again_is_refused(city: City) -> None:
    """X36: after a denial the user may ask again, but not without end."""
    consent, somebody = city.requested()
    matter = CONSENTS.known(city.world.state, consent).matter
    for _ in range(city.world.parameter(ParameterName.CONSENT_REQUESTS_MAX) - 1):
        city.world.do(ConsentDeny(consent), somebody)
        consent = city.world.do(city.consent_request(matter, somebody.key), city.bank)
    city.world.do(ConsentDeny(consent), somebody)
    again = city.consent_request(matter, somebody.key)
    assert city.world.refused(again, city.bank) is Code.RATE_LIMIT


def test_all_consents_of_a_matter_share_its_uses(city: City) -> None:
    """一事一授权: the matter says how often data may be used in all; a denial gives uses back."""
    matter = city.world.do(city.matter_open(), city.bank)
    first, second = city.bound(), city.bound()
    wide = {"kind": ConsentKind.MATTER, "max_uses": 8}
    asked = city.world.do(varied(city.consent_request(matter, first.key), wide), city.bank)
    body = city.consent_request(matter, second.key)
    assert city.world.refused(body, city.bank) is Code.BLANKET_CONSENT
    city.world.do(ConsentDeny(asked), first)
    city.world.do(city.consent_request(matter, second.key), city.bank)


def test_only_the_person_answers(city: City) -> None:
    """X33: neither another person, nor the user, nor an unknown key can grant."""
    consent, somebody = city.requested()
    stranger = city.bound()
    assert city.world.refused(grant(city, consent), stranger) is Code.WRONG_SUBJECT
    assert city.world.refused(grant(city, consent), city.bank) is Code.WRONG_SUBJECT
    assert city.world.refused(ConsentDeny(consent), stranger) is Code.WRONG_SUBJECT
    assert city.world.refused(ConsentRevoke(consent, False), stranger) is Code.WRONG_SUBJECT
    city.world.do(grant(city, consent), somebody)
    assert status(city, consent) is ConsentStatus.GRANTED


def test_an_answer_is_given_once(city: City) -> None:
    """X1: a signed grant is worth nothing for a second time or another request."""
    consent, somebody = city.granted()
    assert city.world.refused(grant(city, consent), somebody) is Code.BAD_STATE
    assert city.world.refused(ConsentDeny(consent), somebody) is Code.BAD_STATE
    assert city.world.refused(grant(city, salted("other")), somebody) is Code.NOT_FOUND


def test_what_was_shown_must_be_what_is_registered(city: City) -> None:
    consent, somebody = city.requested()
    body = ConsentGrant(consent, salted("another text"), None)
    assert city.world.refused(body, somebody) is Code.CONSENT_ALTERED


def test_a_denied_request_stays_denied(city: City) -> None:
    consent, somebody = city.requested()
    city.world.do(ConsentDeny(consent), somebody)
    assert status(city, consent) is ConsentStatus.DENIED
    assert city.world.refused(grant(city, consent), somebody) is Code.BAD_STATE
    order = city.order_place(consent)
    assert city.world.refused(order, city.bank) is Code.CONSENT_NOT_GRANTED


def test_a_request_lapses_and_a_consent_expires_by_time_alone(city: City) -> None:
    asked, _ = city.requested()
    given, _ = city.granted()
    line = city.ordered(given)
    city.world.wait(60_000)
    assert status(city, asked) is ConsentStatus.LAPSED
    city.world.wait(DAY)
    assert status(city, given) is ConsentStatus.EXPIRED
    assert LINES.known(city.world.state, line).state is LineState.REFUNDED
    assert free_balance(city.world.state, city.bank.id) == FUNDS


def test_a_binding_must_hold_to_grant_but_never_to_refuse(city: City) -> None:
    """The person's own key protects them for as long as there is anything to protect."""
    somebody = city.bound(term_ms=20_000)
    consent, _ = city.requested(somebody)
    city.world.wait(20_000)
    assert city.world.refused(grant(city, consent), somebody) is Code.BINDING_EXPIRED
    city.world.do(ConsentRevoke(consent, False), somebody)
    assert status(city, consent) is ConsentStatus.REVOKED


def test_a_minor_needs_a_guardian(city: City) -> None:
    """X35: the child's own key grants nothing, the recorded guardian's fresh pseudonym does."""
    child, guardian = city.bound(SubjectKind.MINOR), city.bound()
    consent, _ = city.requested(child)
    assert city.world.refused(grant(city, consent), child) is Code.GUARDIAN_NEEDED
    assert city.world.refused(grant(city, consent), guardian) is Code.WRONG_SUBJECT
    delegation = SubjectDelegate(child.key, None, guardian.key, city.now_ms + DAY)
    city.world.do(delegation, city.identity)
    city.world.do(grant(city, consent), guardian)
    assert not CONSENTS.known(city.world.state, consent).custodial
    city.world.do(ConsentRevoke(consent, False), child)
    assert status(city, consent) is ConsentStatus.REVOKED


def test_a_custodian_grants_visibly_and_the_person_always_wins(city: City) -> None:
    """X34: custodial consents are marked; the person's own key revokes them."""
    custodian = city.world.actor("custodian", PartyKind.CARRIER, Right.CARRY)
    consent, somebody = city.requested()
    delegation = SubjectDelegate(somebody.key, custodian.id, None, city.now_ms + DAY)
    city.world.do(delegation, somebody)
    city.world.do(grant(city, consent), custodian)
    assert CONSENTS.known(city.world.state, consent).custodial
    city.world.do(ConsentRevoke(consent, False), somebody)
    assert status(city, consent) is ConsentStatus.REVOKED


def test_a_custodian_is_never_the_user(city: City) -> None:
    """Who wants the data cannot permit it to itself."""
    keeper = city.world.actor("keeping bank", PartyKind.USER, Right.CARRY, Right.USE)
    somebody = city.bound()
    matter = city.world.do(city.matter_open(), keeper)
    consent = city.world.do(city.consent_request(matter, somebody.key), keeper)
    delegation = SubjectDelegate(somebody.key, keeper.id, None, city.now_ms + DAY)
    city.world.do(delegation, somebody)
    assert city.world.refused(grant(city, consent), keeper) is Code.BAD_DELEGATION


def test_revocation_refunds_what_is_not_released(city: City) -> None:
    consent, somebody = city.granted()
    line = city.acknowledged(consent)
    city.world.do(ConsentRevoke(consent, False), somebody)
    record = LINES.known(city.world.state, line)
    assert record.state is LineState.REFUNDED
    assert record.refund_reason is RefundReason.CONSENT_REVOKED
    assert free_balance(city.world.state, city.bank.id) == FUNDS
    assert city.world.refused(city.order_place(consent), city.bank) is Code.CONSENT_REVOKED
    assert city.world.refused(city.release(line), city.deliverer) is Code.CONSENT_REVOKED


def test_revocation_and_release_in_one_block(city: City) -> None:
    """X9, X10: a block may only hold the revocation first, and then the release is refused."""
    consent, somebody = city.granted()
    line = city.acknowledged(consent)
    revoke = city.world.transaction(ConsentRevoke(consent, False), somebody)
    release = city.world.transaction(city.release(line), city.deliverer)
    with pytest.raises(Refused) as caught:
        require_protective_first((release, revoke), VERSION_KNOWN)
    assert caught.value.refusal.code is Code.BAD_BODY
    require_protective_first((revoke, release), VERSION_KNOWN)
    assert codes(city.world.block(revoke, release)) == [Code.OK, Code.CONSENT_REVOKED]
    assert free_balance(city.world.state, city.bank.id) == FUNDS


def test_revocation_and_grant_in_one_block(city: City) -> None:
    """A revoked request is closed for good: the grant that stands behind it fails."""
    consent, somebody = city.requested()
    revoke = city.world.transaction(ConsentRevoke(consent, False), somebody)
    given = city.world.transaction(grant(city, consent), somebody)
    assert codes(city.world.block(revoke, given)) == [Code.OK, Code.BAD_STATE]
    assert status(city, consent) is ConsentStatus.REVOKED


def test_revocation_after_release_undoes_nothing_but_can_demand_erasure(city: City) -> None:
    """A use that is over cannot be taken back; the data must then be erased soon."""
    matter = city.world.do(city.matter_open(), city.bank)
    somebody = city.bound()
    request = varied(
        city.consent_request(matter, somebody.key), {"kind": ConsentKind.MATTER, "max_uses": 2}
    )
    consent = city.world.do(request, city.bank)
    city.world.do(grant(city, consent), somebody)
    line = city.released(consent)
    before = LINES.known(city.world.state, line)
    city.world.do(ConsentRevoke(consent, True), somebody)
    assert LINES.known(city.world.state, line) == before
    assert before.asset is not None
    soon = city.now_ms + city.world.parameter(ParameterName.ERASURE_TERM_MS)
    assert ASSETS.known(city.world.state, before.asset).erase_until_ms == soon


def test_an_exhausted_consent_cannot_be_revoked(city: City) -> None:
    consent, somebody = city.granted()
    city.released(consent)
    assert status(city, consent) is ConsentStatus.EXHAUSTED
    assert city.world.refused(ConsentRevoke(consent, False), somebody) is Code.BAD_STATE


def test_a_named_receiving_key_is_the_only_one(city: City) -> None:
    """Where the person names the user's key, an order with another one is refused."""
    matter = city.world.do(city.matter_open(), city.bank)
    somebody = city.bound()
    body = varied(
        city.consent_request(matter, somebody.key), {"receiving_key": envelope_key("named")}
    )
    consent = city.world.do(body, city.bank)
    city.world.do(grant(city, consent), somebody)
    order = city.order_place(consent)
    assert city.world.refused(order, city.bank) is Code.CONSENT_ALTERED
    city.world.do(replace(order, receiving_key=envelope_key("named")), city.bank)


def test_a_request_names_its_purpose_and_narrower_ones(city: City) -> None:
    """The subtree counts: a consent to assess credit covers assessing a small loan."""
    consent, _ = city.granted()
    assert CONSENTS.known(city.world.state, consent).purpose == CREDIT
    order = city.order_place(consent)
    narrow = replace(order, lines=(replace(order.lines[0], purpose=11),))
    line = part_id(city.world.do(narrow, city.bank), 0)
    assert LINES.known(city.world.state, line).purpose == 11


def test_a_stranger_key_is_no_subject(city: City) -> None:
    consent, _ = city.requested()
    outsider = person("outsider")
    transaction = city.world.transaction(grant(city, consent), outsider)
    assert codes(city.world.block(transaction)) == [Code.WRONG_SUBJECT]


def frozen(city: City, kind: TargetKind, target: bytes) -> None:
    """Freeze a target under a case of its own."""
    opening = CaseOpen((Target(kind, target),), LegalBasis.COMPLAINT, None)
    case = city.world.do(opening, city.supervisor)
    signers = [city.supervisor]
    if kind is TargetKind.PARTY:
        signers.append(city.other_supervisor)
    city.world.do(FreezeSet(case, target, city.now_ms + DAY), *signers)


@pytest.mark.parametrize("kind", [TargetKind.PARTY, TargetKind.PRODUCT])
def test_nothing_frozen_asks_or_is_asked_for(city: City, kind: TargetKind) -> None:
    matter = city.world.do(city.matter_open(), city.bank)
    body = city.consent_request(matter, city.bound().key)
    frozen(city, kind, city.bank.id if kind is TargetKind.PARTY else city.product)
    assert city.world.refused(body, city.bank) is Code.FROZEN


def test_a_suspended_product_is_not_asked_for(city: City) -> None:
    matter = city.world.do(city.matter_open(), city.bank)
    body = city.consent_request(matter, city.bound().key)
    city.world.do(ProductSuspend(city.product, ProductReason.DEFECT), city.operator)
    assert city.world.refused(body, city.bank) is Code.PRODUCT_NOT_ACTIVE


def test_a_notice_names_the_kind_of_user(city: City) -> None:
    """A person is told which kind of body asks; another kind needs a notice of its own."""
    insurer = city.world.actor("agency", PartyKind.CARRIER, Right.USE)
    matter = city.world.do(city.matter_open(), insurer)
    body = city.consent_request(matter, city.bound().key)
    assert city.world.refused(body, insurer) is Code.NOTICE_MISSING


def test_a_consent_does_not_outlive_its_matter(city: City) -> None:
    """Not even where the data may be kept for longer."""
    matter = city.world.do(city.matter_open(), city.bank)
    body = city.consent_request(matter, city.bound().key)
    long = replace(body, until_ms=city.now_ms + 40 * DAY, retention_until_ms=city.now_ms + 60 * DAY)
    assert city.world.refused(long, city.bank) is Code.TERM_TOO_LONG
