"""Random histories of a city: many hands, right and wrong, several transactions in a block.

A history is a list of steps; each step is an action and three numbers that choose among what there
is. The same steps give the same history, so a failure is reproduced by the steps it prints.
"""

import copy
from dataclasses import dataclass, field, replace
from functools import cache

from chaincode.authorization.consents import ConsentGrant
from chaincode.authorization.records import ConsentKind
from chaincode.context import BlockContext
from chaincode.delivery.consignment import consignment
from chaincode.delivery.envelopes import EnvelopePrepare
from chaincode.delivery.preambles import other_recipients
from chaincode.delivery.release import EnvelopeRelease
from chaincode.execution import BlockExecution, execute_block
from chaincode.ids import part_id
from chaincode.registration.product import ProductReview, ProductSubmit
from chaincode.registration.records import FeeClass, ProductClass
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from chaincode.settlement.disputes import DisputeOpen
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import CURRENT_POLICIES, POLICIES, Payee
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.inspections import InspectionOrder
from chaincode.supervision.rectifications import RectificationOrder
from chaincode.trading.demands import DemandList
from chaincode.trading.matching import HEAD_OF_BOOK, ListingMatch
from chaincode.trading.placement import OrderPlace
from chaincode.trading.records import (
    DEMAND_BOOK,
    LINES,
    LISTINGS,
    MATCHES,
    ORDERS,
    SUPPLY_BOOK,
    Line,
)
from ledger.refusal import Code
from ledger.transaction import Transaction
from tests.unit.chaincode import play_committee
from tests.unit.chaincode.balance_oracle import BalanceOracle
from tests.unit.chaincode.city import City, product_terms, set_policy, varied
from tests.unit.chaincode.computing_invariants import check_computing
from tests.unit.chaincode.invariants import check_invariants, free_balances
from tests.unit.chaincode.market_invariants import check_market
from tests.unit.chaincode.match_oracle import right_matches
from tests.unit.chaincode.memory import MemoryState
from tests.unit.chaincode.release_oracle import ReleaseOracle
from tests.unit.chaincode.statistics_office import StatisticsOffice
from tests.unit.chaincode.world import Actor, World, envelope_key, salted

Step = tuple[str, int, int, int]
Signed = tuple[object, tuple[Actor, ...]]
USES = 4
PRICE = 7
CARRIED_KEY = envelope_key("the bank's key that persons name")
STOPPED_BY_FREEZE = (
    "demand.list",
    "envelope.prepare",
    "envelope.release",
    "job.admit",
    "job.reject",
    "job.result",
    "job.submit",
    "listing.match",
    "order.place",
    "supply.list",
)


@dataclass(slots=True)
class WatchedWorld(World):
    """A world that keeps the results of its blocks until somebody has looked at them."""

    unseen: list[BlockExecution] = field(default_factory=list)

    def block(self, *transactions: Transaction) -> BlockExecution:
        """Execute and commit one block, and keep its result."""
        # A slotted dataclass is made anew by its decorator: `super()` would name the other one.
        execution = World.block(self, *transactions)
        self.unseen.append(execution)
        return execution


@dataclass(slots=True)
class Play:
    """A city with people in it, and what has been tried there so far."""

    office: StatisticsOffice
    city: City
    free_product: bytes
    free_listing: bytes
    world: WatchedWorld
    balances: BalanceOracle
    people: list[tuple[bytes, Actor]] = field(default_factory=list)
    matters: list[bytes] = field(default_factory=list)
    orders: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    listings: list[bytes] = field(default_factory=list)
    demands: list[bytes] = field(default_factory=list)
    matches: list[bytes] = field(default_factory=list)
    inspections: list[bytes] = field(default_factory=list)
    rectifications: list[bytes] = field(default_factory=list)
    members: tuple[Actor, ...] = ()
    disputes: list[bytes] = field(default_factory=list)
    cases: list[tuple[bytes, bytes]] = field(default_factory=list)
    waiting: list[tuple[Transaction, object, tuple[Actor, ...]]] = field(default_factory=list)
    released: set[bytes] = field(default_factory=set)
    outcomes: list[tuple[str, Code]] = field(default_factory=list)

    def try_out(self, signed: Signed | None, b: int, c: int) -> None:
        """Let something wait for the next block; end the block with every third on average."""
        if signed is not None:
            body, signers = signed
            if c % 11 == 0:
                signers = (self.actors()[b % len(self.actors())], *signers[1:])
            transaction = self.city.world.transaction(body, *signers)
            self.take_note(transaction, body)
            self.waiting.append((transaction, body, signers))
        if c % 3 == 0 or len(self.waiting) >= 4:
            self.end_block()

    def pass_time(self, duration_ms: int) -> None:
        """End the block, let time pass, and look at what it decided."""
        self.end_block()
        self.city.world.time_ms += duration_ms
        self.end_block()

    def line(self, line_id: bytes) -> Line | None:
        """Return a line, if its order was placed."""
        return LINES.get(self.world.state, line_id)

    def user_of(self, line: Line) -> Actor:
        """Return who ordered a line."""
        return self.party_of(ORDERS.known(self.world.state, line.order).user)

    def party_of(self, party: bytes) -> Actor:
        """Return one of the two banks by its id."""
        return self.city.other_bank if party == self.city.other_bank.id else self.city.bank

    def person_of(self, line: Line) -> Actor | None:
        """Return whom a line is about."""
        found = (somebody for _, somebody in self.people if somebody.key == line.sid)
        return next(found, None)

    def prepared(self, line_id: bytes, body: EnvelopePrepare) -> EnvelopePrepare:
        """Return a preparation with a wrap for each recipient besides the user."""
        goods = consignment(self.world.state, line_id, "line")
        others = other_recipients(goods, self.city.sealed_to())
        return replace(body, wraps=(play_committee.WATCHED_WRAP,) * len(others))

    def actors(self) -> tuple[Actor, ...]:
        """Return those who may sign in another's place."""
        city = self.city
        parties = (city.bank, city.other_bank, city.deliverer, city.other_deliverer)
        return (*parties, city.operator, city.holder, city.supervisor, city.market)

    def take_note(self, transaction: Transaction, body: object) -> None:
        """Keep the ids that a transaction makes if it succeeds."""
        if isinstance(body, OrderPlace):
            self.orders.append(transaction.tx_id)
            self.lines += [part_id(transaction.tx_id, index) for index in range(len(body.lines))]
        elif isinstance(body, DisputeOpen):
            self.disputes.append(transaction.tx_id)
        elif isinstance(body, CaseOpen):
            self.cases.append((transaction.tx_id, body.targets[0].id))
        elif isinstance(body, DemandList):
            self.demands.append(transaction.tx_id)
        elif isinstance(body, ListingMatch):
            self.matches.append(transaction.tx_id)
        elif isinstance(body, InspectionOrder):
            self.inspections.append(transaction.tx_id)
        elif isinstance(body, RectificationOrder):
            self.rectifications.append(transaction.tx_id)

    def end_block(self) -> None:
        """Execute what waits, protective first, and check everything."""
        batch = sorted(self.waiting, key=lambda row: not _is_protective(row[0]))
        self.waiting = []
        world = self.world
        context = world.block_context()
        transactions = [transaction for transaction, _, _ in batch]
        execution = execute_block(world.state, context, transactions)
        again = execute_block(world.state, context, transactions)
        assert again == execution, "I24: the same block gives the same result"
        succeeded = [
            transaction
            for transaction, outcome in zip(
                transactions, execution.outcomes[execution.sweeps :], strict=True
            )
            if outcome.receipt.code is Code.OK
        ]
        without = execute_block(world.state, context, succeeded)
        assert without.changes == execution.changes, "I24: a refused transaction changes nothing"
        self._judge(batch, [row.receipt.code for row in execution.outcomes[execution.sweeps :]])
        assert world.block(*transactions) == execution
        for seen in world.unseen:
            self.balances.learn_refunds(seen)
        world.unseen.clear()
        check_invariants(world.state, world.genesis_hash)
        check_computing(world.state)
        check_market(world.state)
        found, wanted = free_balances(world.state), self.balances.balances()
        assert +found == +wanted, "balances differ from the second computation"

    def _judge(
        self,
        batch: list[tuple[Transaction, object, tuple[Actor, ...]]],
        codes: list[Code],
    ) -> None:
        """Compare each release with the oracle, and remember what happened."""
        world = self.city.world
        context = world.block_context()
        for position, ((transaction, body, signers), code) in enumerate(
            zip(batch, codes, strict=True)
        ):
            self.outcomes.append((transaction.type, code))
            if isinstance(body, EnvelopeRelease) or transaction.type in STOPPED_BY_FREEZE:
                before = MemoryState(world.state.values)
                earlier = [row[0] for row in batch[:position]]
                before.commit(execute_block(world.state, context, earlier).changes)
                oracle = ReleaseOracle(before, context)
                if isinstance(body, EnvelopeRelease):
                    assert code is oracle.judge(body, signers[0].key), "I4: oracle disagrees"
                if isinstance(body, ListingMatch):
                    self._check_priority(before, context, body, code)
                if code is Code.OK:
                    self._check_not_frozen(oracle, body)
            if code is Code.OK:
                if isinstance(body, EnvelopeRelease):
                    assert body.line not in self.released, "I5: released twice"
                    self.released.add(body.line)
                key_owner = signers[0].id
                self.balances.learn(transaction, body, key_owner)

    def _check_not_frozen(self, oracle: ReleaseOracle, body: object) -> None:
        """I16: no release, listing or order while what it touches is frozen."""
        touched = [self.world.genesis_hash]
        if isinstance(body, OrderPlace):
            offers = [(MATCHES.get(oracle.state, row.listing), row) for row in body.lines]
            ids = [row.listing if match is None else match.supply for match, row in offers]
            touched += [LISTINGS.known(oracle.state, item).product for item in ids]
            touched += [line.consent for line in body.lines if line.consent is not None]
        if isinstance(body, EnvelopeRelease):
            line = LINES.known(oracle.state, body.line)
            touched += [line.product, line.order]
        assert not any(oracle.frozen(target) for target in touched)

    def _check_priority(
        self, before: MemoryState, context: BlockContext, body: ListingMatch, code: Code
    ) -> None:
        """Demand that a match is made exactly where each side is the first for the other."""
        books = (list(SUPPLY_BOOK.scan(before)), list(DEMAND_BOOK.scan(before)))
        if code not in (Code.OK, Code.PRIORITY_BROKEN) or max(map(len, books)) > HEAD_OF_BOOK:
            return
        right = (body.supply, body.demand) in right_matches(before, context, self.city.venue)
        assert right is (code is Code.OK)


def _is_protective(transaction: Transaction) -> bool:
    return transaction.type in (
        "consent.deny",
        "consent.revoke",
        "grant.revoke",
        "freeze.set",
        "erasure.request",
    )


def founded_play() -> Play:
    """Return a play of its own, with six people who agreed."""
    return copy.deepcopy(_template())


@cache
def _template() -> Play:
    """Return a play with a free public product, computed products and dust-prone shares."""
    office = StatisticsOffice.founded()
    city = office.city
    quiet = city.world
    third = quiet.actor("third supervisor", PartyKind.SUPERVISOR, Right.WATCH)
    members = (city.supervisor, city.other_supervisor, third)
    play_committee.install(city, members)
    world = WatchedWorld(quiet.state, quiet.genesis_hash, quiet.height, quiet.time_ms, quiet.salts)
    world.blocks = quiet.blocks
    city.world = world
    thirds = ((city.holder, 3_334), (city.developer, 3_333), (city.operator, 3_333))
    set_policy(city, *thirds)
    city.listing = world.do(replace(city.supply(), price=PRICE), city.operator)
    free_product = _free_product(city)
    free = replace(city.supply(), product=free_product, price=0)
    free_listing = world.do(free, city.operator)
    play = Play(office, city, free_product, free_listing, world, _balances(world))
    play.members = members
    play.listings = [city.listing, free_listing, office.group_listing]
    for number in range(6):
        meet_somebody(play, number)
    return play


def _free_product(city: City) -> bytes:
    world = city.world
    development = city.granted_right(Right.DEVELOP, city.developer)
    terms = varied(
        product_terms(city, (None, None), ProductClass.NON_PERSONAL),
        {"fee_class": FeeClass.PUBLIC},
    )
    free_product = world.do(ProductSubmit(None, terms, (development,)), city.developer)
    world.do(ProductReview(free_product, Decision.APPROVED, None), city.registrar)
    policy = PolicySet(free_product, (Payee(city.holder.id, 10_000),), salted("free"))
    world.do(policy, city.authorizer)
    return free_product


def _balances(world: World) -> BalanceOracle:
    """Return the second computation of balances, as the play begins."""
    return BalanceOracle(
        opening=free_balances(world.state),
        offers={key: (item.product, item.price) for key, item in LISTINGS.scan(world.state)},
        shares={
            key: {payee.party: payee.share for payee in policy.payees}
            for key, policy in POLICIES.scan(world.state)
        },
        current={key: record.version for key, record in CURRENT_POLICIES.scan(world.state)},
    )


def meet_somebody(play: Play, number: int) -> None:
    """Ask a new person, who agrees, if the product can be asked for at all.

    Every third names the bank's key, so that they may carry; every second wants a copy.
    """
    city = play.city
    somebody = city.bound()
    asked, outcome = city.world.attempt(city.matter_open(), city.bank)
    if outcome.refusal is not None:
        return
    request = varied(
        city.consent_request(asked.tx_id, somebody.key),
        {
            "kind": ConsentKind.MATTER,
            "max_uses": USES,
            "receiving_key": CARRIED_KEY if number % 3 == 0 else None,
        },
    )
    matter = asked.tx_id
    asked, outcome = city.world.attempt(request, city.bank)
    if outcome.refusal is None:
        copy_key = envelope_key("safe-box") if number % 2 else None
        city.world.do(ConsentGrant(asked.tx_id, city.notice, copy_key), somebody)
        play.matters.append(matter)
        play.people.append((asked.tx_id, somebody))
