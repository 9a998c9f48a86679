"""Disputes: the price waits in escrow, a supervisor divides it, and nobody waits for ever."""

from dataclasses import replace

import pytest

from chaincode.delivery.records import Verdict
from chaincode.parameters import ParameterName
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.disputes import DisputeEvidence, DisputeOpen, DisputeRule
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.records import DISPUTES, POOLS, DisputeCode, DisputeStatus
from chaincode.settlement.refund import LineRefund
from chaincode.trading.records import LINES, ORDERS, LineState, RefundReason
from ledger.refusal import Code
from tests.unit.chaincode.city import FUNDS, PRICE, City
from tests.unit.chaincode.invariants import check_invariants
from tests.unit.chaincode.world import salted


@pytest.fixture
def city() -> City:
    return City.founded()


def opening(line: bytes) -> DisputeOpen:
    return DisputeOpen(line, DisputeCode.BAD_CONTENT, salted("evidence"))


def disputed(city: City) -> tuple[bytes, bytes]:
    """Return a disputed line and its dispute."""
    consent, _ = city.granted()
    line = city.released(consent)
    city.world.do(city.receipt(line, Verdict.BAD_CONTENT), city.bank)
    return line, city.world.do(opening(line), city.bank)


def balances(city: City) -> list[int]:
    """Return what the bank is short of, and what holder, developer and operator have."""
    state = city.world.state
    payees = (city.holder, city.developer, city.operator)
    bank = FUNDS - free_balance(state, city.bank.id)
    return [bank, *(free_balance(state, actor.id) for actor in payees)]


def test_a_dispute_holds_the_price(city: City) -> None:
    """Neither settled, refunded nor accepted by silence while it is open."""
    line, _ = disputed(city)
    assert LINES.known(city.world.state, line).state is LineState.DISPUTED
    city.world.wait(city.world.parameter(ParameterName.RECEIPT_TERM_MS))
    city.wait_for_settlement()
    assert city.world.refused(LineSettle((line,)), city.market) is Code.DISPUTE_OPEN
    assert city.world.refused(LineRefund(line), city.market) is Code.NOT_REFUNDABLE
    assert city.world.refused(opening(line), city.deliverer) is Code.DISPUTE_OPEN
    assert city.world.refused(city.receipt(line), city.bank) is Code.BAD_STATE
    assert city.world.refused(city.release(line), city.deliverer) is Code.ALREADY_RELEASED


def test_user_or_deliverer_disputes_what_was_released_in_time(city: City) -> None:
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    assert city.world.refused(opening(line), city.bank) is Code.BAD_STATE
    city.world.do(city.release(line), city.deliverer)
    assert city.world.refused(opening(line), city.operator) is Code.NO_RIGHT
    city.world.do(city.receipt(line), city.bank)
    late = opening(line)
    city.wait_for_settlement()
    assert city.world.refused(late, city.deliverer) is Code.DISPUTE_WINDOW
    other, _ = city.granted()
    accepted = city.accepted(other)
    city.world.do(opening(accepted), city.deliverer)


@pytest.mark.parametrize(
    ("to_user", "state", "paid"),
    [
        (PRICE, LineState.REFUNDED, [0, 0, 0, 0]),
        (100, LineState.SETTLED, [200, 100, 40, 60]),
        (0, LineState.SETTLED, [300, 150, 60, 90]),
    ],
)
def test_a_ruling_divides_the_price(
    city: City, to_user: int, state: LineState, paid: list[int]
) -> None:
    """Price = to the user + to the payees, who share it by the line's own policy."""
    line, dispute = disputed(city)
    city.world.do(DisputeRule(dispute, to_user, PRICE - to_user), city.supervisor)
    record = LINES.known(city.world.state, line)
    assert record.state is state
    assert record.ending is not None
    assert ORDERS.known(city.world.state, record.order).escrow == 0
    assert POOLS.known(city.world.state, (city.product, 1)).income == PRICE - to_user
    assert balances(city) == paid
    assert DISPUTES.known(city.world.state, dispute).status is DisputeStatus.RULED
    check_invariants(city.world.state, city.world.genesis_hash)


def test_only_a_supervisor_rules_once_over_exactly_the_escrow(city: City) -> None:
    _, dispute = disputed(city)
    ruling = DisputeRule(dispute, 100, 200)
    for actor in (city.bank, city.deliverer, city.market, city.authorizer):
        assert city.world.refused(ruling, actor) is Code.NO_RIGHT
    for wrong in (replace(ruling, to_user=101), replace(ruling, to_payees=0)):
        assert city.world.refused(wrong, city.supervisor) is Code.SPLIT_SUM
    unknown = replace(ruling, dispute=salted("unknown"))
    assert city.world.refused(unknown, city.supervisor) is Code.NOT_FOUND
    city.world.do(ruling, city.supervisor)
    assert city.world.refused(ruling, city.supervisor) is Code.BAD_STATE


def test_both_sides_and_the_holder_are_heard(city: City) -> None:
    _, dispute = disputed(city)
    evidence = DisputeEvidence(dispute, salted("log"))
    for actor in (city.bank, city.deliverer, city.holder):
        city.world.do(evidence, actor)
    assert city.world.refused(evidence, city.operator) is Code.NO_RIGHT
    city.world.do(DisputeRule(dispute, 0, PRICE), city.supervisor)
    assert city.world.refused(evidence, city.bank) is Code.BAD_STATE


def test_an_unruled_dispute_returns_the_price(city: City) -> None:
    """I27: even a supervisor who never rules cannot trap money."""
    line, dispute = disputed(city)
    until = DISPUTES.known(city.world.state, dispute).rule_until_ms
    city.world.wait(until - city.now_ms)
    record = LINES.known(city.world.state, line)
    assert (record.state, record.refund_reason) == (LineState.REFUNDED, RefundReason.RULING)
    assert DISPUTES.known(city.world.state, dispute).status is DisputeStatus.LAPSED
    assert balances(city)[0] == 0
    late = DisputeRule(dispute, 0, PRICE)
    assert city.world.refused(late, city.supervisor) is Code.BAD_STATE
    check_invariants(city.world.state, city.world.genesis_hash)
