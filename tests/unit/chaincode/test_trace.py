"""Traces: from any place of a delivery to all of it, and forwards from a source to every asset."""

import pytest

from chaincode.authorization.records import CONSENTS
from chaincode.settlement.payout import LineSettle
from chaincode.trace import Link, trace
from chaincode.trading.records import LINES
from ledger.refusal import Code, Refused
from tests.unit.chaincode.city import City

ORDERLY = [
    "resource",
    "product",
    "grant",
    "channel",
    "listing",
    "subject",
    "matter",
    "notice",
    "consent",
    "answer",
    "order",
    "line",
    "asset",
    "acknowledgement",
    "release",
    "acceptance",
    "settlement",
]


@pytest.fixture(scope="module")
def settled() -> tuple[City, bytes]:
    """Return a city with one settled line."""
    city = City.founded()
    consent, _ = city.granted()
    line = city.accepted(consent)
    city.wait_for_settlement()
    city.world.do(LineSettle((line,)), city.operator)
    return city, line


def kinds(links: list[Link]) -> list[str]:
    """Return the kinds of a trace in order, parties left out, repetitions in a row once."""
    named = [link.kind for link in links if link.kind != "party"]
    return [kind for index, kind in enumerate(named) if index == 0 or named[index - 1] != kind]


def test_an_asset_is_traced_from_registration_to_settlement(settled: tuple[City, bytes]) -> None:
    """Every step of the delivery is there, in the order in which it came about."""
    city, line_id = settled
    asset = LINES.known(city.world.state, line_id).asset
    assert asset is not None
    links = list(trace(city.world.state, asset))
    assert kinds(links) == ORDERLY
    named = {link.id for link in links}
    parties = (city.holder, city.developer, city.operator, city.deliverer, city.bank)
    assert {actor.id for actor in parties} <= named
    assert {city.resource, city.product, city.listing, city.venue} <= named
    assert {city.operating_grant, city.delivery_grant} <= named


def test_every_place_of_a_delivery_leads_to_the_same_steps(settled: tuple[City, bytes]) -> None:
    """Asset, line, order, consent, matter and pseudonym name the same entities."""
    city, line_id = settled
    state = city.world.state
    line = LINES.known(state, line_id)
    starts = (line.asset, line.order, line.consent, line.matter, line.sid)
    wanted = {(link.kind, link.id) for link in trace(state, line_id)}
    for start in starts:
        assert start is not None
        assert {(link.kind, link.id) for link in trace(state, start)} == wanted


def test_sources_and_persons_lead_forwards_to_all_their_assets(
    settled: tuple[City, bytes],
) -> None:
    """A resource, its product, its holder and the buyer each lead to every asset."""
    city, first = settled
    consent, _ = city.granted()
    second = city.released(consent)
    state = city.world.state
    wanted = {LINES.known(state, line).asset for line in (first, second)}
    for start in (city.resource, city.product, city.bank.id, city.operator.id):
        assets = {link.id for link in trace(state, start) if link.kind == "asset"}
        assert assets == wanted
    sid = CONSENTS.known(state, consent).sid
    assets = {link.id for link in trace(state, sid) if link.kind == "asset"}
    assert assets == {LINES.known(state, second).asset}


def test_a_trace_is_made_only_as_far_as_it_is_read(settled: tuple[City, bytes]) -> None:
    """A caller that stops early pays for no more, so that answers can be bounded."""
    city, _ = settled
    assert next(trace(city.world.state, city.resource)).kind == "party"


def test_an_id_that_names_nothing_is_refused(settled: tuple[City, bytes]) -> None:
    """E010."""
    city, _ = settled
    with pytest.raises(Refused) as caught:
        trace(city.world.state, bytes(32))
    assert caught.value.refusal.code is Code.NOT_FOUND
