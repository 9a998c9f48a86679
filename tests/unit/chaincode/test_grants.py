"""Grants: offered over what one holds, accepted against payment, ended with what stood on them."""

from dataclasses import replace

import pytest

from chaincode.authorization.grants import (
    GrantAccept,
    GrantOffer,
    GrantRevoke,
    GrantSurrender,
)
from chaincode.authorization.records import GRANTS, GrantStatus
from chaincode.parameters import ParameterName
from chaincode.registration.resource import DeregistrationReason, ResourceDeregister
from chaincode.rights import PartyKind, Right
from chaincode.settlement.accounts import free_balance
from chaincode.settlement.money import CreditMint
from chaincode.trading.records import LINES, LISTINGS, LineState, ListingStatus, RefundReason
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, FUNDS, HOUR, PRICE, City, varied
from tests.unit.chaincode.world import salted


@pytest.fixture
def city() -> City:
    return City.founded()


def offer(city: City, **changes: object) -> GrantOffer:
    """Return an offer to operate with some fields changed."""
    return varied(city.grant_offer(Right.OPERATE, city.operator), changes)


def status(city: City, grant: bytes) -> GrantStatus:
    return GRANTS.known(city.world.state, grant).status


def test_a_grant_is_offered_and_accepted(city: City) -> None:
    grant = city.world.do(offer(city), city.holder)
    assert status(city, grant) is GrantStatus.OFFERED
    city.world.do(GrantAccept(grant), city.operator)
    assert status(city, grant) is GrantStatus.ACTIVE


def test_acceptance_pays_the_consideration(city: City) -> None:
    """The authorization is a traded property right: its price moves from grantee to grantor."""
    body = replace(city.grant_offer(Right.OPERATE, city.bank), consideration=FUNDS)
    grant = city.world.do(replace(body, kind=Right.DELIVER, channel=city.channel), city.holder)
    assert city.world.refused(GrantAccept(grant), city.bank) is Code.NO_RIGHT
    dear = city.world.do(offer(city, consideration=1), city.holder)
    assert city.world.refused(GrantAccept(dear), city.operator) is Code.INSUFFICIENT_FUNDS
    city.world.do(CreditMint(city.operator.id, 100, salted("booking")), city.settlement_bank)
    before = free_balance(city.world.state, city.holder.id)
    fair = city.world.do(offer(city, consideration=60), city.holder)
    city.world.do(GrantAccept(fair), city.operator)
    assert free_balance(city.world.state, city.operator.id) == 40
    assert free_balance(city.world.state, city.holder.id) == before + 60


def test_an_authorizer_may_offer_over_any_resource(city: City) -> None:
    grant = city.world.do(offer(city), city.authorizer)
    assert GRANTS.known(city.world.state, grant).grantor == city.authorizer.id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": Right.WATCH}, Code.SCHEMA),
        ({"kind": Right.MARKET}, Code.NO_RIGHT),
        ({"resources": ()}, Code.OUT_OF_SCOPE),
        ({"classes": ()}, Code.OUT_OF_SCOPE),
        ({"purposes": ()}, Code.OUT_OF_SCOPE),
        ({"resources": (salted("unknown"),)}, Code.NOT_FOUND),
        ({"purposes": (999,)}, Code.NOT_FOUND),
        ({"grantee": salted("unknown")}, Code.NOT_FOUND),
        ({"kind": Right.DELIVER}, Code.CHANNEL_NOT_DESIGNATED),
        ({"kind": Right.DELIVER, "channel": salted("unknown")}, Code.NOT_FOUND),
        ({"channel": salted("any")}, Code.SCHEMA),
        ({"accept_until_ms": 0}, Code.DEADLINE_PASSED),
    ],
)
def test_an_unsound_offer_is_refused(city: City, changes: dict[str, object], code: Code) -> None:
    assert city.world.refused(offer(city, **changes), city.holder) is code


def test_terms_are_bounded_by_parameters_and_registrations(city: City) -> None:
    """An offer does not wait, and a grant does not last, longer than allowed."""
    now = city.now_ms
    term = city.world.parameter(ParameterName.GRANT_OFFER_TERM_MS)
    late = offer(city, accept_until_ms=now + term + HOUR)
    assert city.world.refused(late, city.holder) is Code.OUT_OF_BOUNDS
    backwards = offer(city, until_ms=now + 2_000, accept_until_ms=now + 3_000)
    assert city.world.refused(backwards, city.holder) is Code.OUT_OF_BOUNDS
    beyond = offer(city, until_ms=now + 1_000 * DAY)
    assert city.world.refused(beyond, city.holder) is Code.OUT_OF_SCOPE


def test_what_is_not_registered_any_more_is_not_granted(city: City) -> None:
    """E202: neither by its holder nor by an authorizing body."""
    end = ResourceDeregister(city.resource, DeregistrationReason.SOURCE_CLOSED)
    city.world.do(end, city.registrar)
    for grantor in (city.holder, city.authorizer):
        assert city.world.refused(offer(city), grantor) is Code.RESOURCE_NOT_ACTIVE


def test_only_the_holder_or_an_authorizer_offers(city: City) -> None:
    assert city.world.refused(offer(city), city.operator) is Code.NO_RIGHT


def test_only_the_grantee_accepts_and_only_once(city: City) -> None:
    grant = city.world.do(offer(city), city.holder)
    rival = city.world.actor("another operator", PartyKind.OPERATOR, Right.OPERATE)
    for other in (city.deliverer, rival):
        assert city.world.refused(GrantAccept(grant), other) is Code.NO_RIGHT
    assert city.world.refused(GrantAccept(salted("unknown")), city.operator) is Code.NOT_FOUND
    city.world.do(GrantAccept(grant), city.operator)
    assert city.world.refused(GrantAccept(grant), city.operator) is Code.BAD_STATE


def test_an_offer_lapses_whether_or_not_it_was_swept(city: City) -> None:
    """A late acceptance is refused, and the sweep writes the lapse down."""
    grant = city.world.do(offer(city, accept_until_ms=city.now_ms + 5_000), city.holder)
    city.world.wait(5_000)
    assert status(city, grant) is GrantStatus.LAPSED
    assert city.world.refused(GrantAccept(grant), city.operator) is Code.BAD_STATE
    assert city.world.refused(GrantRevoke(grant), city.holder) is Code.BAD_STATE


def test_an_offer_can_be_revoked_for_good(city: City) -> None:
    grant = city.world.do(offer(city), city.holder)
    city.world.do(GrantRevoke(grant), city.holder)
    assert status(city, grant) is GrantStatus.REVOKED
    assert city.world.refused(GrantAccept(grant), city.operator) is Code.BAD_STATE


def test_only_grantor_revokes_and_only_grantee_surrenders(city: City) -> None:
    grant = city.operating_grant
    assert city.world.refused(GrantRevoke(grant), city.operator) is Code.NO_RIGHT
    assert city.world.refused(GrantSurrender(grant), city.holder) is Code.NO_RIGHT
    city.world.do(GrantSurrender(grant), city.operator)
    assert status(city, grant) is GrantStatus.SURRENDERED
    assert city.world.refused(GrantSurrender(grant), city.operator) is Code.BAD_STATE
    assert city.world.refused(GrantRevoke(grant), city.holder) is Code.BAD_STATE


def test_the_end_of_a_grant_ends_its_listings_and_refunds_open_lines(city: City) -> None:
    """The release is refused at once, the refund follows with the next block, money is whole."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    city.world.do(GrantRevoke(city.delivery_grant), city.holder)
    assert city.world.refused(city.release(line), city.deliverer) is Code.GRANT_ENDED
    city.world.block()
    record = LINES.known(city.world.state, line)
    assert record.state is LineState.REFUNDED
    assert record.refund_reason is RefundReason.GRANT_ENDED
    assert free_balance(city.world.state, city.bank.id) == FUNDS
    listing = LISTINGS.known(city.world.state, city.listing)
    assert listing.status is ListingStatus.WITHDRAWN


def test_a_released_line_survives_the_end_of_its_grant(city: City) -> None:
    """After the release nothing is undone."""
    consent, _ = city.granted()
    line = city.released(consent)
    city.world.do(GrantRevoke(city.operating_grant), city.holder)
    city.world.wait(2_000)
    assert LINES.known(city.world.state, line).state is LineState.RELEASED
    assert free_balance(city.world.state, city.bank.id) == FUNDS - PRICE


def test_a_grant_expires_by_time_alone(city: City) -> None:
    body = replace(city.grant_offer(Right.OPERATE, city.operator), until_ms=city.now_ms + HOUR)
    grant = city.world.do(body, city.holder)
    city.world.do(GrantAccept(grant), city.operator)
    city.world.wait(HOUR)
    assert status(city, grant) is GrantStatus.EXPIRED
