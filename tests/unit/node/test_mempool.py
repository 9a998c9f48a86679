"""The mempool keeps its bounds, its fairness and the way for protective transactions."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger.refusal import Code, Refusal
from ledger.transaction import Transaction
from node.mempool import BlockLimits, Charge, Mempool, MempoolLimits
from tests.unit.node.signed import seed_of, signed_transaction

SMALL = MempoolLimits(
    transactions_max=8,
    bytes_max=2_500,
    per_organisation_max=4,
    protective_max=3,
    protective_bytes_max=900,
    protective_per_organisation_max=2,
)
ROOMY = BlockLimits(
    transactions=100, size_bytes=1 << 20, per_organisation=100, protective_per_organisation=100
)


def charge_of(transaction: Transaction) -> Charge:
    """Charge by the salt: its last byte modulo 4 is the organisation; from 128 on it protects."""
    number = transaction.unsigned.salt[-1]
    return Charge(bytes([number % 4]), is_protective=number >= 128)


def ordinary(organisation: int, turn: int) -> Transaction:
    """Return the ordinary transaction of an organisation and turn."""
    return signed_transaction(4 * turn + organisation)


def protective(organisation: int, turn: int) -> Transaction:
    """Return the protective transaction of an organisation and turn."""
    return signed_transaction(128 + 4 * turn + organisation)


def filled(*transactions: Transaction, limits: MempoolLimits | None = None) -> Mempool:
    """Return a mempool that took in these transactions without refusal."""
    mempool = Mempool(charge_of, limits)
    assert mempool.add(transactions) == [None] * len(transactions)
    return mempool


def test_organisations_take_turns_in_order_of_arrival() -> None:
    """However many one organisation sends, each other one's next transaction follows its own."""
    busy = [ordinary(0, turn) for turn in range(5)]
    quiet = [ordinary(1, 0), ordinary(2, 0), ordinary(1, 1)]
    taken = filled(*busy, *quiet).take(ROOMY)
    assert taken == [busy[0], quiet[0], quiet[1], busy[1], quiet[2], *busy[2:]]


def test_whoever_was_served_goes_last() -> None:
    """After a block with room for one, the next block starts with another organisation."""
    mempool = filled(ordinary(0, 0), ordinary(0, 1), ordinary(1, 0))
    one = BlockLimits(1, 1 << 20, 1, 1)
    first = mempool.take(one)
    mempool.remove(item.tx_hash for item in first)
    assert mempool.take(one) == [ordinary(1, 0)]


def test_protective_transactions_stand_first() -> None:
    """A revocation that came last is taken first, and the ordinary cap does not count it."""
    mempool = filled(*(ordinary(0, turn) for turn in range(5)), protective(0, 0))
    limits = BlockLimits(100, 1 << 20, per_organisation=2, protective_per_organisation=1)
    assert mempool.take(limits) == [protective(0, 0), ordinary(0, 0), ordinary(0, 1)]


def test_a_full_mempool_still_takes_protective_transactions() -> None:
    """Ordinary load fills its own lane only."""
    mempool = filled(*(ordinary(turn % 4, turn) for turn in range(8)), limits=SMALL)
    assert mempool.add([ordinary(0, 20)]) == [Refusal(Code.OVERLOADED, "mempool.transactions")]
    assert mempool.add([protective(0, 0)]) == [None]


def test_refusals_say_what_is_full() -> None:
    """A repeated transaction, a full organisation and a lack of bytes have their own refusals."""
    mempool = filled(*(ordinary(0, turn) for turn in range(4)), limits=SMALL)
    big = signed_transaction(1, size=2_000)
    assert mempool.add([ordinary(0, 0), ordinary(0, 4), big]) == [
        Refusal(Code.DUPLICATE, "tx_hash"),
        Refusal(Code.QUOTA, "mempool.organisation"),
        Refusal(Code.OVERLOADED, "mempool.bytes"),
    ]


def test_a_transaction_too_large_for_the_rest_of_a_block_holds_up_no_other() -> None:
    """What does not fit is passed over; what follows and fits is taken."""
    big, small = signed_transaction(0, size=3_000), signed_transaction(1)
    limits = BlockLimits(10, 1_000, 10, 10)
    assert filled(big, small).take(limits) == [small]


@pytest.mark.parametrize(("time_ms", "left"), [(4_999, 3), (5_000, 2), (5_001, 1), (9_999, 0)])
def test_what_cannot_enter_a_later_block_is_forgotten(time_ms: int, left: int) -> None:
    """A transaction goes at the block time that reaches its valid_until, not before."""
    times = (5_000, 5_001, 9_999)
    mempool = filled(*(signed_transaction(time, valid_until_ms=time) for time in times))
    assert len(mempool.expire(time_ms)) == 3 - left
    assert len(mempool) == left


class MempoolMachine(RuleBasedStateMachine):
    """Random arrivals, removals and expiries against a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.mempool = Mempool(charge_of, SMALL)
        self.expected: dict[bytes, Transaction] = {}

    @rule(number=st.integers(0, 255), time_s=st.integers(1, 5), size=st.integers(0, 300))
    def arrives(self, number: int, time_s: int, size: int) -> None:
        """Keep a transaction exactly when it is not refused."""
        transaction = signed_transaction(
            number, seed=seed_of(1), valid_until_ms=time_s * 700, size=size
        )
        known = transaction.tx_hash in self.expected
        [refusal] = self.mempool.add([transaction])
        assert known == (refusal is not None and refusal.code is Code.DUPLICATE)
        if refusal is None:
            self.expected[transaction.tx_hash] = transaction

    @rule(count=st.integers(0, 4))
    def is_committed(self, count: int) -> None:
        """Remove what a block took; hashes that are not there do no harm."""
        limits = BlockLimits(count, 1 << 20, 10, 10)
        taken = [item.tx_hash for item in self.mempool.take(limits)]
        assert len(taken) == min(count, len(self.expected))
        self.mempool.remove([*taken, bytes(32)])
        for tx_hash in taken:
            del self.expected[tx_hash]

    @rule(time_ms=st.integers(0, 3_500))
    def time_passes(self, time_ms: int) -> None:
        """Forget exactly what is no longer valid."""
        gone = [key for key, item in self.expected.items() if _ends(item) <= time_ms]
        assert sorted(self.mempool.expire(time_ms)) == sorted(gone)
        for tx_hash in gone:
            del self.expected[tx_hash]

    @invariant()
    def holds_what_it_took_within_its_bounds(self) -> None:
        """Contents, counts and bytes agree with the model, and no bound is exceeded."""
        waiting = list(self.expected.values())
        assert self.mempool.hashes() == list(self.expected)
        assert all(self.mempool.get(item.tx_hash) is item for item in waiting)
        stats = self.mempool.stats()
        lanes = Counter(charge_of(item).is_protective for item in waiting)
        charges = Counter(charge_of(item) for item in waiting)
        assert stats.transactions == len(waiting)
        assert stats.size_bytes == sum(len(item.data) for item in waiting)
        assert stats.protective == lanes[True] <= SMALL.protective_max
        assert stats.organisations == len({charge_of(item).organisation for item in waiting})
        assert lanes[False] <= SMALL.transactions_max
        for charge, count in charges.items():
            bound = SMALL.protective_per_organisation_max if charge.is_protective else 4
            assert count <= bound

    @invariant()
    def takes_a_fair_block(self) -> None:
        """In every block protective ones lead, and within a lane no queue is two ahead."""
        taken = [charge_of(item) for item in self.mempool.take(ROOMY)]
        assert len(taken) == len(self.expected)
        assert taken == sorted(taken, key=lambda charge: not charge.is_protective)
        assert not any(_runs_ahead(taken, lane) for lane in (True, False))


def _ends(transaction: Transaction) -> int:
    return transaction.unsigned.valid_until_ms


def _runs_ahead(taken: list[Charge], lane: bool) -> bool:
    """Say whether some organisation was served twice while another one of its lane waited."""
    total, served = Counter(item for item in taken if item.is_protective is lane), Counter[Charge]()
    for item in taken:
        served[item] += 1
        waiting = [other for other in total if served[other] < total[other]]
        if item in total and any(served[item] > served[other] + 1 for other in waiting):
            return True
    return False


MempoolMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestMempoolMachine = MempoolMachine.TestCase
