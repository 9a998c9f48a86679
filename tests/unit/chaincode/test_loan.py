"""One loan, from request to settlement, and what must fail on the way."""

import pytest

from chaincode.authorization.records import CONSENTS, ConsentStatus
from chaincode.delivery.records import ASSETS, AssetStatus
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.payout import LineSettle
from chaincode.trading.records import LINES, ORDERS, LineState
from tests.unit.chaincode.city import FUNDS, PRICE, City


@pytest.fixture
def city() -> City:
    return City.founded()


def test_a_loan_goes_from_request_to_settlement(city: City) -> None:
    """Escrow leaves the bank once, the use is used once, and the price is shared to the fen."""
    consent, _ = city.granted()
    line_id = city.accepted(consent)
    state = city.world.state
    assert CONSENTS.known(state, consent).status is ConsentStatus.EXHAUSTED
    city.wait_for_settlement()
    city.world.do(LineSettle((line_id,)), city.operator)
    line = LINES.known(state, line_id)
    assert line.state is LineState.SETTLED
    assert line.asset is not None
    assert ASSETS.known(state, line.asset).status is AssetStatus.USABLE
    assert ORDERS.known(state, line.order).escrow == 0
    assert free_balance(state, city.bank.id) == FUNDS - PRICE
    paid = [free_balance(state, a.id) for a in (city.holder, city.developer, city.operator)]
    assert paid == [150, 60, 90]
