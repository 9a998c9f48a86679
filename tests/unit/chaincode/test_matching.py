"""Matching: each side is the first for the other, and what fits nobody blocks nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chaincode.context import Context
from chaincode.freezes import CaseFreeze, put_freeze
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.registration.product import ProductReason, ProductSuspend
from chaincode.registration.records import CHANNELS, ProductClass
from chaincode.rights import PartyKind, Right
from chaincode.trace import trace
from chaincode.trading import matching
from chaincode.trading.demands import DemandList
from chaincode.trading.fitting import objection
from chaincode.trading.matching import ListingMatch
from chaincode.trading.orders import OrderCancel
from chaincode.trading.placement import OrderLine
from chaincode.trading.prices import PriceCapSet
from chaincode.trading.records import (
    DEMAND_BOOK,
    DEMANDS,
    LINES,
    LISTINGS,
    MATCHES,
    SUPPLY_BOOK,
    DemandStatus,
    ListingStatus,
)
from chaincode.trading.withdrawal import ListingWithdraw
from ledger.refusal import Code
from tests.unit.chaincode.city import (
    CREDIT,
    CREDIT_SMALL,
    DAY,
    HOUR,
    MARKETING,
    PRICE,
    City,
    set_policy,
    varied,
)
from tests.unit.chaincode.match_oracle import right_matches
from tests.unit.chaincode.test_time_and_signers import wait_unswept
from tests.unit.chaincode.world import Actor, salted


@pytest.fixture
def city() -> City:
    return City.founded()


def demand_of(city: City, **changes: object) -> DemandList:
    """Return a demand for two lines of the city's kind of product."""
    body = DemandList(
        venue=city.venue,
        product_class=ProductClass.DETAIL,
        product=None,
        purpose=CREDIT,
        price=PRICE + 50,
        quantity=2,
        until_ms=city.now_ms + DAY,
    )
    return varied(body, changes)


def demanded(city: City, user: Actor | None = None, **changes: int | bytes) -> bytes:
    return city.world.do(demand_of(city, **changes), user or city.bank)


def supplied(city: City, **changes: object) -> bytes:
    return city.world.do(varied(city.supply(), changes), city.operator)


def match_of(city: City, supply: bytes, demand: bytes) -> ListingMatch:
    listing = LISTINGS.known(city.world.state, supply)
    return ListingMatch(supply, demand, listing.price)


def matched(city: City, supply: bytes, demand: bytes) -> bytes:
    return city.world.do(match_of(city, supply, demand), city.market)


def order_on(city: City, match: bytes, consent: bytes, purpose: int = CREDIT) -> object:
    return replace(city.order_place(consent), lines=(OrderLine(match, purpose, consent),))


def right_pairs(city: City) -> set[tuple[bytes, bytes]]:
    return right_matches(city.world.state, city.world.block_context(), city.venue)


def freeze(city: City, target: bytes) -> None:
    hold = CaseFreeze(salted("case"), city.supervisor.id, city.now_ms + DAY)
    city.world.change(lambda context: put_freeze(context.state, target, (hold,)))


def test_a_demand_is_matched_and_ordered_at_the_price_of_the_supply(city: City) -> None:
    city.world.do(ListingWithdraw(city.listing), city.operator)
    supply = supplied(city, quantity=5, price=PRICE - 10)
    demand = demanded(city)
    match = matched(city, supply, demand)
    state = city.world.state
    assert DEMANDS.known(state, demand).status is DemandStatus.MATCHED
    assert LISTINGS.known(state, supply).remaining == 3
    assert not list(DEMAND_BOOK.scan(state))
    consent, _ = city.granted()
    order = city.world.do(order_on(city, match, consent), city.bank)
    line = LINES.known(state, part_id(order, 0))
    assert (line.listing, line.match, line.price) == (supply, match, PRICE - 10)
    assert MATCHES.known(state, match).remaining == 1
    links = [link.kind for link in trace(state, part_id(order, 0))]
    assert links.index("listing") < links.index("demand") < links.index("match")
    assert "match" in [link.kind for link in trace(state, match)]
    city.world.do(OrderCancel(order, None), city.bank)
    assert MATCHES.known(state, match).remaining == 2
    assert LISTINGS.known(state, supply).remaining == 3


def test_what_is_not_ordered_in_time_goes_back(city: City) -> None:
    supply = supplied(city, quantity=5, price=PRICE - 10)
    match = matched(city, supply, demanded(city))
    consent, _ = city.granted()
    order = city.world.do(order_on(city, match, consent), city.bank)
    city.world.wait(city.world.parameter(ParameterName.MATCH_TERM_MS))
    state = city.world.state
    assert LISTINGS.known(state, supply).remaining == 4
    other, _ = city.granted()
    late = order_on(city, match, other)
    assert city.world.refused(late, city.bank) is Code.LISTING_CLOSED
    city.world.do(OrderCancel(order, None), city.bank)
    assert LISTINGS.known(state, supply).remaining == 5


def test_a_match_is_over_before_a_sweep_says_so(city: City) -> None:
    supply = supplied(city, quantity=5, price=PRICE - 10)
    match = matched(city, supply, demanded(city))
    consent, _ = city.granted()
    order = city.world.do(order_on(city, match, consent), city.bank)
    wait_unswept(city, city.world.parameter(ParameterName.MATCH_TERM_MS))
    other, _ = city.granted()
    assert city.world.refused(order_on(city, match, other), city.bank) is Code.LISTING_CLOSED
    city.world.do(OrderCancel(order, None), city.bank)
    assert LISTINGS.known(city.world.state, supply).remaining == 4


def test_a_match_is_its_users_for_its_purpose_and_quantity(city: City) -> None:
    match = matched(city, city.listing, demanded(city, quantity=1))
    consent, _ = city.granted()
    body = order_on(city, match, consent)
    assert city.world.refused(body, city.other_bank) is Code.NO_RIGHT
    marketing = order_on(city, match, consent, MARKETING)
    assert city.world.refused(marketing, city.bank) is Code.WRONG_PURPOSE
    city.world.do(ListingWithdraw(city.listing), city.operator)
    city.world.do(order_on(city, match, consent, CREDIT_SMALL), city.bank)
    other, _ = city.granted()
    assert city.world.refused(order_on(city, match, other), city.bank) is Code.LISTING_CLOSED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"venue": salted("none")}, Code.VENUE_NOT_DESIGNATED),
        ({"product": salted("none")}, Code.NOT_FOUND),
        ({"product_class": ProductClass.VERIFY}, Code.WRONG_CLASS),
        ({"purpose": 999}, Code.NOT_FOUND),
        ({"quantity": 0}, Code.OUT_OF_BOUNDS),
        ({"until_ms": 1}, Code.DEADLINE_PASSED),
        ({"until_ms": 2**50}, Code.OUT_OF_BOUNDS),
    ],
)
def test_a_demand_is_refused(city: City, changes: dict[str, object], code: Code) -> None:
    body = demand_of(city, product=city.product)
    assert city.world.refused(varied(body, changes), city.bank) is code
    assert city.world.refused(body, city.operator) is Code.NO_RIGHT
    city.world.do(body, city.bank)


def test_a_frozen_user_or_chain_asks_for_nothing(city: City) -> None:
    freeze(city, city.bank.id)
    assert city.world.refused(demand_of(city), city.bank) is Code.FROZEN
    city.world.do(demand_of(city), city.other_bank)
    freeze(city, city.world.genesis_hash)
    assert city.world.refused(demand_of(city), city.other_bank) is Code.FROZEN


def test_a_demand_ends_by_its_user_or_by_time(city: City) -> None:
    first, second = demanded(city), demanded(city)
    refused = city.world.refused
    assert refused(ListingWithdraw(first), city.other_bank) is Code.NO_RIGHT
    city.world.do(ListingWithdraw(first), city.bank)
    assert refused(ListingWithdraw(first), city.bank) is Code.LISTING_CLOSED
    assert refused(match_of(city, city.listing, first), city.market) is Code.LISTING_CLOSED
    city.world.wait(DAY)
    assert DEMANDS.known(city.world.state, second).status is DemandStatus.EXPIRED
    assert not list(DEMAND_BOOK.scan(city.world.state))


def test_an_unswept_demand_is_over(city: City) -> None:
    demand = demanded(city)
    wait_unswept(city, DAY)
    body = match_of(city, city.listing, demand)
    assert city.world.refused(body, city.market) is Code.LISTING_CLOSED
    assert city.world.refused(ListingWithdraw(demand), city.bank) is Code.LISTING_CLOSED


def test_a_match_is_refused_in_this_order(city: City) -> None:
    world = city.world
    body = match_of(city, city.listing, demanded(city))
    assert world.refused(body, city.operator) is Code.NO_RIGHT
    unknown = replace(body, supply=salted("none"))
    assert world.refused(unknown, city.market) is Code.NOT_FOUND
    assert world.refused(replace(body, demand=salted("none")), city.market) is Code.NOT_FOUND
    rival = world.actor("rival market", PartyKind.MARKET_OPERATOR, Right.MARKET)
    assert world.refused(body, rival) is Code.NO_RIGHT
    assert world.refused(replace(body, price=body.price + 1), city.market) is (Code.PRICE_MISMATCH)
    world.do(body, city.market)
    assert world.refused(body, city.market) is Code.LISTING_CLOSED


def test_both_sides_stand_at_one_designated_venue(city: City) -> None:
    body = match_of(city, city.listing, demanded(city))

    def move(context: Context) -> None:
        demand = DEMANDS.known(context.state, body.demand)
        DEMANDS.put(context.state, body.demand, replace(demand, venue=salted("elsewhere")))

    def close(context: Context) -> None:
        venue = CHANNELS.known(context.state, city.venue)
        CHANNELS.put(context.state, city.venue, replace(venue, replaced_by=salted("another")))

    city.world.change(close)
    assert city.world.refused(body, city.market) is Code.VENUE_NOT_DESIGNATED
    city.world.change(move)
    assert city.world.refused(body, city.market) is Code.SCHEMA


def suspend(city: City) -> None:
    city.world.do(ProductSuspend(city.product, ProductReason.DEFECT), city.operator)


def lower_the_cap(city: City) -> None:
    city.world.do(PriceCapSet(city.product, PRICE - 1, 10**9), city.authorizer)


def pay_the_bank(city: City) -> None:
    set_policy(city, (city.bank, 10_000))


def nothing(_: City) -> None:
    """Disturb nothing."""


@pytest.mark.parametrize(
    ("disturb", "changes", "code"),
    [
        (nothing, {}, None),
        (nothing, {"price": PRICE - 1}, Code.PRICE_MISMATCH),
        (nothing, {"product_class": ProductClass.VERIFY}, Code.WRONG_CLASS),
        (nothing, {"purpose": 1}, Code.WRONG_PURPOSE),
        (lambda city: freeze(city, city.resource), {}, Code.FROZEN),
        (lambda city: freeze(city, city.world.genesis_hash), {}, Code.FROZEN),
        (suspend, {}, Code.PRODUCT_NOT_ACTIVE),
        (lower_the_cap, {}, Code.PRICE_ABOVE_CAP),
        (pay_the_bank, {}, Code.SELF_DEALING),
    ],
)
def test_what_does_not_fit_is_not_matched(
    city: City,
    disturb: Callable[[City], None],
    changes: dict[str, object],
    code: Code | None,
) -> None:
    """The refusal is the one that an order meets, and the replayer knows it too."""
    demand = city.world.do(demand_of(city, **changes), city.bank)
    consent, _ = city.granted()
    body = match_of(city, city.listing, demand)
    disturb(city)
    world = city.world
    overlay = Context(world.overlay(), world.block_context(), salted("look"))
    found = objection(
        overlay,
        LISTINGS.known(world.state, city.listing),
        DEMANDS.known(world.state, demand),
    )
    assert found is code
    if code is None:
        world.do(body, city.market)
        return
    assert world.refused(body, city.market) is code
    if not changes:
        assert world.refused(city.order_place(consent), city.bank) is code
    assert (body.supply, demand) not in right_pairs(city)


def test_another_product_is_not_what_was_asked_for(city: City) -> None:
    demand = demanded(city, product=city.product)

    def ask_for_another(context: Context) -> None:
        changed = replace(DEMANDS.known(context.state, demand), product=salted("another"))
        DEMANDS.put(context.state, demand, changed)

    body = match_of(city, city.listing, demand)
    city.world.change(ask_for_another)
    assert city.world.refused(body, city.market) is Code.WRONG_PRODUCT


def test_too_little_supply_does_not_fit(city: City) -> None:
    supply = supplied(city, quantity=1, price=PRICE - 10)
    demand = demanded(city, quantity=2)
    body = match_of(city, supply, demand)
    assert city.world.refused(body, city.market) is Code.LISTING_CLOSED
    matched(city, city.listing, demand)


def test_the_cheapest_then_the_earliest_supply_comes_first(city: City) -> None:
    cheaper = supplied(city, price=PRICE - 10)
    later = supplied(city, price=PRICE - 10)
    demand = demanded(city)
    for supply in (city.listing, later):
        body = match_of(city, supply, demand)
        assert city.world.refused(body, city.market) is Code.PRIORITY_BROKEN
    assert right_pairs(city) == {(cheaper, demand)}
    matched(city, cheaper, demand)


def test_who_pays_most_then_who_came_first_is_served_first(city: City) -> None:
    first = demanded(city)
    second = demanded(city, city.other_bank)
    best = demanded(city, city.other_bank, price=PRICE + 100)
    for demand in (second, first):
        body = match_of(city, city.listing, demand)
        assert city.world.refused(body, city.market) is Code.PRIORITY_BROKEN
    for demand in (best, first, second):
        assert right_pairs(city) == {(city.listing, demand)}
        matched(city, city.listing, demand)


def test_a_frozen_head_of_the_book_blocks_nobody(city: City) -> None:
    best = demanded(city, city.other_bank, price=PRICE + 100)
    demand = demanded(city)
    freeze(city, city.other_bank.id)
    assert right_pairs(city) == {(city.listing, demand)}
    assert best != demand
    matched(city, city.listing, demand)


def test_a_closed_supply_leaves_the_book(city: City) -> None:
    city.world.do(ListingWithdraw(city.listing), city.operator)
    assert not list(SUPPLY_BOOK.scan(city.world.state))
    short = supplied(city, until_ms=city.now_ms + HOUR)
    city.world.wait(HOUR)
    assert LISTINGS.known(city.world.state, short).status is ListingStatus.EXPIRED
    assert not list(SUPPLY_BOOK.scan(city.world.state))


def test_past_the_head_of_the_book_a_replayer_judges(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain compares a bounded number; whoever replays the block sees the rest."""
    monkeypatch.setattr(matching, "HEAD_OF_BOOK", 0)
    supplied(city, price=PRICE - 10)
    demand = demanded(city)
    body = match_of(city, city.listing, demand)
    assert (body.supply, demand) not in right_pairs(city)
    city.world.do(body, city.market)
