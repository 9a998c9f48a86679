"""What a chain cannot prevent, and the trace of it that remains (X17, X25, X27, X28, X41).

`docs/requirements.md` states each limit. These tests hold what supervisors have in hand.
"""

from collections import Counter
from dataclasses import fields

import pytest

from chaincode.delivery.erasure import ErasureAttest, ErasureRequest
from chaincode.delivery.records import ASSETS, METERS, AssetStatus, Meter
from chaincode.flags import FLAGS, FlagKind
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.settlement.records import INCOMES
from chaincode.state import StateReader
from chaincode.trace import trace
from chaincode.trading.records import LINES, ORDERS, RefundReason
from tests.unit.chaincode.city import HOUR, City, varied


@pytest.fixture
def city() -> City:
    return City.founded()


def meter(city: City) -> Meter:
    """Return what is metered of the city's product in this period."""
    period = city.now_ms // city.world.parameter(ParameterName.METER_PERIOD_MS)
    return METERS.get(city.world.state, (city.product, period)) or Meter(0, 0)


def unaccounted(reads: Counter[bytes], state: StateReader) -> Counter[bytes]:
    """Return the reads of a source that no released line explains: what an auditor asks about."""
    released = Counter(line_id for line_id, line in LINES.scan(state) if line.release is not None)
    return reads - released


def test_a_key_given_outside_the_chain_leaves_a_sealed_envelope_without_release(
    city: City,
) -> None:
    """X17: who sealed what for whom, that it was received, and that it was never released."""
    consent, _ = city.granted()
    line_id = city.acknowledged(consent)
    assert meter(city).releases == 0
    city.world.wait(HOUR)
    line = LINES.known(city.world.state, line_id)
    assert line.refund_reason is RefundReason.DEADLINE
    assert line.asset is not None
    assert line.acknowledgement is not None
    assert line.release is None
    asset = ASSETS.known(city.world.state, line.asset)
    assert (asset.deliverer, asset.status) == (city.deliverer.id, AssetStatus.VOID)
    steps = {link.kind for link in trace(city.world.state, line_id)}
    assert {"asset", "acknowledgement"} <= steps
    assert "release" not in steps


def test_metadata_still_tells_user_product_and_times(city: City) -> None:
    """X25: two matters of one person share nothing of the person; when, where and what stays.

    So whoever knows that somebody was at the bank at a minute finds the matter of that minute.
    """
    lines = [LINES.known(city.world.state, city.released(city.granted()[0])) for _ in range(2)]
    one, other = ({item.name: getattr(line, item.name) for item in fields(line)} for line in lines)
    shared = {name for name, value in one.items() if value is not None and value == other[name]}
    assert shared == {
        "listing",
        "product",
        "product_version",
        "product_class",
        "purpose",
        "fields",
        "price",
        "policy_version",
        "state",
        "income",
    }
    orders = [ORDERS.known(city.world.state, line.order) for line in lines]
    assert {order.user for order in orders} == {city.bank.id}
    assert all(order.placed_ms > 0 for order in orders)
    assert all(line.released_ms is not None for line in lines)


def test_a_leak_without_an_order_stands_out_against_the_holders_own_log(city: City) -> None:
    """X27: the chain cannot see a copy; the holder's reads do not add up to its deliveries."""
    lines = [city.released(city.granted()[0]) for _ in range(3)]
    reads = Counter(lines)
    assert not unaccounted(reads, city.world.state)
    assert meter(city).releases == sum(reads.values())
    reads[lines[0]] += 1
    reads[b"no line"] += 1
    assert unaccounted(reads, city.world.state) == {lines[0]: 1, b"no line": 1}


def test_use_paid_elsewhere_is_metered_here(city: City) -> None:
    """X28: at price 0 each use counts; uses without income stand side by side in one period."""
    city.listing = city.world.do(varied(city.supply(), {"price": 0}), city.operator)
    for _ in range(2):
        consent, _ = city.granted()
        line_id = part_id(city.world.do(city.order_place(consent), city.bank), 0)
        city.world.do(city.envelope_prepare(line_id), city.deliverer)
        city.world.do(city.acknowledgement(line_id), city.bank)
        city.world.do(city.release(line_id), city.deliverer)
    assert meter(city) == Meter(releases=2, gross=0)
    assert not list(INCOMES.scan(city.world.state, city.product))


def test_data_kept_against_the_persons_will_is_flagged_for_good(city: City) -> None:
    """X41: the person asks, the term passes, the flag stays: a late word does not undo it."""
    consent, somebody = city.granted()
    line_id = city.released(consent)
    asset = LINES.known(city.world.state, line_id).asset
    assert asset is not None
    city.world.do(ErasureRequest(asset), somebody)
    city.world.wait(city.world.parameter(ParameterName.ERASURE_TERM_MS))
    assert ASSETS.known(city.world.state, asset).overdue
    city.world.do(ErasureAttest(asset), city.bank)
    kept = ASSETS.known(city.world.state, asset)
    assert (kept.status, kept.overdue) == (AssetStatus.ERASED, True)
    flag = FLAGS.get(city.world.state, (city.bank.id, FlagKind.ERASURE_OVERDUE, asset))
    assert flag is not None
