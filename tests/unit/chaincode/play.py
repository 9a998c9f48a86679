"""Random histories of a city: many hands, right and wrong, several transactions in a block.

A history is a list of steps; each step is an action and three numbers that choose among what there
is. The same steps give the same history, so a failure is reproduced by the steps it prints.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chaincode.authorization.consents import ConsentDeny, ConsentGrant, ConsentRevoke
from chaincode.authorization.grants import GrantRevoke
from chaincode.authorization.matters import MatterClose
from chaincode.authorization.records import AmountBucket, ConsentKind, MatterOutcome
from chaincode.delivery.envelopes import EnvelopeAcknowledge
from chaincode.delivery.erasure import ErasureAttest
from chaincode.delivery.receipts import EnvelopeReceipt
from chaincode.delivery.records import Verdict
from chaincode.delivery.release import EnvelopeRelease
from chaincode.execution import BlockExecution, execute_block
from chaincode.ids import part_id
from chaincode.registration.product import (
    ProductReason,
    ProductResume,
    ProductReview,
    ProductSubmit,
    ProductSuspend,
)
from chaincode.registration.records import FeeClass, ProductClass
from chaincode.registration.review import Decision
from chaincode.rights import Right
from chaincode.settlement.disputes import DisputeOpen, DisputeRule
from chaincode.settlement.money import CreditBurn, CreditMint
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import CURRENT_POLICIES, POLICIES, DisputeCode, Payee
from chaincode.settlement.refund import LineRefund
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.freezes import FreezeLift, FreezeSet
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trading.orders import OrderCancel, OrderConfirm, OrderReject
from chaincode.trading.placement import OrderLine, OrderPlace
from chaincode.trading.records import FINAL, LINES, LISTINGS, LineState
from chaincode.trading.withdrawal import ListingWithdraw
from ledger.refusal import Code
from ledger.transaction import Transaction
from tests.unit.chaincode.balance_oracle import BalanceOracle
from tests.unit.chaincode.city import (
    CREDIT,
    CREDIT_FIELDS,
    CREDIT_SMALL,
    DAY,
    HOUR,
    MARKETING,
    WRAP,
    City,
    product_terms,
    set_policy,
    varied,
)
from tests.unit.chaincode.invariants import check_invariants, free_balances
from tests.unit.chaincode.memory import MemoryState
from tests.unit.chaincode.release_oracle import ReleaseOracle
from tests.unit.chaincode.world import Actor, World, envelope_key, salted

Step = tuple[str, int, int, int]
Signed = tuple[object, tuple[Actor, ...]]
USES = 4
PRICE = 7
WAITS = (2_000, 2_000, 3_000, 5_000, 20_000, 65_000, HOUR // 2, 2 * DAY)
UNDER_WAY = frozenset(LineState) - FINAL - {LineState.PLACED}
STOPPED_BY_FREEZE = ("envelope.release", "supply.list", "order.place")


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
    disputes: list[bytes] = field(default_factory=list)
    cases: list[tuple[bytes, bytes]] = field(default_factory=list)
    waiting: list[tuple[Transaction, object, tuple[Actor, ...]]] = field(default_factory=list)
    released: set[bytes] = field(default_factory=set)
    outcomes: list[tuple[str, Code]] = field(default_factory=list)

    def do(self, step: Step) -> None:
        """Try one action; end the block with every third on average."""
        name, a, b, c = step
        if name == "wait":
            self.end_block()
            self.city.world.time_ms += WAITS[a % len(WAITS)]
            self.end_block()
            return
        signed = ACTIONS[name](self, a, b, c)
        if signed is not None:
            body, signers = signed
            if c % 11 == 0:
                signers = (self.actors()[b % len(self.actors())], *signers[1:])
            transaction = self.city.world.transaction(body, *signers)
            self.take_note(transaction, body)
            self.waiting.append((transaction, body, signers))
        if c % 3 == 0 or len(self.waiting) >= 4:
            self.end_block()

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
                oracle = ReleaseOracle(before, context.time_ms)
                if isinstance(body, EnvelopeRelease):
                    assert code is oracle.judge(body, signers[0].key), "I4: oracle disagrees"
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
        touched = [self.city.product] if not isinstance(body, EnvelopeRelease) else []
        if isinstance(body, OrderPlace):
            listings = [LISTINGS.known(oracle.state, line.listing) for line in body.lines]
            touched = [listing.product for listing in listings]
            touched += [line.consent for line in body.lines if line.consent is not None]
        if isinstance(body, EnvelopeRelease):
            line = LINES.known(oracle.state, body.line)
            touched = [line.product, line.order]
        assert not any(oracle.frozen(target) for target in touched)


def _is_protective(transaction: Transaction) -> bool:
    return transaction.type in (
        "consent.deny",
        "consent.revoke",
        "grant.revoke",
        "freeze.set",
        "erasure.request",
    )


def founded_play() -> Play:
    """Return a play with a free public product, dust-prone shares and six people who agreed."""
    city = City.founded()
    quiet = city.world
    world = WatchedWorld(quiet.state, quiet.genesis_hash, quiet.height, quiet.time_ms, quiet.salts)
    world.blocks = quiet.blocks
    city.world = world
    thirds = ((city.holder, 3_334), (city.developer, 3_333), (city.operator, 3_333))
    set_policy(city, *thirds)
    city.listing = world.do(replace(city.supply(), price=PRICE), city.operator)
    development = city.granted_right(Right.DEVELOP, city.developer)
    terms = varied(
        product_terms(city, (None, None), ProductClass.NON_PERSONAL),
        {"fee_class": FeeClass.PUBLIC},
    )
    free_product = world.do(ProductSubmit(None, terms, (development,)), city.developer)
    world.do(ProductReview(free_product, Decision.APPROVED, None), city.registrar)
    policy = PolicySet(free_product, (Payee(city.holder.id, 10_000),), salted("free"))
    world.do(policy, city.authorizer)
    free = replace(city.supply(), product=free_product, price=0)
    free_listing = world.do(free, city.operator)
    current = {key: record.version for key, record in CURRENT_POLICIES.scan(world.state)}
    balances = BalanceOracle(
        opening=free_balances(world.state),
        offers={city.listing: (city.product, PRICE), free_listing: (free_product, 0)},
        shares={
            key: {payee.party: payee.share for payee in policy.payees}
            for key, policy in POLICIES.scan(world.state)
        },
        current=current,
    )
    play = Play(city, free_product, free_listing, world, balances)
    play.listings = [city.listing, free_listing]
    for _ in range(6):
        _meet_somebody(play)
    return play


def _meet_somebody(play: Play) -> None:
    """Ask a new person, who agrees, if the product can be asked for at all."""
    city = play.city
    somebody = city.bound()
    matter = city.world.do(city.matter_open(), city.bank)
    request = varied(
        city.consent_request(matter, somebody.key),
        {"kind": ConsentKind.MATTER, "max_uses": USES},
    )
    asked, outcome = city.world.attempt(request, city.bank)
    if outcome.refusal is None:
        city.world.do(ConsentGrant(asked.tx_id, city.notice, None), somebody)
        play.matters.append(matter)
        play.people.append((asked.tx_id, somebody))


# Actions. Each returns a body and its signers, or nothing where there is nothing to act on.


def _consent_of(play: Play, a: int) -> tuple[bytes, Actor]:
    return play.people[a % len(play.people)]


def _place(play: Play, a: int, b: int, c: int) -> Signed:
    city = play.city
    purpose = MARKETING if c % 13 == 0 else (CREDIT, CREDIT_SMALL)[c % 2]
    lines = [OrderLine(city.listing, purpose, _consent_of(play, a)[0])]
    if b % 4 == 0:
        lines.append(OrderLine(city.listing, CREDIT, _consent_of(play, b)[0]))
    if b % 5 == 0:
        lines.append(OrderLine(play.free_listing, MARKETING, None))
    if b % 17 == 0:
        lines.append(OrderLine(play.free_listing, CREDIT, _consent_of(play, b)[0]))
    body = OrderPlace(
        lines=tuple(lines),
        receiving_key=envelope_key(f"order {a} {b}"),
        confirm_until_ms=city.now_ms + 10_000,
        deliver_until_ms=city.now_ms + HOUR // 2,
    )
    return body, (city.bank,)


def _advance(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Return the next lawful step of a line."""
    city = play.city
    found = [(line_id, LINES.get(city.world.state, line_id)) for line_id in play.lines]
    alive = [(line_id, line) for line_id, line in found if line and line.state in UNDER_WAY]
    if not alive:
        return None
    line_id, line = alive[a % len(alive)]
    if line.state is LineState.CONFIRMED:
        fields = CREDIT_FIELDS if b % 7 else 0b1111
        return city.envelope_prepare(line_id, fields), (city.deliverer,)
    if line.state is LineState.PREPARED:
        return city.acknowledgement(line_id), (city.bank,)
    if line.state is LineState.ACKNOWLEDGED:
        return city.release(line_id), (city.deliverer,)
    if line.state is LineState.RELEASED:
        verdict = Verdict.BAD_KEY if c % 9 == 0 else Verdict.OK
        return city.receipt(line_id, verdict), (city.bank,)
    return LineSettle((line_id,)), (city.market,)


def _line_of(play: Play, a: int) -> bytes | None:
    return play.lines[a % len(play.lines)] if play.lines else None


def _release_anything(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Release whatever line there is, in any state, with a header that may be wrong."""
    line_id = _line_of(play, a)
    if line_id is None:
        return None
    header_hash = salted("no header")
    line = LINES.get(play.city.world.state, line_id)
    if line is not None and line.asset is not None and c % 5:
        header_hash = play.city.header_hash(line_id)
    wrap = bytes(112) if b % 7 == 0 else WRAP
    signer = play.city.other_deliverer if b % 5 == 0 else play.city.deliverer
    return EnvelopeRelease(line_id, header_hash, wrap), (signer,)


def _misplaced(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Try a step on a line that may be in any state."""
    line_id = _line_of(play, a)
    if line_id is None:
        return None
    order = play.orders[b % len(play.orders)]
    tries: tuple[Signed, ...] = (
        (EnvelopeAcknowledge(line_id, salted("h"), salted("r")), (play.city.bank,)),
        (EnvelopeReceipt(line_id, salted("h"), Verdict.OK), (play.city.deliverer,)),
        (LineSettle((line_id,)), (play.city.market,)),
        (LineRefund(line_id), (play.city.market,)),
        (OrderCancel(order, None), (play.city.bank,)),
        (OrderCancel(order, line_id), (play.city.bank,)),
        (OrderConfirm(order), (play.city.operator,)),
        (OrderReject(order), (play.city.operator,)),
    )
    return tries[c % len(tries)]


def _answer(play: Play, a: int, b: int, c: int) -> Signed:
    consent, somebody = _consent_of(play, a)
    answers: tuple[object, ...] = (
        ConsentRevoke(consent, erase=b % 2 == 0),
        ConsentDeny(consent),
        ConsentGrant(consent, play.city.notice, None),
    )
    return answers[c % 3], (somebody,)


def _agree(play: Play, _a: int, _b: int, _c: int) -> None:
    """Let somebody new agree, in blocks of their own."""
    play.end_block()
    _meet_somebody(play)


def _close(play: Play, a: int, _b: int, _c: int) -> Signed:
    matter = play.matters[a % len(play.matters)]
    return MatterClose(matter, MatterOutcome.DECLINED, AmountBucket.NONE), (play.city.bank,)


def _open_case(play: Play, a: int, b: int, _c: int) -> Signed:
    targets = (
        Target(TargetKind.PRODUCT, play.city.product),
        Target(TargetKind.PRODUCT, play.free_product),
        Target(TargetKind.CONSENT, _consent_of(play, b)[0]),
        Target(TargetKind.GRANT, play.city.delivery_grant),
    )
    target = targets[a % len(targets)]
    return CaseOpen((target,), LegalBasis.COMPLAINT, None), (play.city.supervisor,)


def _freeze(play: Play, a: int, b: int, _c: int) -> Signed | None:
    if not play.cases:
        return None
    case, target = play.cases[a % len(play.cases)]
    if b % 2:
        return FreezeLift(case, target), (play.city.supervisor,)
    until_ms = play.city.now_ms + WAITS[b % len(WAITS)]
    return FreezeSet(case, target, until_ms), (play.city.supervisor,)


def _dispute(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Dispute a line, or rule over a dispute with a division that may be wrong."""
    line_id = _line_of(play, a)
    if line_id is None:
        return None
    if b % 3 and play.disputes:
        dispute = play.disputes[b % len(play.disputes)]
        price = PRICE if c % 5 else PRICE + 1
        return DisputeRule(dispute, c % (price + 1), price - c % (price + 1)), (
            play.city.supervisor,
        )
    body = DisputeOpen(line_id, DisputeCode.BAD_CONTENT, salted("evidence"))
    return body, (play.city.bank if c % 2 else play.city.deliverer,)


def _money(play: Play, a: int, b: int, _c: int) -> Signed:
    city = play.city
    if a % 2:
        return CreditMint(city.bank.id, b, salted(f"mint {a}")), (city.settlement_bank,)
    return CreditBurn(b, salted(f"burn {a}")), (city.holder, city.settlement_bank)


def _share(play: Play, a: int, b: int, _c: int) -> Signed:
    """Change the policy, with shares that may not add up."""
    city = play.city
    first = b % 10_000
    rest = 10_000 - first if a % 4 else 9_999
    payees = (Payee(city.holder.id, first), Payee(city.operator.id, rest))
    return PolicySet(city.product, payees, salted("shares")), (city.authorizer,)


def _sell(play: Play, a: int, b: int, c: int) -> Signed | None:
    city = play.city
    if a % 3 == 0:
        return ListingWithdraw(play.listings[b % len(play.listings)]), (city.operator,)
    if a % 3 == 1 and b % 4 == 0:
        return GrantRevoke(city.delivery_grant), (city.holder,)
    reason = ProductReason.DEFECT
    body = ProductSuspend(city.product, reason) if c % 2 else ProductResume(city.product, reason)
    return body, (city.operator,)


def _renew(play: Play, _a: int, b: int, _c: int) -> None:
    """Offer again what may have ended, in blocks of its own: fresh grants and a fresh listing."""
    play.end_block()
    city = play.city
    _, resumed = city.world.attempt(
        ProductResume(city.product, ProductReason.RESOLVED), city.operator
    )
    play.outcomes.append(("product.resume", resumed.receipt.code))
    city.operating_grant = city.granted_right(Right.OPERATE, city.operator)
    city.delivery_grant = city.granted_right(Right.DELIVER, city.deliverer)
    supply = replace(city.supply(), price=b % 500, auto_confirm=b % 3 != 0)
    transaction, outcome = city.world.attempt(supply, city.operator)
    if outcome.refusal is None:
        city.listing = transaction.tx_id
        play.listings.append(transaction.tx_id)
        play.balances.learn(transaction, supply, city.operator.id)


def _erase(play: Play, a: int, _b: int, _c: int) -> Signed | None:
    line_id = _line_of(play, a)
    line = None if line_id is None else LINES.get(play.city.world.state, line_id)
    if line is None or line.asset is None:
        return None
    return ErasureAttest(line.asset), (play.city.bank,)


ACTIONS: dict[str, Callable[[Play, int, int, int], Signed | None]] = {
    "place": _place,
    "advance": _advance,
    "release": _release_anything,
    "misplace": _misplaced,
    "answer": _answer,
    "agree": _agree,
    "close": _close,
    "case": _open_case,
    "freeze": _freeze,
    "dispute": _dispute,
    "money": _money,
    "share": _share,
    "sell": _sell,
    "renew": _renew,
    "erase": _erase,
}
