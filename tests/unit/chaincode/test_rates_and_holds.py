"""Rates of lines about persons, and lines that a freeze holds up."""

from dataclasses import replace

import pytest

from chaincode.context import Context
from chaincode.flags import FLAGS, FlagKind
from chaincode.freezes import CaseFreeze, put_freeze
from chaincode.ids import part_id
from chaincode.parameters import ParameterName, set_value
from chaincode.settlement.accounts import free_balance
from chaincode.trading.orders import OrderCancel
from chaincode.trading.placement import OrderLine
from chaincode.trading.records import LINES, ORDERS, LineState, RefundReason
from ledger.refusal import Code
from tests.unit.chaincode.city import CREDIT, FUNDS, HOUR, City
from tests.unit.chaincode.invariants import check_invariants
from tests.unit.chaincode.statistics_office import StatisticsOffice
from tests.unit.chaincode.world import salted


@pytest.fixture
def city() -> City:
    return City.founded()


def limit(city: City, name: ParameterName, value: int) -> None:
    height = city.world.height + 1
    city.world.change(lambda context: set_value(context.state, name, value, height, height + 1))
    city.world.block()


def freeze(city: City, target: bytes, until_ms: int) -> None:
    hold = CaseFreeze(salted("case"), city.supervisor.id, until_ms)

    def put(context: Context) -> None:
        put_freeze(context.state, target, (hold,))

    city.world.change(put)


@pytest.mark.parametrize(
    "name", [ParameterName.LINES_OF_USER_MAX, ParameterName.LINES_OF_PRODUCT_MAX]
)
def test_a_window_permits_a_number_of_lines_and_flags_the_last(
    city: City, name: ParameterName
) -> None:
    """X24: each line has its consent, and yet many of them rebuild a register."""
    consents = [city.granted()[0] for _ in range(4)]
    limit(city, name, 2)
    target = city.bank.id if name is ParameterName.LINES_OF_USER_MAX else city.product
    key = (city.bank.id, FlagKind.RATE_REACHED, target)
    city.ordered(consents[0])
    assert FLAGS.get(city.world.state, key) is None
    city.ordered(consents[1])
    flag = FLAGS.get(city.world.state, key)
    assert flag is not None
    assert flag.count == 1
    assert city.world.refused(city.order_place(consents[2]), city.bank) is Code.RATE_LIMIT
    city.world.wait(city.world.parameter(ParameterName.RATE_WINDOW_MS))
    later, _ = city.granted()
    city.ordered(later)


def test_lines_of_one_order_count_each(city: City) -> None:
    consents = [city.granted()[0] for _ in range(3)]
    limit(city, ParameterName.LINES_OF_USER_MAX, 2)
    assert city.world.refused(city.order_place(*consents), city.bank) is Code.RATE_LIMIT
    city.world.do(city.order_place(*consents[:2]), city.bank)


def test_figures_about_groups_are_not_counted() -> None:
    office = StatisticsOffice.founded()
    limit(office.city, ParameterName.LINES_OF_USER_MAX, 1)
    for _ in range(3):
        office.ordered()


@pytest.mark.parametrize("target", ["product", "resource", "order", "consent", "chain", "user"])
def test_what_is_frozen_after_sealing_can_be_cancelled(city: City, target: str) -> None:
    """X18: the user need not wait for the end of a freeze that may outlast its matter."""
    world = city.world
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    order = LINES.known(world.state, line).order
    cancel = OrderCancel(order, None)
    assert world.refused(cancel, city.bank) is Code.BAD_STATE
    targets = {
        "product": city.product,
        "resource": city.resource,
        "order": order,
        "consent": consent,
        "chain": world.genesis_hash,
        "user": city.bank.id,
    }
    freeze(city, targets[target], city.now_ms + HOUR // 4)
    assert world.refused(city.release(line), city.deliverer) is Code.FROZEN
    world.do(cancel, city.bank)
    ended = LINES.known(world.state, line)
    assert (ended.state, ended.refund_reason) == (LineState.REFUNDED, RefundReason.CANCELLED)
    assert free_balance(world.state, city.bank.id) == FUNDS
    check_invariants(world.state, world.genesis_hash)


def test_what_is_sealed_and_thawed_again_cannot_be_cancelled(city: City) -> None:
    world = city.world
    consent, _ = city.granted()
    line = city.ordered(consent)
    world.do(city.envelope_prepare(line), city.deliverer)
    freeze(city, city.product, city.now_ms + HOUR // 4)
    world.wait(HOUR // 4)
    cancel = OrderCancel(LINES.known(world.state, line).order, line)
    assert world.refused(cancel, city.bank) is Code.BAD_STATE


def test_a_freeze_does_not_undo_what_was_released(city: City) -> None:
    """X3: a released use is used."""
    world = city.world
    consent, _ = city.granted()
    line = city.released(consent)
    freeze(city, city.product, city.now_ms + HOUR)
    cancel = OrderCancel(LINES.known(world.state, line).order, None)
    assert world.refused(cancel, city.bank) is Code.BAD_STATE


def test_a_line_of_a_mixed_order_is_cancelled_alone(city: City) -> None:
    world = city.world
    consents = [city.granted()[0] for _ in range(2)]
    order = world.do(city.order_place(*consents), city.bank)
    line = part_id(order, 0)
    world.do(city.envelope_prepare(line), city.deliverer)
    freeze(city, consents[0], city.now_ms + HOUR // 4)
    world.do(OrderCancel(order, line), city.bank)
    assert ORDERS.known(world.state, order).escrow > 0
    rest = replace(city.order_place(None), lines=(OrderLine(city.listing, CREDIT, None),))
    assert world.refused(rest, city.bank) is Code.CONSENT_NOT_GRANTED
