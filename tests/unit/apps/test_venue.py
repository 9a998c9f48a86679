"""The market operator matches by the rule; the replayer finds what did not, whoever let it pass."""

import dataclasses
import random
from collections.abc import Callable

import pytest

from apps.venue.replay import judge_block, replay
from apps.venue.rule import Breach, Judgement, Pair, judged, next_pair
from chaincode.context import Context
from chaincode.state import Overlay
from chaincode.trading import matching
from chaincode.trading.matching import ListingMatch
from chaincode.trading.records import LISTINGS, MATCHES
from chaincode.trading.withdrawal import ListingWithdraw
from ledger.refusal import Code, Refused
from ledger.transaction import Transaction
from quancheng.client import Client
from tests.unit.chaincode.city import PRICE, City
from tests.unit.chaincode.match_oracle import right_matches
from tests.unit.chaincode.test_matching import demanded, match_of, supplied
from tests.unit.chaincode.world import salted
from tests.unit.node.small_node import START_MS, small_genesis, small_node

SEED = 20_240_708


@pytest.fixture
def city() -> City:
    """Return a city at whose venue nothing is on offer."""
    founded = City.founded()
    founded.world.do(ListingWithdraw(founded.listing), founded.operator)
    return founded


def next_context(city: City) -> Context:
    block = city.world.block_context()
    return Context(Overlay(city.world.state), block, salted("venue"))


def due(city: City) -> Pair | None:
    return next_pair(next_context(city), city.venue)


def judgement_of(city: City, match: ListingMatch) -> Judgement | None:
    return judged(next_context(city), match)


def test_the_operator_makes_the_one_match_after_the_other(city: City) -> None:
    """Until nothing fits, each pair is one that a second opinion calls right, and the chain takes.

    The two opinions share the question whether a supply fits, and nothing else.
    """
    rng = random.Random(SEED)
    for _ in range(4):
        supplied(city, price=PRICE - rng.randrange(3), quantity=rng.randrange(2, 5))
        demanded(city, price=PRICE - rng.randrange(-1, 3), quantity=rng.randrange(1, 4))
    made = 0
    while (pair := due(city)) is not None:
        right = right_matches(city.world.state, city.world.block_context(), city.venue)
        assert (pair.supply, pair.demand) in right, f"seed {SEED}"
        city.world.do(ListingMatch(pair.supply, pair.demand, pair.price), city.market)
        made += 1
    assert made > 1
    assert right_matches(city.world.state, city.world.block_context(), city.venue) == set()


def test_nothing_is_due_where_nothing_fits(city: City) -> None:
    assert due(city) is None
    supplied(city, price=PRICE)
    demanded(city, price=PRICE - 1)
    assert due(city) is None


def test_each_kind_of_breach_is_told_from_the_others(city: City) -> None:
    dear, cheap = supplied(city, price=PRICE), supplied(city, price=PRICE - 5)
    first, second = demanded(city, price=PRICE + 9), demanded(city, price=PRICE + 3)
    assert judgement_of(city, match_of(city, cheap, first)) is None
    passed_supply = Judgement(Breach.SUPPLY_PASSED_OVER, cheap)
    assert judgement_of(city, match_of(city, dear, first)) == passed_supply
    passed_demand = Judgement(Breach.DEMAND_PASSED_OVER, first)
    assert judgement_of(city, match_of(city, cheap, second)) == passed_demand
    dearer = ListingMatch(cheap, first, PRICE)
    assert judgement_of(city, dearer) == Judgement(Breach.PRICE)
    unknown = ListingMatch(salted("no supply"), first, PRICE)
    assert judgement_of(city, unknown) == Judgement(Breach.UNFIT)
    low = demanded(city, price=PRICE - 6)
    assert judgement_of(city, match_of(city, cheap, low)) == Judgement(Breach.UNFIT)


def test_of_two_equals_the_earlier_and_then_the_smaller_comes_first(city: City) -> None:
    one = supplied(city, price=PRICE, quantity=5)
    supplied(city, price=PRICE, quantity=5)
    world = city.world
    bodies = [city.supply(), city.supply()]
    demand = demanded(city)
    assert due(city) == Pair(one, demand, PRICE)
    city.world.do(ListingWithdraw(one), city.operator)
    world.block(*(world.transaction(body, city.operator) for body in bodies))
    pair = due(city)
    assert pair is not None
    ranked = sorted(
        (item.price, item.listed_ms, key)
        for key, item in LISTINGS.scan(world.state)
        if item.is_open(world.time_ms)
    )
    assert pair.supply == ranked[0][-1]


def replayed(city: City, transaction: Transaction) -> list[tuple[bytes, Judgement | None]]:
    """Judge a block of one transaction as the replayer does, and commit it."""
    block = city.world.block_context()
    found = judge_block(city.world.state, block, [transaction])
    city.world.block(transaction)
    return found


@pytest.fixture
def without_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the chain's own rule of priority out."""

    def nothing(*_arguments: object) -> None:
        return None

    monkeypatch.setattr(matching, "_require_first_supply", nothing)
    monkeypatch.setattr(matching, "_require_first_demand", nothing)


def passes_over_a_supply(city: City) -> tuple[ListingMatch, Judgement]:
    dear, cheap = supplied(city, price=PRICE), supplied(city, price=PRICE - 5)
    match = match_of(city, dear, demanded(city))
    return match, Judgement(Breach.SUPPLY_PASSED_OVER, cheap)


def passes_over_a_demand(city: City) -> tuple[ListingMatch, Judgement]:
    supply = supplied(city, price=PRICE)
    first, second = demanded(city, price=PRICE + 9), demanded(city, price=PRICE)
    return match_of(city, supply, second), Judgement(Breach.DEMAND_PASSED_OVER, first)


WRONG = (passes_over_a_supply, passes_over_a_demand)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.usefixtures("without_priority")
def test_a_match_that_the_chain_let_pass_is_noticed(
    wrong: Callable[[City], tuple[ListingMatch, Judgement]], city: City
) -> None:
    """With the rule removed the match takes effect, and the replay says what it passed over."""
    match, judgement = wrong(city)
    transaction = city.world.transaction(match, city.market)
    assert replayed(city, transaction) == [(transaction.tx_id, judgement)]
    assert MATCHES.get(city.world.state, transaction.tx_id) is not None


@pytest.mark.parametrize("wrong", WRONG)
def test_with_its_rule_the_chain_lets_no_such_match_pass(
    wrong: Callable[[City], tuple[ListingMatch, Judgement]], city: City
) -> None:
    match, _ = wrong(city)
    assert city.world.refused(match, city.market) is Code.PRIORITY_BROKEN


def test_a_supply_beyond_the_chains_horizon_is_noticed(
    monkeypatch: pytest.MonkeyPatch, city: City
) -> None:
    """The chain looks at the head of the book only; the replayer at all of it."""
    monkeypatch.setattr(matching, "HEAD_OF_BOOK", 1)
    supplied(city, price=PRICE - 9, quantity=1)
    cheap = supplied(city, price=PRICE - 5, quantity=9)
    dear = supplied(city, price=PRICE, quantity=9)
    match = match_of(city, dear, demanded(city, quantity=2))
    transaction = city.world.transaction(match, city.market)
    expected = Judgement(Breach.SUPPLY_PASSED_OVER, cheap)
    assert replayed(city, transaction) == [(transaction.tx_id, expected)]
    assert MATCHES.get(city.world.state, transaction.tx_id) is not None


def test_later_matches_of_a_block_are_judged_after_the_earlier_ones(city: City) -> None:
    """What was right before the block may be wrong within it, and the other way round."""
    cheap, dear = supplied(city, price=PRICE - 5, quantity=2), supplied(city, price=PRICE)
    demands = [demanded(city, price=PRICE + 9 - at, quantity=2) for at in range(2)]
    world = city.world
    block = [
        world.transaction(match_of(city, supply, demand), city.market)
        for supply, demand in zip((cheap, dear), demands, strict=True)
    ]
    found = judge_block(world.state, world.block_context(), block)
    assert [judgement for _, judgement in found] == [None, None]
    world.block(*block)
    assert all(MATCHES.get(world.state, item.tx_id) is not None for item in block)


async def test_a_replay_over_rpc_executes_every_block_again() -> None:
    """From the founding document alone it comes to the node's own state root."""
    async with small_node() as node, Client(node.url) as client:
        node.clock.now_ms = START_MS
        for height in range(4):
            await client.submit(*(node.binding(100 * height + number) for number in range(40)))
            node.produce()
        node.produce()
        found = await replay(client, small_genesis())
        status = await client.status()
        assert (found.height, found.state_root) == (status.height, status.state_root)
        assert (found.matches, found.breaches) == ((), ())


async def test_the_chain_of_another_founding_document_is_refused() -> None:
    async with small_node() as node, Client(node.url) as client:
        node.produce()
        other = dataclasses.replace(small_genesis(), time_ms=START_MS - 2_000)
        with pytest.raises(Refused) as caught:
            await replay(client, other)
        assert caught.value.refusal.code is Code.WRONG_CHAIN
