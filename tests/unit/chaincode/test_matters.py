"""Matters: the real background of every request, with which its consents and open orders end."""

from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentGrant
from chaincode.authorization.matters import MatterClose
from chaincode.authorization.records import (
    CONSENTS,
    MATTERS,
    AmountBucket,
    ConsentStatus,
    MatterOutcome,
    MatterStatus,
)
from chaincode.parameters import ParameterName
from chaincode.settlement.accounts import free_balance
from chaincode.trading.records import LINES, LineState, RefundReason
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, FUNDS, City, varied
from tests.unit.chaincode.world import salted


@pytest.fixture
def city() -> City:
    return City.founded()


def close(matter: bytes) -> MatterClose:
    """Return the closing of a loan application that succeeded."""
    return MatterClose(matter, MatterOutcome.GRANTED, AmountBucket.BELOW_200_000)


def matter_of(city: City, consent: bytes) -> bytes:
    return CONSENTS.known(city.world.state, consent).matter


def test_a_matter_is_opened_and_closed_with_its_outcome(city: City) -> None:
    matter = city.world.do(city.matter_open(), city.bank)
    city.world.do(close(matter), city.bank)
    record = MATTERS.known(city.world.state, matter)
    assert record.status is MatterStatus.CLOSED
    assert record.outcome is MatterOutcome.GRANTED
    assert city.world.refused(close(matter), city.bank) is Code.MATTER_CLOSED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": 999}, Code.NOT_FOUND),
        ({"products": ()}, Code.SCHEMA),
        ({"products": (salted("unknown"),)}, Code.NOT_FOUND),
        ({"max_uses": 0}, Code.OUT_OF_BOUNDS),
        ({"max_uses": 65}, Code.OUT_OF_BOUNDS),
        ({"until_ms": 0}, Code.DEADLINE_PASSED),
    ],
)
def test_an_unsound_matter_is_refused(city: City, changes: dict[str, object], code: Code) -> None:
    body = varied(city.matter_open(), changes)
    assert city.world.refused(body, city.bank) is code


def test_a_matter_does_not_last_longer_than_allowed(city: City) -> None:
    term = city.world.parameter(ParameterName.MATTER_TERM_MAX_MS)
    body = replace(city.matter_open(), until_ms=city.now_ms + term + DAY)
    assert city.world.refused(body, city.bank) is Code.TERM_TOO_LONG


def test_only_users_open_matters_and_only_their_own_are_closed(city: City) -> None:
    assert city.world.refused(city.matter_open(), city.holder) is Code.NO_RIGHT
    matter = city.world.do(city.matter_open(), city.bank)
    assert city.world.refused(close(matter), city.other_bank) is Code.NO_RIGHT
    assert city.world.refused(close(salted("unknown")), city.bank) is Code.NOT_FOUND


def test_closing_ends_requests_and_consents_and_refunds_open_lines(city: City) -> None:
    """What was released stays; everything else of the matter ends with it."""
    consent, somebody = city.granted()
    matter = matter_of(city, consent)
    asked = city.world.do(city.consent_request(matter, somebody.key), city.bank)
    line = city.ordered(consent)
    city.world.do(close(matter), city.bank)
    state = city.world.state
    assert CONSENTS.known(state, consent).status is ConsentStatus.CLOSED
    assert CONSENTS.known(state, asked).status is ConsentStatus.CLOSED
    record = LINES.known(state, line)
    assert record.state is LineState.REFUNDED
    assert record.refund_reason is RefundReason.MATTER_CLOSED
    assert free_balance(state, city.bank.id) == FUNDS
    grant = ConsentGrant(asked, city.notice, None)
    assert city.world.refused(grant, somebody) is Code.BAD_STATE
    assert city.world.refused(city.order_place(consent), city.bank) is Code.MATTER_CLOSED


def test_a_matter_expires_by_time_alone(city: City) -> None:
    """Checks know it at once; the sweep writes it down with all its consequences."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    matter = matter_of(city, consent)
    city.world.wait(MATTERS.known(city.world.state, matter).until_ms - city.now_ms)
    state = city.world.state
    assert MATTERS.known(state, matter).status is MatterStatus.EXPIRED
    assert LINES.known(state, line).state is LineState.REFUNDED
    assert free_balance(state, city.bank.id) == FUNDS
