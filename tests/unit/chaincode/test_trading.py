"""Trading: listings stand on rights, orders reserve uses and escrow, and both end on time."""

from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentGrant, ConsentRevoke
from chaincode.authorization.records import CONSENTS
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.registration.product import ProductReason, ProductRetire, ProductSuspend
from chaincode.registration.resource import DeregistrationReason, ResourceDeregister
from chaincode.rights import PartyKind, Right
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.refund import LineRefund
from chaincode.trading.listings import ENDINGS_PER_SWEEP, SupplyList
from chaincode.trading.orders import OrderCancel, OrderConfirm, OrderReject
from chaincode.trading.prices import PriceCapSet
from chaincode.trading.records import (
    LINES,
    LISTINGS,
    ORDERS,
    LineState,
    ListingStatus,
    RefundReason,
)
from chaincode.trading.withdrawal import ListingWithdraw
from ledger.receipt import EVENTS_MAX, decode_receipt
from ledger.refusal import Code
from tests.unit.chaincode.city import (
    CREDIT,
    DAY,
    FUNDS,
    HOUR,
    MARKETING,
    PRICE,
    City,
    set_policy,
    varied,
)
from tests.unit.chaincode.world import codes, salted


@pytest.fixture
def city() -> City:
    return City.founded()


def listed(city: City, **changes: object) -> SupplyList:
    """Return the city's supply with some fields changed."""
    return varied(city.supply(), changes)


def line_state(city: City, line: bytes) -> LineState:
    return LINES.known(city.world.state, line).state


def bank_balance(city: City) -> int:
    return free_balance(city.world.state, city.bank.id)


def manual(city: City, **changes: object) -> bytes:
    """Return a listing whose orders wait for confirmation."""
    return city.world.do(listed(city, auto_confirm=False, **changes), city.operator)


def ordered_from(city: City, listing: bytes, consent: bytes) -> tuple[bytes, bytes]:
    """Return order and line of one line from a listing."""
    body = city.order_place(consent)
    body = replace(body, lines=(replace(body.lines[0], listing=listing),))
    order = city.world.do(body, city.bank)
    return order, part_id(order, 0)


# Price ceilings and listings


def test_only_the_authorizer_sets_price_ceilings(city: City) -> None:
    body = PriceCapSet(city.product, 1, 1)
    assert city.world.refused(body, city.operator) is Code.NO_RIGHT
    unknown = PriceCapSet(salted("unknown"), 1, 1)
    assert city.world.refused(unknown, city.authorizer) is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product": salted("unknown")}, Code.NOT_FOUND),
        ({"product_version": 2}, Code.PRODUCT_NOT_ACTIVE),
        ({"operating_grants": ()}, Code.GRANT_MISSING),
        ({"delivery_grants": ()}, Code.GRANT_MISSING),
        ({"operating_grants": (salted("unknown"),)}, Code.GRANT_MISSING),
        ({"delivery_grants": (salted("unknown"),)}, Code.NOT_FOUND),
        ({"venue": salted("unknown")}, Code.VENUE_NOT_DESIGNATED),
        ({"price": 501}, Code.PRICE_ABOVE_CAP),
        ({"quantity": 0}, Code.OUT_OF_BOUNDS),
        ({"until_ms": 0}, Code.DEADLINE_PASSED),
        ({"until_ms": 2**50}, Code.OUT_OF_BOUNDS),
    ],
)
def test_an_unsound_listing_is_refused(city: City, changes: dict[str, object], code: Code) -> None:
    assert city.world.refused(varied(city.supply(), changes), city.operator) is code


def test_a_listing_names_grants_of_the_right_kind_and_a_venue(city: City) -> None:
    swapped = listed(city, operating_grants=(city.delivery_grant,))
    assert city.world.refused(swapped, city.operator) is Code.GRANT_MISSING
    wrong = listed(city, venue=city.channel)
    assert city.world.refused(wrong, city.operator) is Code.VENUE_NOT_DESIGNATED


def test_only_the_products_operator_lists_it(city: City) -> None:
    assert city.world.refused(city.supply(), city.developer) is Code.NO_RIGHT
    assert city.world.refused(ListingWithdraw(city.listing), city.developer) is Code.NO_RIGHT


def test_a_withdrawn_or_expired_listing_sells_nothing(city: City) -> None:
    """What was ordered stays ordered."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    other, _ = city.granted()
    city.world.do(ListingWithdraw(city.listing), city.operator)
    assert line_state(city, line) is LineState.CONFIRMED
    assert city.world.refused(city.order_place(other), city.bank) is Code.LISTING_CLOSED
    assert city.world.refused(ListingWithdraw(city.listing), city.operator) is Code.LISTING_CLOSED
    short = city.world.do(listed(city, until_ms=city.now_ms + HOUR), city.operator)
    city.world.wait(HOUR)
    assert LISTINGS.known(city.world.state, short).status is ListingStatus.EXPIRED


def test_a_quantity_is_sold_no_further_and_a_refund_restocks(city: City) -> None:
    listing = manual(city, quantity=1)
    first, _ = city.granted()
    second, _ = city.granted()
    order, _ = ordered_from(city, listing, first)
    body = city.order_place(second)
    body = replace(body, lines=(replace(body.lines[0], listing=listing),))
    assert city.world.refused(body, city.bank) is Code.LISTING_CLOSED
    city.world.do(OrderCancel(order, None), city.bank)
    city.world.do(body, city.bank)


def test_two_lines_of_one_order_cannot_oversell(city: City) -> None:
    """Each line is examined in the state that the lines before it leave behind."""
    listing = manual(city, quantity=1)
    first, _ = city.granted()
    second, _ = city.granted()
    body = city.order_place(first, second)
    body = replace(body, lines=tuple(replace(line, listing=listing) for line in body.lines))
    assert city.world.refused(body, city.bank) is Code.LISTING_CLOSED


# Orders


def test_an_order_holds_its_price_in_escrow_and_reserves_a_use(city: City) -> None:
    consent, _ = city.granted()
    line = city.ordered(consent)
    record = LINES.known(city.world.state, line)
    assert record.state is LineState.CONFIRMED
    assert ORDERS.known(city.world.state, record.order).escrow == PRICE
    assert bank_balance(city) == FUNDS - PRICE
    assert CONSENTS.known(city.world.state, consent).reserved == (line,)


def test_a_second_use_is_refused_reserved_or_used(city: City) -> None:
    """X2: two orders on a one-use consent in one block, and one more after the release."""
    consent, _ = city.granted()
    first = city.world.transaction(city.order_place(consent), city.bank)
    second = city.world.transaction(city.order_place(consent), city.bank)
    results = codes(city.world.block(first, second))
    assert results == [Code.OK, Code.CONSENT_EXHAUSTED]
    both = city.order_place(consent, consent)
    assert city.world.refused(both, city.bank) is Code.CONSENT_EXHAUSTED
    city.world.do(OrderCancel(first.tx_id, None), city.bank)
    city.released(consent)
    again = city.order_place(consent)
    assert city.world.refused(again, city.bank) is Code.CONSENT_EXHAUSTED


def test_a_wrong_purpose_is_refused_and_recorded(city: City) -> None:
    """X4: a consent to assess credit is no consent to market."""
    consent, _ = city.granted()
    body = city.order_place(consent)
    for purpose in (MARKETING, 1, 999):
        wrong = replace(body, lines=(replace(body.lines[0], purpose=purpose),))
        assert city.world.refused(wrong, city.bank) is Code.WRONG_PURPOSE


def test_data_about_a_person_is_never_ordered_without_consent(city: City) -> None:
    assert city.world.refused(city.order_place(None), city.bank) is Code.CONSENT_NOT_GRANTED
    unknown = city.order_place(salted("unknown"))
    assert city.world.refused(unknown, city.bank) is Code.NOT_FOUND
    asked, _ = city.requested()
    assert city.world.refused(city.order_place(asked), city.bank) is Code.CONSENT_NOT_GRANTED


def test_a_consent_serves_only_the_user_it_names(city: City) -> None:
    consent, _ = city.granted()
    assert city.world.refused(city.order_place(consent), city.other_bank) is Code.WRONG_USER


def test_a_payee_or_a_stranger_to_the_right_cannot_buy(city: City) -> None:
    """X31: who earns from a product does not order it; who is no user orders nothing."""
    consent, _ = city.granted()
    assert city.world.refused(city.order_place(consent), city.operator) is Code.NO_RIGHT
    shares = ((city.holder, 5_000), (city.developer, 2_000), (city.operator, 2_000))
    set_policy(city, *shares, (city.bank, 1_000))
    assert city.world.refused(city.order_place(consent), city.bank) is Code.SELF_DEALING


def test_an_order_needs_funds_and_sound_terms(city: City) -> None:
    consent, _ = city.granted()
    body = city.order_place(consent)
    dear = city.world.do(listed(city, price=500), city.operator)
    limit = city.world.parameter(ParameterName.ORDER_TERM_MAX_MS)
    late = replace(body, deliver_until_ms=city.now_ms + limit + HOUR)
    cases = (
        (replace(body, lines=()), Code.SCHEMA),
        (replace(body, confirm_until_ms=0), Code.DEADLINE_PASSED),
        (replace(body, confirm_until_ms=body.deliver_until_ms + 1), Code.OUT_OF_BOUNDS),
        (late, Code.OUT_OF_BOUNDS),
        (replace(body, lines=(replace(body.lines[0], listing=dear),) * 17), Code.SCHEMA),
    )
    for wrong, code in cases:
        assert city.world.refused(wrong, city.bank) is code


def test_an_order_without_money_is_refused(city: City) -> None:
    """The price of all lines together must be there."""
    poor = city.world.actor("poor bank", PartyKind.USER, Right.USE)
    matter = city.world.do(city.matter_open(), poor)
    somebody = city.bound()
    consent = city.world.do(city.consent_request(matter, somebody.key), poor)
    city.world.do(ConsentGrant(consent, city.notice, None), somebody)
    assert city.world.refused(city.order_place(consent), poor) is Code.INSUFFICIENT_FUNDS


def test_prices_above_a_lowered_ceiling_are_refused(city: City) -> None:
    """I20: the ceiling holds for new orders of old listings too."""
    consent, _ = city.granted()
    city.world.do(PriceCapSet(city.product, PRICE - 1, 1), city.authorizer)
    assert city.world.refused(city.order_place(consent), city.bank) is Code.PRICE_ABOVE_CAP


def test_a_suspended_or_retired_product_is_not_sold(city: City) -> None:
    """A suspension stops sales; a retirement also refunds what is open."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    other, _ = city.granted()
    suspend = ProductSuspend(city.product, ProductReason.DEFECT)
    city.world.do(suspend, city.operator)
    assert city.world.refused(city.order_place(other), city.bank) is Code.PRODUCT_NOT_ACTIVE
    assert line_state(city, line) is LineState.CONFIRMED
    city.world.do(ProductRetire(city.product, ProductReason.REPLACED), city.operator)
    city.world.block()
    assert LINES.known(city.world.state, line).refund_reason is RefundReason.PRODUCT_ENDED
    assert bank_balance(city) == FUNDS


def test_the_end_of_a_source_ends_what_stands_on_it(city: City) -> None:
    """I19: no listing outlives the registration of its sources."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    other, _ = city.granted()
    end = ResourceDeregister(city.resource, DeregistrationReason.UNLAWFUL_ORIGIN)
    deregister = city.world.transaction(end, city.registrar)
    order = city.world.transaction(city.order_place(other), city.bank)
    assert codes(city.world.block(deregister, order)) == [Code.OK, Code.RESOURCE_NOT_ACTIVE]
    city.world.block()
    assert LINES.known(city.world.state, line).refund_reason is RefundReason.SOURCE_ENDED
    assert bank_balance(city) == FUNDS


def test_confirmation_rejection_and_cancellation(city: City) -> None:
    listing = manual(city)
    consents = [city.granted()[0] for _ in range(3)]
    orders = [ordered_from(city, listing, consent) for consent in consents]
    for order, line in orders:
        assert line_state(city, line) is LineState.PLACED
        assert city.world.refused(OrderConfirm(order), city.bank) is Code.NO_RIGHT
        assert city.world.refused(OrderCancel(order, None), city.operator) is Code.NO_RIGHT
    (confirmed, first), (rejected, second), (cancelled, third) = orders
    city.world.do(OrderConfirm(confirmed), city.operator)
    city.world.do(OrderReject(rejected), city.operator)
    city.world.do(OrderCancel(cancelled, third), city.bank)
    states = [line_state(city, line) for line in (first, second, third)]
    assert states == [LineState.CONFIRMED, LineState.REFUNDED, LineState.REFUNDED]
    assert city.world.refused(OrderConfirm(confirmed), city.operator) is Code.BAD_STATE
    assert city.world.refused(OrderReject(rejected), city.operator) is Code.BAD_STATE
    assert city.world.refused(OrderCancel(cancelled, None), city.bank) is Code.BAD_STATE
    assert bank_balance(city) == FUNDS - PRICE


def test_unconfirmed_and_undelivered_lines_end_by_time_alone(city: City) -> None:
    """I27: every line reaches a final state by its deadlines."""
    listing = manual(city)
    first, _ = city.granted()
    second, _ = city.granted()
    order, waiting = ordered_from(city, listing, first)
    confirmed = city.ordered(second)
    confirm_until = ORDERS.known(city.world.state, order).confirm_until_ms
    city.world.wait(confirm_until - city.now_ms)
    assert line_state(city, waiting) is LineState.REFUNDED
    assert line_state(city, confirmed) is LineState.CONFIRMED
    city.world.wait(HOUR)
    record = LINES.known(city.world.state, confirmed)
    assert record.state is LineState.REFUNDED
    assert record.refund_reason is RefundReason.DEADLINE
    assert bank_balance(city) == FUNDS


def test_a_refunded_use_is_free_again(city: City) -> None:
    """Cancel before the envelope, then order again under the same consent."""
    consent, _ = city.granted()
    order = city.world.do(city.order_place(consent), city.bank)
    city.world.do(OrderCancel(order, None), city.bank)
    assert CONSENTS.known(city.world.state, consent).reserved == ()
    city.ordered(consent)


def test_cancellation_ends_where_preparation_begins(city: City) -> None:
    """X3: neither a prepared nor a released line can be cancelled and reused."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    order = LINES.known(city.world.state, line).order
    assert city.world.refused(OrderCancel(order, None), city.bank) is Code.BAD_STATE
    city.world.do(city.release(line), city.deliverer)
    assert city.world.refused(OrderCancel(order, line), city.bank) is Code.BAD_STATE
    assert city.world.refused(LineRefund(line), city.bank) is Code.NOT_REFUNDABLE


def test_anyone_may_refund_only_what_can_no_longer_be_released(city: City) -> None:
    consent, somebody = city.granted()
    line = city.ordered(consent)
    assert city.world.refused(LineRefund(line), city.market) is Code.NOT_REFUNDABLE
    assert city.world.refused(LineRefund(salted("unknown")), city.market) is Code.NOT_FOUND
    city.world.do(ConsentRevoke(consent, False), somebody)
    assert city.world.refused(LineRefund(line), city.market) is Code.NOT_REFUNDABLE
    other, _ = city.granted()
    second = city.ordered(other)
    end = ResourceDeregister(city.resource, DeregistrationReason.SOURCE_CLOSED)
    deregister = city.world.transaction(end, city.registrar)
    refund = city.world.transaction(LineRefund(second), city.market)
    assert codes(city.world.block(deregister, refund)) == [Code.OK, Code.OK]
    assert LINES.known(city.world.state, second).refund_reason is RefundReason.SOURCE_ENDED


def test_many_open_lines_are_refunded_over_several_blocks(city: City) -> None:
    """A sweep is bounded; nothing is forgotten and nothing is refunded twice."""
    lines = []
    for _ in range((ENDINGS_PER_SWEEP + 10) // 10):
        consents = [city.granted()[0] for _ in range(10)]
        order = city.world.do(city.order_place(*consents), city.bank)
        lines += [part_id(order, index) for index in range(10)]
    city.world.do(ProductRetire(city.product, ProductReason.REPLACED), city.operator)
    city.world.block()
    left = [line for line in lines if line_state(city, line) is not LineState.REFUNDED]
    assert len(left) == len(lines) - (ENDINGS_PER_SWEEP - 1), "the listing is an ending too"
    city.world.block()
    assert all(line_state(city, line) is LineState.REFUNDED for line in lines)
    assert bank_balance(city) == FUNDS


def test_many_listings_end_over_several_blocks_with_receipts_that_can_be_read(city: City) -> None:
    """However many listings one operator opens, no sweep outgrows its receipt."""
    opening = [city.world.transaction(city.supply(), city.operator) for _ in range(EVENTS_MAX + 1)]
    assert set(codes(city.world.block(*opening))) == {Code.OK}
    city.world.do(ProductRetire(city.product, ProductReason.REPLACED), city.operator)
    for _ in range(EVENTS_MAX // ENDINGS_PER_SWEEP + 2):
        for receipt in city.world.block().receipts:
            assert decode_receipt(receipt.encoded()) == receipt
    opened = [LISTINGS.known(city.world.state, item.tx_id) for item in opening]
    assert {listing.status for listing in opened} == {ListingStatus.WITHDRAWN}
    assert not city.world.block().receipts


def test_a_consent_that_ends_before_delivery_frees_the_money_on_time(city: City) -> None:
    """The consent's term cuts the order's: E305 and a refund."""
    consent, _ = city.granted()
    body = city.order_place(consent)
    until = CONSENTS.known(city.world.state, consent).until_ms
    city.world.wait(until - city.now_ms - 10_000)
    body = replace(
        body, confirm_until_ms=city.now_ms + 2_000, deliver_until_ms=city.now_ms + HOUR // 2
    )
    line = part_id(city.world.do(body, city.bank), 0)
    assert LINES.known(city.world.state, line).purpose == CREDIT
    city.world.wait(DAY // 24)
    assert LINES.known(city.world.state, line).refund_reason is RefundReason.CONSENT_EXPIRED
    assert bank_balance(city) == FUNDS
