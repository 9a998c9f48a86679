"""Statements: income by period and payee, a ceiling with carry-over, and reports of users."""

from dataclasses import replace

import pytest

from chaincode.flags import FLAGS, FlagKind
from chaincode.parameters import ParameterName
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.records import (
    INCOMES,
    INCOMES_OF_PARTY,
    STATEMENTS,
    USE_REPORTS,
    Income,
    Statement,
)
from chaincode.settlement.statements import StatementClose, StatementReport
from chaincode.trading.prices import PriceCapSet
from ledger.refusal import Code
from tests.unit.chaincode.city import PRICE, City
from tests.unit.chaincode.world import salted


@pytest.fixture
def city() -> City:
    return City.founded()


def period_of(city: City) -> int:
    return city.now_ms // city.world.parameter(ParameterName.METER_PERIOD_MS)


def settle(city: City, count: int = 1) -> int:
    """Settle some lines; return the period in which they count."""
    lines = tuple(city.accepted(city.granted()[0]) for _ in range(count))
    city.wait_for_settlement()
    city.world.do(LineSettle(lines), city.market)
    return period_of(city)


def end_period(city: City) -> None:
    length_ms = city.world.parameter(ParameterName.METER_PERIOD_MS)
    city.world.wait((period_of(city) + 1) * length_ms - city.now_ms)


def closed(city: City, period: int) -> Statement:
    city.world.do(StatementClose(city.product, period), city.market)
    return STATEMENTS.known(city.world.state, (city.product, period))


def excess_flags(city: City) -> int:
    key = (city.operator.id, FlagKind.REVENUE_EXCEEDED, city.product)
    flag = FLAGS.get(city.world.state, key)
    return 0 if flag is None else flag.count


def permit(city: City, revenue: int) -> None:
    city.world.do(PriceCapSet(city.product, 500, revenue), city.authorizer)


def test_income_is_counted_by_period_and_payee(city: City) -> None:
    state = city.world.state
    first = settle(city, 2)
    end_period(city)
    second = settle(city)
    assert INCOMES.known(state, (city.product, first)) == Income(2 * PRICE)
    assert INCOMES.known(state, (city.product, second)) == Income(PRICE)
    for party, amount in ((city.holder, 300), (city.developer, 120), (city.operator, 180)):
        assert INCOMES_OF_PARTY.known(state, (city.product, first, party.id)) == Income(amount)


def test_a_statement_is_refused_in_this_order(city: City) -> None:
    world = city.world
    period = settle(city)
    body = StatementClose(city.product, period)
    assert world.refused(body, city.operator) is Code.NO_RIGHT
    unknown = replace(body, product=salted("none"))
    assert world.refused(unknown, city.market) is Code.NOT_FOUND
    assert world.refused(body, city.market) is Code.BAD_STATE
    end_period(city)
    world.do(body, city.market)
    assert world.refused(body, city.market) is Code.BAD_STATE
    assert world.refused(replace(body, period=period - 1), city.market) is Code.BAD_STATE


def test_what_is_permitted_is_no_excess(city: City) -> None:
    permit(city, PRICE)
    period = settle(city)
    end_period(city)
    statement = closed(city, period)
    assert (statement.income, statement.permitted, statement.excess) == (PRICE, PRICE, 0)
    assert excess_flags(city) == 0


def test_excess_is_flagged_and_lessens_the_next_period(city: City) -> None:
    permit(city, 2 * PRICE - 10)
    first = settle(city, 2)
    end_period(city)
    assert closed(city, first).excess == 10
    assert excess_flags(city) == 1
    second = settle(city, 2)
    end_period(city)
    statement = closed(city, second)
    assert (statement.carried, statement.excess) == (10, 20)
    assert excess_flags(city) == 2
    third = settle(city)
    end_period(city)
    assert closed(city, third).excess == 0
    assert excess_flags(city) == 2


@pytest.mark.parametrize(("quiet", "carried"), [(0, 250), (1, 150), (2, 50), (3, 0)])
def test_quiet_periods_make_up_for_an_excess(city: City, quiet: int, carried: int) -> None:
    """Whether they are closed one by one or passed over."""
    permit(city, PRICE)
    first = settle(city, 2)
    end_period(city)
    permit(city, 350)
    assert closed(city, first).excess == 250
    permit(city, 100)
    for _ in range(quiet + 1):
        end_period(city)
    statement = closed(city, first + quiet + 1)
    assert statement.carried == carried


def test_a_user_reports_once_what_it_did(city: City) -> None:
    world = city.world
    period = settle(city)
    body = StatementReport(city.product, period, 3, 2, 10**9, salted("report"))
    assert world.refused(body, city.operator) is Code.NO_RIGHT
    unknown = replace(body, product=salted("none"))
    assert world.refused(unknown, city.bank) is Code.NOT_FOUND
    assert world.refused(body, city.bank) is Code.BAD_STATE
    end_period(city)
    assert world.refused(replace(body, granted=4), city.bank) is Code.OUT_OF_BOUNDS
    world.do(body, city.bank)
    assert world.refused(body, city.bank) is Code.TAKEN
    world.do(body, city.other_bank)
    assert USE_REPORTS.known(world.state, (city.product, period, city.bank.id)).granted == 2
