"""Placing an order: who may be sold what, from which offer, under which consent."""

from dataclasses import replace

import pytest

from chaincode.authorization.grants import GrantAccept, GrantRevoke
from chaincode.delivery.records import METERS, Meter
from chaincode.ids import part_id
from chaincode.membership.party import PartyReason, PartyResume, PartySuspend
from chaincode.membership.right import RightWithdraw
from chaincode.parameters import ParameterName
from chaincode.registration.channel import ChannelRegister
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.product import ProductReview, ProductSubmit
from chaincode.registration.records import ChannelKind, FeeClass, ProductClass
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import Payee
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.freezes import FreezeSet
from chaincode.supervision.records import LegalBasis, Target, TargetKind
from chaincode.trading.placement import OrderLine, OrderPlace
from chaincode.trading.records import LINES, LISTINGS, ORDERS, LineState
from ledger.refusal import Code
from tests.unit.chaincode.city import CREDIT, DAY, MARKETING, PRICE, City, product_terms, varied
from tests.unit.chaincode.world import codes, salted


@pytest.fixture
def city() -> City:
    return City.founded()


def another_listing(city: City, product_class: ProductClass) -> bytes:
    """Return the listing of a second, free product of the same operator."""
    notices: tuple[bytes | None, bytes | None] = (None, None)
    if product_class.is_individual:
        first, second = (
            city.world.do(
                NoticeRegister(salted("other notice"), purpose, PartyKind.USER),
                city.operator,
                city.registrar,
            )
            for purpose in (CREDIT, MARKETING)
        )
        notices = (first, second)
    terms = varied(product_terms(city, notices, product_class), {"fee_class": FeeClass.PUBLIC})
    development = city.granted_right(Right.DEVELOP, city.developer)
    product = city.world.do(ProductSubmit(None, terms, (development,)), city.developer)
    city.world.do(ProductReview(product, Decision.APPROVED, None), city.registrar)
    policy = PolicySet(product, (Payee(city.holder.id, 10_000),), salted("policy"))
    city.world.do(policy, city.authorizer)
    return city.world.do(replace(city.supply(), product=product, price=0), city.operator)


def from_listing(city: City, listing: bytes, consent: bytes | None, purpose: int) -> OrderPlace:
    """Return an order of one line from a listing."""
    body = city.order_place(consent)
    return replace(body, lines=(OrderLine(listing, purpose, consent),))


def frozen(city: City, kind: TargetKind, target: bytes) -> None:
    case = city.world.do(
        CaseOpen((Target(kind, target),), LegalBasis.COMPLAINT, None), city.supervisor
    )
    signers = [city.supervisor]
    if kind is TargetKind.PARTY:
        signers.append(city.other_supervisor)
    city.world.do(FreezeSet(case, target, city.now_ms + DAY), *signers)


@pytest.mark.parametrize("name", ["user", "operator", "holder", "grant", "consent"])
def test_nothing_frozen_takes_part_in_an_order(city: City, name: str) -> None:
    consent, _ = city.granted()
    targets = {
        "user": (TargetKind.PARTY, city.bank.id),
        "operator": (TargetKind.PARTY, city.operator.id),
        "holder": (TargetKind.PARTY, city.holder.id),
        "grant": (TargetKind.GRANT, city.delivery_grant),
        "consent": (TargetKind.CONSENT, consent),
    }
    frozen(city, *targets[name])
    assert city.world.refused(city.order_place(consent), city.bank) is Code.FROZEN


def test_no_inactive_party_takes_part_in_an_order(city: City) -> None:
    for actor in (city.operator, city.deliverer, city.holder):
        other = City.founded()
        consent, _ = other.granted()
        other.world.govern(PartySuspend(actor.id, PartyReason.INVESTIGATION))
        code = other.world.refused(other.order_place(consent), other.bank)
        assert code is Code.PARTY_NOT_ACTIVE


def test_an_operator_that_lost_its_right_sells_and_delivers_nothing(city: City) -> None:
    """A grant narrows a right; without the right it is worth nothing."""
    waiting, _ = city.granted()
    line = city.acknowledged(waiting)
    consent, _ = city.granted()
    city.world.govern(RightWithdraw(city.operator.id, Right.OPERATE))
    assert city.world.refused(city.order_place(consent), city.bank) is Code.NO_RIGHT
    assert city.world.refused(city.release(line), city.deliverer) is Code.NO_RIGHT


def test_a_grant_that_ends_in_the_same_block_stops_the_order(city: City) -> None:
    consent, _ = city.granted()
    revoke = city.world.transaction(GrantRevoke(city.operating_grant), city.holder)
    order = city.world.transaction(city.order_place(consent), city.bank)
    assert codes(city.world.block(revoke, order)) == [Code.OK, Code.GRANT_ENDED]


def test_a_purpose_outside_the_grants_is_not_sold(city: City) -> None:
    """The person agreed, the institution did not: E303."""
    narrow = replace(city.grant_offer(Right.OPERATE, city.operator), purposes=(MARKETING,))
    grant = city.world.do(narrow, city.holder)
    city.world.do(GrantAccept(grant), city.operator)
    supply = replace(city.supply(), operating_grants=(grant,))
    listing = city.world.do(supply, city.operator)
    consent, _ = city.granted()
    body = from_listing(city, listing, consent, CREDIT)
    assert city.world.refused(body, city.bank) is Code.OUT_OF_SCOPE


def test_a_class_or_source_outside_the_grants_is_not_listed(city: City) -> None:
    offer = city.grant_offer(Right.OPERATE, city.operator)
    narrow = replace(offer, classes=(ProductClass.VERIFY,))
    grant = city.world.do(narrow, city.holder)
    city.world.do(GrantAccept(grant), city.operator)
    supply = replace(city.supply(), operating_grants=(grant,))
    assert city.world.refused(supply, city.operator) is Code.OUT_OF_SCOPE
    both = replace(supply, operating_grants=(grant, city.operating_grant))
    city.world.do(both, city.operator)


def test_one_order_has_one_venue(city: City) -> None:
    second = ChannelRegister("第二平台", ChannelKind.VENUE, salted("venue 2"), (), None)
    venue = city.world.do(second, city.market, city.supervisor)
    listing = city.world.do(replace(city.supply(), venue=venue), city.operator)
    first, _ = city.granted()
    other, _ = city.granted()
    body = city.order_place(first, other)
    mixed = replace(body, lines=(body.lines[0], replace(body.lines[1], listing=listing)))
    assert city.world.refused(mixed, city.bank) is Code.SCHEMA
    city.world.do(body, city.bank)


def test_a_replaced_venue_takes_no_orders(city: City) -> None:
    consent, _ = city.granted()
    venue = ChannelRegister("新平台", ChannelKind.VENUE, salted("venue"), (), city.venue)
    city.world.do(venue, city.market, city.supervisor)
    code = city.world.refused(city.order_place(consent), city.bank)
    assert code is Code.VENUE_NOT_DESIGNATED


def test_a_venue_needs_an_operator_who_may_run_it(city: City) -> None:
    """Suspended, or without the right to run the market: no venue."""
    consent, _ = city.granted()
    body = city.order_place(consent)
    city.world.govern(PartySuspend(city.market.id, PartyReason.INVESTIGATION))
    assert city.world.refused(body, city.bank) is Code.VENUE_NOT_DESIGNATED
    city.world.govern(PartyResume(city.market.id, PartyReason.RESOLVED))
    city.world.govern(RightWithdraw(city.market.id, Right.MARKET))
    assert city.world.refused(body, city.bank) is Code.VENUE_NOT_DESIGNATED


def test_a_consent_serves_only_its_product(city: City) -> None:
    """X6: another product, even of the same operator with the same fields, is another matter."""
    consent, _ = city.granted()
    listing = another_listing(city, ProductClass.DETAIL)
    body = from_listing(city, listing, consent, CREDIT)
    assert city.world.refused(body, city.bank) is Code.WRONG_PRODUCT


def test_data_about_nobody_carries_no_consent_and_free_use_is_delivered_alike(city: City) -> None:
    """I8, I20: E512 with a consent; without one it is ordered, sealed and released for free."""
    listing = another_listing(city, ProductClass.NON_PERSONAL)
    consent, _ = city.granted()
    body = from_listing(city, listing, consent, CREDIT)
    assert city.world.refused(body, city.bank) is Code.WRONG_CLASS
    order = city.world.do(from_listing(city, listing, None, CREDIT), city.bank)
    line = part_id(order, 0)
    city.world.do(city.envelope_prepare(line), city.deliverer)
    city.world.do(city.acknowledgement(line), city.bank)
    city.world.do(city.release(line), city.deliverer)
    record = LINES.known(city.world.state, line)
    assert (record.state, record.price) == (LineState.RELEASED, 0)
    assert (record.consent, record.sid, record.matter) == (None, None, None)
    assert ORDERS.known(city.world.state, order).escrow == 0
    period = city.now_ms // city.world.parameter(ParameterName.METER_PERIOD_MS)
    assert METERS.get(city.world.state, (record.product, period)) == Meter(releases=1, gross=0)


def test_a_public_product_has_no_price(city: City) -> None:
    """E407: what serves the public good is free."""
    listing = another_listing(city, ProductClass.NON_PERSONAL)
    product = LISTINGS.known(city.world.state, listing).product
    supply = replace(city.supply(), product=product, price=PRICE)
    assert city.world.refused(supply, city.operator) is Code.FEE_CLASS
