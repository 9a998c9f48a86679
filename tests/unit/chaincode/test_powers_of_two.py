"""What takes two supervisors: to suspend a party, to freeze money, to freeze all business."""

import pytest

from chaincode.ids import account_id, part_id
from chaincode.membership.party import PartyReason, PartyResume
from chaincode.membership.party import PartySuspend as GovernanceSuspend
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.money import CreditBurn
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.freezes import FreezeSet
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.supervision.suspensions import SuspensionLift, SuspensionSet
from chaincode.trading.orders import OrderCancel
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, FUNDS, City
from tests.unit.chaincode.world import salted

INVESTIGATION = PartyReason.INVESTIGATION


@pytest.fixture
def city() -> City:
    return City.founded()


def case_on(city: City, kind: TargetKind, target: bytes) -> bytes:
    opening = CaseOpen((Target(kind, target),), LegalBasis.COMPLAINT, None)
    return city.world.do(opening, city.supervisor)


def status(city: City) -> PartyStatus:
    return PARTIES.known(city.world.state, city.bank.id).status


def test_two_supervisors_suspend_and_resume_a_party_of_their_case(city: City) -> None:
    case = case_on(city, TargetKind.PARTY, city.bank.id)
    body = SuspensionSet(case, city.bank.id, INVESTIGATION)
    two = (city.supervisor, city.other_supervisor)
    assert city.world.refused(body, city.authorizer, city.supervisor) is Code.NO_RIGHT
    elsewhere = SuspensionSet(salted("no case"), city.bank.id, INVESTIGATION)
    assert city.world.refused(elsewhere, *two) is Code.CASE_NEEDED
    outside = SuspensionSet(case, city.other_bank.id, INVESTIGATION)
    assert city.world.refused(outside, *two) is Code.FREEZE_TARGET
    assert city.world.refused(body, city.supervisor) is Code.MISSING_COSIGNER
    assert city.world.refused(body, city.supervisor, city.supervisor) is Code.MISSING_COSIGNER
    assert city.world.refused(body, city.supervisor, city.market) is Code.NO_RIGHT
    assert city.world.refused(body, *reversed(two)) is Code.NO_RIGHT
    city.world.do(body, *two)
    assert status(city) is PartyStatus.SUSPENDED
    assert city.world.refused(city.matter_open(), city.bank) is Code.PARTY_NOT_ACTIVE
    assert city.world.refused(body, *two) is Code.BAD_STATE
    lift = SuspensionLift(city.bank.id, PartyReason.RESOLVED)
    assert city.world.refused(lift, *reversed(two)) is Code.NO_RIGHT
    city.world.do(lift, *two)
    assert status(city) is PartyStatus.ACTIVE
    assert city.world.refused(lift, *two) is Code.NOT_FOUND


def test_supervisors_do_not_undo_what_governance_decided(city: City) -> None:
    case = case_on(city, TargetKind.PARTY, city.bank.id)
    two = (city.supervisor, city.other_supervisor)
    city.world.do(SuspensionSet(case, city.bank.id, INVESTIGATION), *two)
    city.world.govern(PartyResume(city.bank.id, PartyReason.RESOLVED))
    city.world.govern(GovernanceSuspend(city.bank.id, PartyReason.BREACH))
    lift = SuspensionLift(city.bank.id, PartyReason.RESOLVED)
    assert city.world.refused(lift, *two) is Code.NOT_FOUND


def test_frozen_money_is_not_spent_and_still_comes_back(city: City) -> None:
    consent, _ = city.granted()
    order = city.world.do(city.order_place(consent), city.bank)
    case = case_on(city, TargetKind.ACCOUNT, city.bank.id)
    freeze = FreezeSet(case, account_id(city.bank.id), city.now_ms + DAY)
    assert city.world.refused(freeze, city.supervisor) is Code.MISSING_COSIGNER
    by_party = FreezeSet(case, city.bank.id, city.now_ms + DAY)
    two = (city.supervisor, city.other_supervisor)
    assert city.world.refused(by_party, *two) is Code.FREEZE_TARGET
    city.world.do(freeze, *two)
    burn = CreditBurn(1, salted("out"))
    assert city.world.refused(burn, city.bank, city.settlement_bank) is Code.FROZEN
    another, _ = city.granted()
    assert city.world.refused(city.order_place(another), city.bank) is Code.FROZEN
    city.world.do(OrderCancel(order, None), city.bank)
    assert free_balance(city.world.state, city.bank.id) == FUNDS


def test_a_frozen_chain_starts_no_business_and_still_refunds(city: City) -> None:
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    another, _ = city.granted()
    second = city.world.do(city.order_place(another), city.bank)
    case = case_on(city, TargetKind.CHAIN, city.world.genesis_hash)
    freeze = FreezeSet(case, city.world.genesis_hash, city.now_ms + DAY)
    assert city.world.refused(freeze, city.supervisor) is Code.MISSING_COSIGNER
    city.world.do(freeze, city.supervisor, city.other_supervisor)
    third, _ = city.granted()
    assert city.world.refused(city.order_place(third), city.bank) is Code.FROZEN
    assert city.world.refused(city.supply(), city.operator) is Code.FROZEN
    prepare = city.envelope_prepare(part_id(second, 0))
    assert city.world.refused(prepare, city.deliverer) is Code.FROZEN
    assert city.world.refused(city.release(line), city.deliverer) is Code.FROZEN
    city.world.do(OrderCancel(second, None), city.bank)
