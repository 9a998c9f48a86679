"""Every rule knows the time by itself, and takes no signature that it does not need."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentDeny, ConsentGrant, ConsentRevoke
from chaincode.authorization.grants import GrantAccept, GrantRevoke, GrantSurrender
from chaincode.authorization.matters import MatterClose
from chaincode.authorization.records import CONSENTS, AmountBucket, MatterOutcome
from chaincode.context import Context
from chaincode.delivery.erasure import ErasureAttest, ErasureRequest
from chaincode.due import DUE
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.disputes import DisputeEvidence, DisputeOpen, DisputeRule
from chaincode.settlement.money import CreditMint
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.records import DisputeCode
from chaincode.settlement.refund import LineRefund
from chaincode.supervision.cases import CaseClose, CaseOpen
from chaincode.supervision.freezes import FreezeLift, FreezeSet
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trading.orders import OrderCancel, OrderConfirm, OrderReject
from chaincode.trading.prices import PriceCapSet
from chaincode.trading.records import LINES, LineState, RefundReason
from chaincode.trading.withdrawal import ListingWithdraw
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, FUNDS, HOUR, City
from tests.unit.chaincode.world import Actor, salted


@pytest.fixture
def city() -> City:
    return City.founded()


def wait_unswept(city: City, duration_ms: int) -> None:
    """Let time pass as if the sweeps had a long backlog: nothing that fell due is written down."""

    def forget(context: Context) -> None:
        for key in [key for key, _ in DUE.scan(context.state)]:
            DUE.delete(context.state, key)

    city.world.change(forget)
    city.world.wait(duration_ms)


def test_an_unswept_deadline_stops_every_step_of_a_delivery(city: City) -> None:
    """E514 for preparing, acknowledging and releasing; anyone can have the line refunded."""
    consents = [city.granted()[0] for _ in range(3)]
    placed = city.ordered(consents[0])
    prepared = city.ordered(consents[1])
    city.world.do(city.envelope_prepare(prepared), city.deliverer)
    waiting = city.acknowledged(consents[2])
    wait_unswept(city, HOUR)
    refused = city.world.refused
    assert refused(city.envelope_prepare(placed), city.deliverer) is Code.DEADLINE_PASSED
    assert refused(city.acknowledgement(prepared), city.bank) is Code.DEADLINE_PASSED
    assert refused(city.release(waiting), city.deliverer) is Code.DEADLINE_PASSED
    for line in (placed, prepared, waiting):
        city.world.do(LineRefund(line), city.market)
        assert LINES.known(city.world.state, line).refund_reason is RefundReason.DEADLINE
    assert free_balance(city.world.state, city.bank.id) == FUNDS


def test_an_unswept_confirmation_is_over(city: City) -> None:
    city.listing = city.world.do(replace(city.supply(), auto_confirm=False), city.operator)
    consent, _ = city.granted()
    order = city.world.do(city.order_place(consent), city.bank)
    wait_unswept(city, 60_000)
    assert city.world.refused(OrderConfirm(order), city.operator) is Code.DEADLINE_PASSED
    city.world.do(LineRefund(part_id(order, 0)), city.market)


def test_unswept_requests_consents_and_matters_are_over(city: City) -> None:
    asked, somebody = city.requested()
    given, _ = city.granted()
    other, _ = city.granted()
    line = city.acknowledged(other)
    wait_unswept(city, 60_000)
    late = ConsentGrant(asked, city.notice, None)
    assert city.world.refused(late, somebody) is Code.CONSENT_EXPIRED
    wait_unswept(city, DAY)
    assert city.world.refused(city.order_place(given), city.bank) is Code.CONSENT_EXPIRED
    assert city.world.refused(city.release(line), city.deliverer) is Code.CONSENT_EXPIRED
    wait_unswept(city, 30 * DAY)
    matter = CONSENTS.known(city.world.state, given).matter
    closing = MatterClose(matter, MatterOutcome.GRANTED, AmountBucket.NONE)
    assert city.world.refused(closing, city.bank) is Code.MATTER_CLOSED
    request = city.consent_request(matter, somebody.key)
    assert city.world.refused(request, city.bank) is Code.MATTER_CLOSED


def test_unswept_offers_grants_and_listings_are_over(city: City) -> None:
    body = city.grant_offer(Right.OPERATE, city.operator)
    offered = city.world.do(body, city.holder)
    consent, _ = city.granted()
    wait_unswept(city, HOUR)
    assert city.world.refused(GrantAccept(offered), city.operator) is Code.DEADLINE_PASSED
    assert city.world.refused(GrantRevoke(offered), city.holder) is Code.BAD_STATE
    wait_unswept(city, 200 * DAY)
    assert city.world.refused(ListingWithdraw(city.listing), city.operator) is Code.LISTING_CLOSED
    assert city.world.refused(city.order_place(consent), city.bank) is Code.LISTING_CLOSED
    wait_unswept(city, 100 * DAY)
    surrender = GrantSurrender(city.operating_grant)
    assert city.world.refused(surrender, city.operator) is Code.BAD_STATE
    assert city.world.refused(city.supply(), city.operator) is Code.GRANT_ENDED


def test_unswept_silence_has_accepted(city: City) -> None:
    """A late receipt and a late dispute are refused, and the line can be settled."""
    consent, _ = city.granted()
    line = city.released(consent)
    wait_unswept(city, city.world.parameter(ParameterName.RECEIPT_TERM_MS))
    assert LINES.known(city.world.state, line).state is LineState.RELEASED
    assert city.world.refused(city.receipt(line), city.bank) is Code.DEADLINE_PASSED
    wait_unswept(city, city.world.parameter(ParameterName.DISPUTE_TERM_MS))
    dispute = DisputeOpen(line, DisputeCode.BAD_KEY, salted("evidence"))
    assert city.world.refused(dispute, city.bank) is Code.DISPUTE_WINDOW
    city.world.do(LineSettle((line,)), city.market)


def test_an_unswept_dispute_waits_no_longer(city: City) -> None:
    consent, _ = city.granted()
    line = city.released(consent)
    body = DisputeOpen(line, DisputeCode.BAD_KEY, salted("evidence"))
    dispute = city.world.do(body, city.bank)
    wait_unswept(city, city.world.parameter(ParameterName.DISPUTE_RULING_TERM_MS))
    ruling = DisputeRule(dispute, 300, 0)
    assert city.world.refused(ruling, city.supervisor) is Code.DEADLINE_PASSED
    evidence = DisputeEvidence(dispute, salted("more"))
    assert city.world.refused(evidence, city.bank) is Code.DEADLINE_PASSED


Single = tuple[object, Actor]


def single_signed(city: City) -> list[Single]:
    """Return a body of each type that one signer signs, with that signer."""
    nothing = salted("nothing")
    body = city.order_place(nothing)
    matter = city.matter_open()
    target = (Target(TargetKind.PRODUCT, city.product),)
    somebody = city.bound()
    consent, _ = city.granted()
    line = city.ordered(consent)
    prepare = city.envelope_prepare(line)
    city.world.do(prepare, city.deliverer)
    return [
        (city.grant_offer(Right.OPERATE, city.operator), city.holder),
        (GrantAccept(nothing), city.operator),
        (GrantRevoke(nothing), city.holder),
        (GrantSurrender(nothing), city.operator),
        (matter, city.bank),
        (MatterClose(nothing, MatterOutcome.PAID, AmountBucket.NONE), city.bank),
        (city.consent_request(nothing, somebody.key), city.bank),
        (ConsentGrant(consent, city.notice, None), somebody),
        (ConsentDeny(consent), somebody),
        (ConsentRevoke(consent, False), somebody),
        (PriceCapSet(city.product, 1, 1), city.authorizer),
        (city.supply(), city.operator),
        (ListingWithdraw(city.listing), city.operator),
        (body, city.bank),
        (OrderConfirm(nothing), city.operator),
        (OrderReject(nothing), city.operator),
        (OrderCancel(nothing, None), city.bank),
        (prepare, city.deliverer),
        (city.acknowledgement(line), city.bank),
        (city.receipt(line), city.bank),
        (ErasureAttest(nothing), city.bank),
        (CreditMint(city.bank.id, 1, nothing), city.settlement_bank),
        (LineSettle((line,)), city.market),
        (LineRefund(line), city.market),
        (DisputeOpen(line, DisputeCode.BAD_KEY, nothing), city.bank),
        (DisputeEvidence(nothing, nothing), city.bank),
        (DisputeRule(nothing, 0, 0), city.supervisor),
        (CaseOpen(target, LegalBasis.COMPLAINT, None), city.supervisor),
        (CaseClose(nothing), city.supervisor),
        (FreezeLift(nothing, city.product), city.supervisor),
    ]


def test_a_surplus_signature_is_refused(city: City) -> None:
    """Two parties sign together only where a type binds both (E006)."""
    for body, signer in single_signed(city):
        code = city.world.refused(body, signer, city.registrar)
        assert code is Code.SCHEMA, type(body).__name__


def test_a_surplus_signature_under_later_rules_is_refused(city: City) -> None:
    """The same for types that look at the state first."""
    released, somebody = city.granted()
    asset = LINES.known(city.world.state, city.released(released)).asset
    assert asset is not None
    waiting = city.acknowledged(city.granted()[0])
    case = city.world.do(
        CaseOpen((Target(TargetKind.PRODUCT, city.product),), LegalBasis.COMPLAINT, None),
        city.supervisor,
    )
    rows: tuple[Single, ...] = (
        (ErasureRequest(asset), somebody),
        (city.release(waiting), city.deliverer),
        (FreezeSet(case, city.product, city.now_ms + DAY), city.supervisor),
    )
    for body, signer in rows:
        code = city.world.refused(body, signer, city.other_supervisor)
        assert code is Code.SCHEMA, type(body).__name__


ByName = Callable[[City], tuple[object, Actor]]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda city: (city.matter_open(), city.holder),
        lambda city: (city.supply(), city.deliverer),
        lambda city: (PriceCapSet(city.product, 1, 1), city.supervisor),
        lambda city: (CreditMint(city.bank.id, 1, salted("x")), city.authorizer),
        lambda city: (CaseOpen((), LegalBasis.COMPLAINT, None), city.authorizer),
    ],
)
def test_a_right_is_asked_for_before_anything_else(city: City, attempt: ByName) -> None:
    body, signer = attempt(city)
    assert city.world.refused(body, signer) is Code.NO_RIGHT
