"""Supervision: a freeze needs a case, stops business, and never stops protection."""

from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentRevoke
from chaincode.delivery.erasure import ErasureAttest, ErasureRequest
from chaincode.freezes import is_frozen
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.money import CreditBurn
from chaincode.settlement.payout import LineSettle
from chaincode.supervision.cases import CaseClose, CaseOpen
from chaincode.supervision.freezes import NEEDS_TWO, FreezeLift, FreezeSet
from chaincode.supervision.records import CASES, CaseStatus, LegalBasis, Target, TargetKind
from chaincode.trading.orders import OrderCancel
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, FUNDS, City
from tests.unit.chaincode.world import Actor, codes, salted


@pytest.fixture
def city() -> City:
    return City.founded()


def case_on(city: City, *targets: tuple[TargetKind, bytes]) -> bytes:
    """Return an open case of the supervisor."""
    rows = tuple(Target(kind, target) for kind, target in targets)
    return city.world.do(CaseOpen(rows, LegalBasis.COMPLAINT, None), city.supervisor)


def freeze(city: City, case: bytes, target: bytes) -> FreezeSet:
    return FreezeSet(case, target, city.now_ms + DAY)


def frozen(city: City, kind: TargetKind, target: bytes) -> bytes:
    """Return the case under which a target is frozen."""
    case = case_on(city, (kind, target))
    signers: tuple[Actor, ...] = (city.supervisor,)
    if kind in NEEDS_TWO:
        signers = (city.supervisor, city.other_supervisor)
    city.world.do(freeze(city, case, Target(kind, target).freeze_id), *signers)
    return case


def test_a_case_is_opened_on_what_exists_and_closed_by_its_supervisor(city: City) -> None:
    unknown = CaseOpen((Target(TargetKind.PRODUCT, city.resource),), LegalBasis.COMPLAINT, None)
    assert city.world.refused(unknown, city.supervisor) is Code.NOT_FOUND
    empty = CaseOpen((), LegalBasis.COMPLAINT, None)
    assert city.world.refused(empty, city.supervisor) is Code.SCHEMA
    sound = replace(unknown, targets=(Target(TargetKind.RESOURCE, city.resource),))
    assert city.world.refused(sound, city.authorizer) is Code.NO_RIGHT
    case = city.world.do(sound, city.supervisor)
    assert city.world.refused(CaseClose(case), city.other_supervisor) is Code.NO_RIGHT
    city.world.do(CaseClose(case), city.supervisor)
    assert CASES.known(city.world.state, case).status is CaseStatus.CLOSED
    assert city.world.refused(CaseClose(case), city.supervisor) is Code.BAD_STATE


@pytest.mark.parametrize("kind", list(TargetKind))
def test_every_kind_of_target_can_be_under_a_case(city: City, kind: TargetKind) -> None:
    consent, _ = city.granted()
    order = city.world.do(city.order_place(consent), city.bank)
    targets = {
        TargetKind.PARTY: city.bank.id,
        TargetKind.PRODUCT: city.product,
        TargetKind.RESOURCE: city.resource,
        TargetKind.GRANT: city.operating_grant,
        TargetKind.CONSENT: consent,
        TargetKind.ORDER: order,
        TargetKind.ACCOUNT: city.bank.id,
        TargetKind.CHAIN: city.world.genesis_hash,
    }
    frozen(city, kind, targets[kind])
    assert is_frozen(city.world.state, Target(kind, targets[kind]).freeze_id, city.now_ms)


def test_a_freeze_needs_an_open_case_that_names_the_target(city: City) -> None:
    """E701 and E704; a supervisor's freeze is always somebody's named proceeding."""
    refused = city.world.refused
    assert refused(freeze(city, salted("?"), city.product), city.supervisor) is Code.CASE_NEEDED
    case = case_on(city, (TargetKind.PRODUCT, city.product))
    body = freeze(city, case, city.product)
    assert refused(freeze(city, case, city.resource), city.supervisor) is Code.FREEZE_TARGET
    assert refused(body, city.other_supervisor) is Code.NO_RIGHT
    assert refused(body, city.authorizer) is Code.NO_RIGHT
    assert refused(replace(body, until_ms=0), city.supervisor) is Code.DEADLINE_PASSED
    longest = city.world.parameter(ParameterName.FREEZE_TERM_MAX_MS)
    too_long = replace(body, until_ms=city.now_ms + longest + DAY)
    assert refused(too_long, city.supervisor) is Code.TERM_TOO_LONG
    city.world.do(CaseClose(case), city.supervisor)
    assert refused(body, city.supervisor) is Code.CASE_NEEDED


def test_a_whole_party_is_frozen_by_two_supervisors(city: City) -> None:
    case = case_on(city, (TargetKind.PARTY, city.bank.id))
    body = freeze(city, case, city.bank.id)
    assert city.world.refused(body, city.supervisor) is Code.MISSING_COSIGNER
    assert city.world.refused(body, city.supervisor, city.authorizer) is Code.NO_RIGHT
    city.world.do(body, city.supervisor, city.other_supervisor)


def test_a_frozen_product_is_not_ordered(city: City) -> None:
    """X18, E009; lifting returns it to its untouched state."""
    consent, _ = city.granted()
    case = frozen(city, TargetKind.PRODUCT, city.product)
    assert city.world.refused(city.order_place(consent), city.bank) is Code.FROZEN
    assert city.world.refused(city.supply(), city.operator) is Code.FROZEN
    assert city.world.refused(CaseClose(case), city.supervisor) is Code.BAD_STATE
    lift = FreezeLift(case, city.product)
    assert city.world.refused(lift, city.other_supervisor) is Code.NO_RIGHT
    city.world.do(lift, city.supervisor)
    assert city.world.refused(lift, city.supervisor) is Code.FREEZE_TARGET
    city.ordered(consent)


@pytest.mark.parametrize(
    "name",
    [
        "user",
        "operator",
        "deliverer",
        "holder",
        "product",
        "resource",
        "operating",
        "delivery",
        "order",
        "consent",
    ],
)
def test_whatever_is_frozen_stops_the_release(city: City, name: str) -> None:
    """Every party, right and object of a delivery, one at a time; the lifted freeze lets it go."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    order = LINES.known(city.world.state, line).order
    targets = {
        "user": (TargetKind.PARTY, city.bank.id),
        "operator": (TargetKind.PARTY, city.operator.id),
        "deliverer": (TargetKind.PARTY, city.deliverer.id),
        "holder": (TargetKind.PARTY, city.holder.id),
        "product": (TargetKind.PRODUCT, city.product),
        "resource": (TargetKind.RESOURCE, city.resource),
        "operating": (TargetKind.GRANT, city.operating_grant),
        "delivery": (TargetKind.GRANT, city.delivery_grant),
        "order": (TargetKind.ORDER, order),
        "consent": (TargetKind.CONSENT, consent),
    }
    kind, target = targets[name]
    case = frozen(city, kind, target)
    assert city.world.refused(city.release(line), city.deliverer) is Code.FROZEN
    city.world.do(FreezeLift(case, target), city.supervisor)
    city.world.do(city.release(line), city.deliverer)


def test_a_freeze_and_a_release_in_one_block(city: City) -> None:
    """X10: the freeze is protective, so it stands and counts first."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    case = case_on(city, (TargetKind.PRODUCT, city.product))
    stop = city.world.transaction(freeze(city, case, city.product), city.supervisor)
    go = city.world.transaction(city.release(line), city.deliverer)
    assert codes(city.world.block(stop, go)) == [Code.OK, Code.FROZEN]


def test_a_freeze_never_stops_protection(city: City) -> None:
    """I16: revoking, cancelling, refunding, erasing, receipts, payout and withdrawal go on."""
    first, somebody = city.granted()
    second, other = city.granted()
    third, _ = city.granted()
    waiting = city.acknowledged(first)
    released = city.released(second)
    cancelled = city.world.do(city.order_place(third), city.bank)
    asset = LINES.known(city.world.state, released).asset
    assert asset is not None
    for kind, target in (
        (TargetKind.PRODUCT, city.product),
        (TargetKind.RESOURCE, city.resource),
        (TargetKind.PARTY, city.bank.id),
        (TargetKind.CONSENT, first),
    ):
        frozen(city, kind, target)
    city.world.do(ConsentRevoke(first, True), somebody)
    city.world.do(OrderCancel(cancelled, None), city.bank)
    for line in (waiting, part_id(cancelled, 0)):
        assert LINES.known(city.world.state, line).state is LineState.REFUNDED
    city.world.do(city.receipt(released), city.bank)
    city.world.do(ErasureRequest(asset), other)
    city.world.do(ErasureAttest(asset), city.bank)
    city.wait_for_settlement()
    city.world.do(LineSettle((released,)), city.market)
    left = free_balance(city.world.state, city.bank.id)
    city.world.do(CreditBurn(left, salted("out")), city.bank, city.settlement_bank)


def test_each_case_freezes_on_its_own_and_ends_by_time_alone(city: City) -> None:
    """A target is free when no case holds it; checks do not wait for a sweep."""
    consent, _ = city.granted()
    first = frozen(city, TargetKind.PRODUCT, city.product)
    rows = (Target(TargetKind.PRODUCT, city.product),)
    opening = CaseOpen(rows, LegalBasis.COURT_ORDER, None)
    second = city.world.do(opening, city.other_supervisor)
    short = FreezeSet(second, city.product, city.now_ms + 10_000)
    city.world.do(short, city.other_supervisor)
    city.world.do(FreezeLift(first, city.product), city.supervisor)
    assert city.world.refused(city.order_place(consent), city.bank) is Code.FROZEN
    city.world.wait(10_000)
    city.ordered(consent)


def test_a_supervisor_moves_no_money(city: City) -> None:
    """I15: no signature of a supervisor changes a balance."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    frozen(city, TargetKind.PRODUCT, city.product)
    frozen(city, TargetKind.PARTY, city.bank.id)
    assert free_balance(city.world.state, city.bank.id) == FUNDS - 300
    assert LINES.known(city.world.state, line).state is LineState.ACKNOWLEDGED
