"""Metamorphic properties: what must not matter does not matter (I13), nor who looks on (I15)."""

from itertools import permutations

import pytest

from chaincode.authorization.records import CONSENTS, MATTERS
from chaincode.catalogue import TYPES
from chaincode.context import BlockContext
from chaincode.execution import execute_block
from chaincode.ids import part_id
from chaincode.membership.party import PartyReason
from chaincode.registration.channel import ChannelRegister
from chaincode.registration.product import (
    ProductReason,
    ProductResume,
    ProductRetire,
    ProductSuspend,
)
from chaincode.registration.records import ChannelKind
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.records import ACCOUNTS, MONEY, POLICIES, POOLS
from chaincode.supervision.cases import CaseClose, CaseOpen
from chaincode.supervision.freezes import FreezeLift, FreezeSet
from chaincode.supervision.inspections import InspectionOrder
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.supervision.rectifications import (
    RectificationDone,
    RectificationOrder,
    RectificationVerify,
)
from chaincode.supervision.suspensions import SuspensionLift, SuspensionSet
from chaincode.trace import trace
from chaincode.trading.records import LINES, ORDERS
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, City
from tests.unit.chaincode.invariants import free_balances
from tests.unit.chaincode.world import Actor, codes, salted

OTHERS = (ACCOUNTS, CONSENTS, LINES, MATTERS, MONEY, ORDERS, POLICIES, POOLS)
"""What a supervisor has no power over: money, consents, and what was ordered."""


@pytest.fixture
def city() -> City:
    return City.founded()


def settled(city: City, lines: list[bytes]) -> None:
    """Deliver and settle lines."""
    for line in lines:
        city.world.do(city.envelope_prepare(line), city.deliverer)
        city.world.do(city.acknowledgement(line), city.bank)
        city.world.do(city.release(line), city.deliverer)
        city.world.do(city.receipt(line), city.bank)
    city.wait_for_settlement()
    city.world.do(LineSettle(tuple(lines)), city.operator)


def test_the_order_of_independent_transactions_does_not_matter(city: City) -> None:
    """I13: every order of one block ends in the same state, byte for byte."""
    consents = [city.granted()[0] for _ in range(3)]
    bodies = [city.order_place(consent) for consent in consents]
    transactions = [city.world.transaction(body, city.bank) for body in bodies]
    transactions.append(city.world.transaction(city.matter_open(), city.other_bank))
    context = city.world.block_context()
    results = [
        execute_block(city.world.state, context, order) for order in permutations(transactions)
    ]
    assert all(codes(result) == [Code.OK] * 4 for result in results)
    assert all(result.changes == results[0].changes for result in results)


def test_blocks_of_one_time_can_be_cut_anywhere(city: City) -> None:
    """I13: two blocks of one time do what one block does."""
    consents = [city.granted()[0] for _ in range(2)]
    transactions = [
        city.world.transaction(city.order_place(consent), city.bank) for consent in consents
    ]
    context = city.world.block_context()
    whole = City.founded().world.state
    whole.values = dict(city.world.state.values)
    whole.commit(execute_block(city.world.state, context, transactions).changes)
    for height, transaction in enumerate(transactions, start=context.height):
        block = BlockContext(height, context.time_ms, context.genesis_hash)
        city.world.state.commit(execute_block(city.world.state, block, (transaction,)).changes)
    assert city.world.state.values == whole.values


def test_one_order_of_two_lines_is_two_orders_of_one() -> None:
    """I13: uses, balances and the steps of each trace are the same."""
    results = []
    for cuts in (1, 2):
        city = City.founded()
        consents = [city.granted()[0] for _ in range(2)]
        if cuts == 1:
            order = city.world.do(city.order_place(*consents), city.bank)
            lines = [part_id(order, index) for index in range(2)]
        else:
            lines = [city.ordered(consent) for consent in consents]
        settled(city, lines)
        state = city.world.state
        uses = [len(CONSENTS.known(state, consent).used) for consent in consents]
        steps = [sorted(link.kind for link in trace(state, line)) for line in lines]
        results.append((free_balances(state), uses, steps))
    assert results[0] == results[1]


def test_other_ids_give_the_same_balances() -> None:
    """I13: ids follow from salts; nobody is paid more for a lucky one."""
    results = []
    for salts in (0, 5_000):
        city = City.founded()
        city.world.salts += salts
        settled(city, [city.ordered(city.granted()[0])])
        results.append(free_balances(city.world.state))
    assert results[0] == results[1]


def watched(city: City, body: object, *signers: Actor) -> tuple[str, bytes]:
    """Do what a supervisor does; find nothing changed of what it has no power over."""
    transaction = city.world.transaction(body, *signers)
    execution = city.world.block(transaction)
    assert codes(execution) == [Code.OK]
    touched = {key[0] for key in execution.changes}
    assert touched.isdisjoint(table.namespace for table in OTHERS)
    return transaction.type, transaction.tx_id


def test_no_act_of_a_supervisor_moves_money_or_makes_consent(city: City) -> None:
    """I15: none of the types that supervisors sign but the ruling, inside one escrow."""
    city.acknowledged(city.granted()[0])
    one, two = city.supervisor, city.other_supervisor
    party, product = city.operator.id, city.product
    targets = (Target(TargetKind.PARTY, party), Target(TargetKind.PRODUCT, product))
    opened, case = watched(city, CaseOpen(targets, LegalBasis.COMPLAINT, None), one)
    until_ms = city.now_ms + DAY
    items = (salted("log"),)
    ordered, order = watched(city, RectificationOrder(case, party, items, until_ms), one)
    city.world.do(RectificationDone(order, salted("done")), city.operator)
    channel = ChannelRegister("另一平台", ChannelKind.VENUE, salted("other"), (), None)
    acts: tuple[tuple[object, tuple[Actor, ...]], ...] = (
        (FreezeSet(case, product, until_ms), (one,)),
        (FreezeLift(case, product), (one,)),
        (FreezeSet(case, party, until_ms), (one, two)),
        (FreezeLift(case, party), (one,)),
        (InspectionOrder(case, party, items, until_ms), (one,)),
        (RectificationVerify(order, accepted=False, report=salted("report")), (one,)),
        (SuspensionSet(case, party, PartyReason.INVESTIGATION), (one, two)),
        (SuspensionLift(party, PartyReason.RESOLVED), (one, two)),
        (ProductSuspend(product, ProductReason.INVESTIGATION), (one,)),
        (ProductResume(product, ProductReason.RESOLVED), (one,)),
        (channel, (city.market, one)),
        (CaseClose(case), (one,)),
        (ProductRetire(product, ProductReason.COMPLAINT), (one,)),
    )
    done = {watched(city, body, *signers)[0] for body, signers in acts} | {opened, ordered}
    assert done == {
        name for name, item in TYPES.items() if "supervisor" in item.facts.signed_by
    } - {"dispute.rule"}
