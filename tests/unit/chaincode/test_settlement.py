"""Settlement: minted once, shared by cumulative floors, conserved to the fen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.membership.duties import open_duties
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.distribution import (
    BASIS_POINTS,
    closing_entitlements,
    entitlements,
)
from chaincode.settlement.money import CreditBurn, CreditMint
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import (
    CURRENT_POLICIES,
    MONEY,
    POOLS,
    Payee,
)
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code
from tests.unit.chaincode.city import FUNDS, PRICE, City, set_policy
from tests.unit.chaincode.world import salted


@pytest.fixture
def city() -> City:
    return City.founded()


# The arithmetic


def whole(weights: list[int]) -> list[int]:
    """Return basis points in about these proportions that make exactly the whole."""
    total = sum(weights)
    shares = [weight * BASIS_POINTS // total for weight in weights]
    shares[0] += BASIS_POINTS - sum(shares)
    return shares


shares_of_income = st.lists(st.integers(1, 10_000), min_size=1, max_size=8).map(whole)


@given(
    shares=shares_of_income,
    income=st.integers(0, 10**12),
    cuts=st.lists(st.integers(0, 10**12), max_size=20),
)
def test_splitting_orders_moves_no_fen(shares: list[int], income: int, cuts: list[int]) -> None:
    """I12, X29: however income arrives, each payee gets the same, and never less than before."""
    steps = sorted({0, income, *(cut for cut in cuts if cut < income)})
    paid = [0] * len(shares)
    for step in steps:
        now = entitlements(step, shares)
        assert all(later >= earlier for later, earlier in zip(now, paid, strict=True))
        assert 0 <= step - sum(now) < len(shares)
        paid = list(now)
    assert paid == [income * share // BASIS_POINTS for share in shares]


@given(shares=shares_of_income, income=st.integers(0, 10**12))
def test_closing_gives_every_fen_away(shares: list[int], income: int) -> None:
    """The dust goes to the largest remainders; nobody gains a whole fen by rounding."""
    payees = [bytes([index]) for index in range(len(shares))]
    floors = entitlements(income, shares)
    closed = closing_entitlements(income, shares, payees)
    assert sum(closed) == income
    assert all(0 <= last - floor <= 1 for last, floor in zip(closed, floors, strict=True))
    gained = [
        income * share % BASIS_POINTS
        for share, last, floor in zip(shares, closed, floors, strict=True)
        if last > floor
    ]
    kept = [
        income * share % BASIS_POINTS
        for share, last, floor in zip(shares, closed, floors, strict=True)
        if last == floor
    ]
    assert not gained or not kept or min(gained) >= max(kept)


def test_ten_thousand_tiny_orders_cheat_nobody() -> None:
    """The published counter-example: 10,000 orders of 3 fen, shared 3334/3333/3333."""
    assert entitlements(30_000, (3_334, 3_333, 3_333)) == (10_002, 9_999, 9_999)


# Money in and out


def test_only_the_settlement_bank_mints_and_each_booking_counts_once(city: City) -> None:
    mint = CreditMint(city.holder.id, 500, salted("transfer"))
    assert city.world.refused(mint, city.bank) is Code.NO_RIGHT
    city.world.do(mint, city.settlement_bank)
    assert free_balance(city.world.state, city.holder.id) == 500
    assert city.world.refused(mint, city.settlement_bank) is Code.BANK_REFERENCE_USED
    nothing = replace(mint, amount=0, bank_reference=salted("next"))
    assert city.world.refused(nothing, city.settlement_bank) is Code.OUT_OF_BOUNDS
    unknown = replace(mint, account=salted("unknown"), bank_reference=salted("next"))
    assert city.world.refused(unknown, city.settlement_bank) is Code.NOT_FOUND


def test_money_leaves_only_with_both_signatures(city: City) -> None:
    """The bank cannot take a party's money, nor the party print a withdrawal."""
    burn = CreditBurn(400, salted("withdrawal"))
    assert city.world.refused(burn, city.bank) is Code.MISSING_COSIGNER
    assert city.world.refused(burn, city.settlement_bank) is Code.MISSING_COSIGNER
    assert city.world.refused(burn, city.bank, city.holder) is Code.NO_RIGHT
    too_much = replace(burn, amount=FUNDS + 1)
    code = city.world.refused(too_much, city.bank, city.settlement_bank)
    assert code is Code.INSUFFICIENT_FUNDS
    city.world.do(burn, city.bank, city.settlement_bank)
    assert free_balance(city.world.state, city.bank.id) == FUNDS - 400
    money = MONEY.get(city.world.state)
    assert money is not None
    assert (money.minted, money.burned) == (2 * FUNDS, 400)


def test_money_left_behind_is_a_duty(city: City) -> None:
    """Who still has a balance cannot leave the chain without taking it along."""
    before = open_duties(city.world.state, city.other_bank.id)
    everything = CreditBurn(FUNDS, salted("everything"))
    city.world.do(everything, city.other_bank, city.settlement_bank)
    assert open_duties(city.world.state, city.other_bank.id) == before - 1


# Policies


def policy(city: City, *rows: tuple[bytes, int]) -> PolicySet:
    payees = tuple(Payee(party, share) for party, share in rows)
    return PolicySet(city.product, payees, salted("agreement"))


def test_a_policy_needs_everyone_it_concerns(city: City) -> None:
    body = policy(city, (city.holder.id, 6_000), (city.operator.id, 4_000))
    refused = city.world.refused
    assert refused(body, city.operator) is Code.MISSING_COSIGNER
    assert refused(body, city.operator, city.holder) is Code.MISSING_COSIGNER
    assert refused(body, city.holder, city.operator, city.developer) is Code.NO_RIGHT
    everyone = (city.operator, city.holder, city.developer)
    assert refused(body, *everyone, city.bank) is Code.SCHEMA
    city.world.do(body, *everyone)
    city.world.do(body, city.authorizer)
    assert CURRENT_POLICIES.known(city.world.state, city.product).version == 3


def test_shares_make_the_whole(city: City) -> None:
    refused = city.world.refused
    short = policy(city, (city.holder.id, 6_000), (city.operator.id, 3_999))
    assert refused(short, city.authorizer) is Code.POLICY_SUM
    twice = policy(city, (city.holder.id, 5_000), (city.holder.id, 5_000))
    assert refused(twice, city.authorizer) is Code.POLICY_SUM
    unknown = policy(city, (salted("unknown"), 10_000))
    assert refused(unknown, city.authorizer) is Code.NOT_FOUND


def test_an_order_keeps_the_policy_it_was_placed_under(city: City) -> None:
    """X30: a change just before settlement changes nothing; dust is allotted at the close."""
    consent, _ = city.granted()
    line = city.accepted(consent)
    set_policy(city, (city.operator, 10_000))
    city.wait_for_settlement()
    city.world.do(LineSettle((line,)), city.market)
    state = city.world.state
    actors = (city.holder, city.developer, city.operator)
    assert [free_balance(state, actor.id) for actor in actors] == [150, 60, 90]
    assert POOLS.known(state, (city.product, 1)).closed
    assert not POOLS.known(state, (city.product, 2)).closed


def test_dust_waits_for_the_close(city: City) -> None:
    """Between payouts less than one fen a payee stays in the pool; the close pays it out."""
    thirds = ((city.holder, 3_334), (city.developer, 3_333), (city.operator, 3_333))
    set_policy(city, *thirds)
    listing = replace(city.supply(), price=10)
    city.listing = city.world.do(listing, city.operator)
    consent, _ = city.granted()
    line = city.accepted(consent)
    city.wait_for_settlement()
    city.world.do(LineSettle((line,)), city.market)
    pool = POOLS.known(city.world.state, (city.product, 2))
    assert (pool.income, pool.paid) == (10, (3, 3, 3))
    set_policy(city, *thirds)
    pool = POOLS.known(city.world.state, (city.product, 2))
    assert pool.closed
    assert sorted(pool.paid) == [3, 3, 4]


# Paying out


def test_a_line_is_settled_after_its_window_and_once(city: City) -> None:
    consent, _ = city.granted()
    line = city.released(consent)
    settle = LineSettle((line,))
    assert city.world.refused(settle, city.market) is Code.NOT_ACCEPTED
    city.world.do(city.receipt(line), city.bank)
    assert city.world.refused(settle, city.market) is Code.DISPUTE_WINDOW
    city.wait_for_settlement()
    city.world.do(settle, city.market)
    assert LINES.known(city.world.state, line).state is LineState.SETTLED
    assert city.world.refused(settle, city.market) is Code.NOT_ACCEPTED
    assert city.world.refused(LineSettle(()), city.market) is Code.SCHEMA
    assert city.world.refused(LineSettle((salted("?"),)), city.market) is Code.NOT_FOUND


def test_one_bad_line_settles_none(city: City) -> None:
    first, _ = city.granted()
    second, _ = city.granted()
    good, bad = city.accepted(first), city.released(second)
    city.wait_for_settlement()
    assert city.world.refused(LineSettle((good, bad)), city.market) is Code.NOT_ACCEPTED
    assert city.world.refused(LineSettle((good, good)), city.market) is Code.NOT_ACCEPTED
    assert free_balance(city.world.state, city.bank.id) == FUNDS - 2 * PRICE


def test_silence_is_settled_without_waiting_for_a_sweep(city: City) -> None:
    """The rule compares with block time itself."""
    consent, _ = city.granted()
    line = city.released(consent)
    record = LINES.known(city.world.state, line)
    assert record.receipt_until_ms is not None
    city.world.wait(record.receipt_until_ms - city.now_ms)
    city.wait_for_settlement()
    city.world.do(LineSettle((line,)), city.market)
    settled = LINES.known(city.world.state, line)
    assert settled.accepted_ms == record.receipt_until_ms
