"""A second opinion on balances: what everyone must have, in closed form, from what happened.

It keeps no running balances. From the orders, refunds, settlements and policies of a history it
computes each party's money from scratch, so rounding that drifts step by step would show.
"""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from chaincode.execution import BlockExecution
from chaincode.ids import part_id
from chaincode.settlement.disputes import DisputeOpen, DisputeRule
from chaincode.settlement.money import CreditBurn, CreditMint
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.policies import PolicySet
from chaincode.trading.listings import SupplyList
from chaincode.trading.matching import ListingMatch
from chaincode.trading.placement import OrderPlace
from ledger.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Sale:
    """A line that was ordered."""

    user: bytes
    product: bytes
    version: int
    price: int


@dataclass(slots=True)
class BalanceOracle:
    """Facts of a history, and what follows from them."""

    opening: Counter[bytes]
    offers: dict[bytes, tuple[bytes, int]]
    shares: dict[tuple[bytes, int], dict[bytes, int]]
    current: dict[bytes, int]
    moved: Counter[bytes] = field(default_factory=Counter)
    sales: dict[bytes, Sale] = field(default_factory=dict)
    refunded: set[bytes] = field(default_factory=set)
    settled: set[bytes] = field(default_factory=set)
    disputes: dict[bytes, bytes] = field(default_factory=dict)
    returned: dict[bytes, int] = field(default_factory=dict)

    def learn(self, transaction: Transaction, body: object, signer: bytes) -> None:
        """Take note of a transaction that succeeded."""
        tx_id = transaction.tx_id
        if isinstance(body, SupplyList):
            self.offers[tx_id] = (body.product, body.price)
        elif isinstance(body, ListingMatch):
            self.offers[tx_id] = (self.offers[body.supply][0], body.price)
        elif isinstance(body, OrderPlace):
            for index, line in enumerate(body.lines):
                product, price = self.offers[line.listing]
                sale = Sale(signer, product, self.current[product], price)
                self.sales[part_id(tx_id, index)] = sale
        elif isinstance(body, LineSettle):
            self.settled |= set(body.lines)
        elif isinstance(body, DisputeRule):
            self.returned[body.dispute] = body.to_user
        elif isinstance(body, DisputeOpen):
            self.disputes[tx_id] = body.line
        elif isinstance(body, PolicySet):
            version = self.current[body.product] + 1
            self.current[body.product] = version
            rows = {payee.party: payee.share for payee in body.payees}
            self.shares[body.product, version] = rows
        elif isinstance(body, CreditMint):
            self.moved[body.account] += body.amount
        elif isinstance(body, CreditBurn):
            self.moved[signer] -= body.amount

    def learn_refunds(self, execution: BlockExecution) -> None:
        """Take note of the lines that a block refunded, for whatever reason."""
        for receipt in execution.receipts:
            for event in receipt.events:
                if event.name == "line.refunded":
                    self.refunded.add(event.ids[0])

    def balances(self) -> Counter[bytes]:
        """Return what every party must be able to spend."""
        expected = self.opening + Counter()
        expected.update(self.moved)
        income: Counter[tuple[bytes, int]] = Counter()
        is_open: set[tuple[bytes, int]] = set()
        ruled = {self.disputes[dispute]: back for dispute, back in self.returned.items()}
        for line, sale in self.sales.items():
            key = (sale.product, sale.version)
            if line in self.refunded:
                continue
            back = ruled.get(line, 0)
            expected[sale.user] -= sale.price - back
            if line in self.settled or line in ruled:
                income[key] += sale.price - back
            else:
                is_open.add(key)
        for key, total in income.items():
            closed = key not in is_open and self.current[key[0]] != key[1]
            expected.update(self.entitled(key, total, closed=closed))
        return expected

    def entitled(self, key: tuple[bytes, int], total: int, *, closed: bool) -> dict[bytes, int]:
        """Return what each payee gets of an income, by exact fractions."""
        exact = {
            party: Fraction(total * share, 10_000) for party, share in self.shares[key].items()
        }
        whole = {party: int(amount) for party, amount in exact.items()}
        if closed:
            by_remainder = sorted(exact, key=lambda party: (whole[party] - exact[party], party))
            for party in by_remainder[: total - sum(whole.values())]:
                whole[party] += 1
        return whole
