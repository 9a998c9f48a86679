"""Oversight: orders of supervisors, incidents, disclosures, and the flags that rules raise."""

from dataclasses import replace

import pytest

from chaincode.delivery.erasure import ErasureAttest
from chaincode.flags import FLAGS, FlagKind
from chaincode.membership.duties import open_duties
from chaincode.parameters import ParameterName
from chaincode.supervision.cases import CaseClose, CaseOpen
from chaincode.supervision.disclosures import DisclosurePublish
from chaincode.supervision.incidents import IncidentReport
from chaincode.supervision.inspections import InspectionAnswer, InspectionOrder
from chaincode.supervision.records import (
    INCIDENTS,
    INSPECTIONS,
    RECTIFICATIONS,
    IncidentKind,
    InspectionStatus,
    LegalBasis,
    PersonsBucket,
    RectificationStatus,
    Target,
    TargetKind,
)
from chaincode.supervision.rectifications import (
    RectificationDone,
    RectificationOrder,
    RectificationVerify,
)
from chaincode.trading.records import LINES
from ledger.refusal import Code
from tests.unit.chaincode.city import DAY, HOUR, City, varied
from tests.unit.chaincode.test_time_and_signers import wait_unswept
from tests.unit.chaincode.world import Actor, salted

ITEMS = (salted("log"), salted("contract"))


@pytest.fixture
def city() -> City:
    return City.founded()


def case_on(city: City, *parties: Actor) -> bytes:
    targets = tuple(Target(TargetKind.PARTY, party.id) for party in parties)
    return city.world.do(CaseOpen(targets, LegalBasis.COMPLAINT, None), city.supervisor)


def flags(city: City, party: Actor, kind: FlagKind, target: bytes) -> int:
    flag = FLAGS.get(city.world.state, (party.id, kind, target))
    return 0 if flag is None else flag.count


def inspection_of(city: City, case: bytes) -> InspectionOrder:
    return InspectionOrder(case, city.deliverer.id, ITEMS, city.now_ms + HOUR)


def rectification_of(city: City, case: bytes) -> RectificationOrder:
    return RectificationOrder(case, city.deliverer.id, ITEMS, city.now_ms + HOUR)


@pytest.mark.parametrize("order", [InspectionOrder, RectificationOrder])
def test_an_order_rests_on_a_case_a_party_and_a_term(
    city: City, order: type[InspectionOrder | RectificationOrder]
) -> None:
    world = city.world
    case = case_on(city, city.deliverer)
    body = order(case, city.deliverer.id, ITEMS, city.now_ms + HOUR)
    assert world.refused(body, city.bank) is Code.NO_RIGHT
    assert world.refused(body, city.other_supervisor) is Code.NO_RIGHT
    unknown = varied(body, {"case": salted("none")})
    assert world.refused(unknown, city.supervisor) is Code.CASE_NEEDED
    outside = varied(body, {"party": city.bank.id})
    assert world.refused(outside, city.supervisor) is Code.FREEZE_TARGET
    assert world.refused(varied(body, {"items": ()}), city.supervisor) is Code.SCHEMA
    late = varied(body, {"until_ms": city.now_ms})
    assert world.refused(late, city.supervisor) is Code.DEADLINE_PASSED
    long = varied(body, {"until_ms": city.now_ms + 400 * DAY})
    assert world.refused(long, city.supervisor) is Code.TERM_TOO_LONG
    world.do(body, city.supervisor)
    world.do(CaseClose(case), city.supervisor)
    assert world.refused(body, city.supervisor) is Code.CASE_NEEDED


def test_an_inspection_is_answered_item_by_item(city: City) -> None:
    world = city.world
    duties = open_duties(world.state, city.deliverer.id)
    inspection = world.do(inspection_of(city, case_on(city, city.deliverer)), city.supervisor)
    assert open_duties(world.state, city.deliverer.id) == duties + 1
    body = InspectionAnswer(inspection, ITEMS)
    unknown = replace(body, inspection=salted("none"))
    assert world.refused(unknown, city.deliverer) is Code.NOT_FOUND
    assert world.refused(body, city.bank) is Code.NO_RIGHT
    assert world.refused(replace(body, answers=ITEMS[:1]), city.deliverer) is Code.SCHEMA
    world.do(body, city.deliverer)
    assert world.refused(body, city.deliverer) is Code.BAD_STATE
    assert open_duties(world.state, city.deliverer.id) == duties
    world.wait(HOUR)
    assert INSPECTIONS.known(world.state, inspection).status is InspectionStatus.ANSWERED
    assert not flags(city, city.deliverer, FlagKind.INSPECTION_UNANSWERED, inspection)


def test_an_unanswered_inspection_is_flagged(city: City) -> None:
    world = city.world
    duties = open_duties(world.state, city.deliverer.id)
    inspection = world.do(inspection_of(city, case_on(city, city.deliverer)), city.supervisor)
    world.wait(HOUR)
    assert INSPECTIONS.known(world.state, inspection).status is InspectionStatus.UNANSWERED
    assert flags(city, city.deliverer, FlagKind.INSPECTION_UNANSWERED, inspection) == 1
    assert open_duties(world.state, city.deliverer.id) == duties
    late = InspectionAnswer(inspection, ITEMS)
    assert world.refused(late, city.deliverer) is Code.BAD_STATE


def test_an_unswept_inspection_is_over(city: City) -> None:
    inspection = city.world.do(inspection_of(city, case_on(city, city.deliverer)), city.supervisor)
    wait_unswept(city, HOUR)
    body = InspectionAnswer(inspection, ITEMS)
    assert city.world.refused(body, city.deliverer) is Code.DEADLINE_PASSED


@pytest.mark.parametrize(
    ("accepted", "status"),
    [(True, RectificationStatus.VERIFIED), (False, RectificationStatus.REJECTED)],
)
def test_a_rectification_is_done_and_judged(
    city: City, accepted: bool, status: RectificationStatus
) -> None:
    world = city.world
    order = rectification_of(city, case_on(city, city.deliverer))
    rectification = world.do(order, city.supervisor)
    judgement = RectificationVerify(rectification, accepted, salted("report"))
    assert world.refused(judgement, city.supervisor) is Code.BAD_STATE
    done = RectificationDone(rectification, salted("evidence"))
    unknown = replace(done, rectification=salted("none"))
    assert world.refused(unknown, city.deliverer) is Code.NOT_FOUND
    assert world.refused(done, city.bank) is Code.NO_RIGHT
    world.do(done, city.deliverer)
    assert world.refused(done, city.deliverer) is Code.BAD_STATE
    unknown_one = replace(judgement, rectification=salted("none"))
    assert world.refused(unknown_one, city.supervisor) is Code.NOT_FOUND
    assert world.refused(judgement, city.other_supervisor) is Code.NO_RIGHT
    world.do(judgement, city.supervisor)
    assert world.refused(judgement, city.supervisor) is Code.BAD_STATE
    assert RECTIFICATIONS.known(world.state, rectification).status is status
    rejected = flags(city, city.deliverer, FlagKind.RECTIFICATION_REJECTED, rectification)
    assert rejected == int(not accepted)
    assert not flags(city, city.deliverer, FlagKind.RECTIFICATION_OVERDUE, rectification)


@pytest.mark.parametrize("swept", [True, False])
def test_a_late_rectification_is_flagged_and_still_done(city: City, swept: bool) -> None:
    world = city.world
    duties = open_duties(world.state, city.deliverer.id)
    order = rectification_of(city, case_on(city, city.deliverer))
    rectification = world.do(order, city.supervisor)
    if swept:
        world.wait(HOUR)
        status = RECTIFICATIONS.known(world.state, rectification).status
        assert status is RectificationStatus.OVERDUE
    else:
        wait_unswept(city, HOUR)
    assert open_duties(world.state, city.deliverer.id) == duties + 1
    world.do(RectificationDone(rectification, salted("evidence")), city.deliverer)
    assert flags(city, city.deliverer, FlagKind.RECTIFICATION_OVERDUE, rectification) == 1
    assert open_duties(world.state, city.deliverer.id) == duties


def report(*assets: bytes) -> IncidentReport:
    return IncidentReport(None, IncidentKind.DISCLOSED, assets, PersonsBucket.UNKNOWN, None)


def test_an_incident_is_reported_and_completed(city: City) -> None:
    world = city.world
    consent, _ = city.granted()
    asset = LINES.known(world.state, city.released(consent)).asset
    assert asset is not None
    assert world.refused(report(salted("none")), city.bank) is Code.NOT_FOUND
    duties = open_duties(world.state, city.bank.id)
    incident = world.do(report(asset), city.bank)
    assert open_duties(world.state, city.bank.id) == duties + 1
    complete = IncidentReport(
        incident, IncidentKind.DISCLOSED, (asset,), PersonsBucket.BELOW_100, salted("letters")
    )
    unknown = replace(complete, incident=salted("none"))
    assert world.refused(unknown, city.bank) is Code.NOT_FOUND
    assert world.refused(complete, city.other_bank) is Code.NO_RIGHT
    world.do(complete, city.bank)
    assert world.refused(complete, city.bank) is Code.BAD_STATE
    assert open_duties(world.state, city.bank.id) == duties
    assert INCIDENTS.known(world.state, incident).persons is PersonsBucket.BELOW_100
    world.wait(world.parameter(ParameterName.NOTIFICATION_TERM_MS))
    assert not flags(city, city.bank, FlagKind.NOTIFICATION_OVERDUE, incident)


@pytest.mark.parametrize("swept", [True, False])
def test_who_does_not_tell_the_persons_in_time_is_flagged_once(city: City, swept: bool) -> None:
    world = city.world
    incident = world.do(report(), city.bank)
    term_ms = world.parameter(ParameterName.NOTIFICATION_TERM_MS)
    if swept:
        world.wait(term_ms)
        assert flags(city, city.bank, FlagKind.NOTIFICATION_OVERDUE, incident) == 1
    else:
        wait_unswept(city, term_ms)
    late = replace(report(), incident=incident, notification=salted("letters"))
    world.do(late, city.bank)
    assert flags(city, city.bank, FlagKind.NOTIFICATION_OVERDUE, incident) == 1


def disclosure(city: City, ahead: int = 0) -> DisclosurePublish:
    """Return the disclosure of the present period, or of one ahead of it."""
    period = city.now_ms // city.world.parameter(ParameterName.DISCLOSURE_PERIOD_MS) + ahead
    return DisclosurePublish(period, salted("report"), 1, 1, 10, 3_000)


def end_of(city: City, body: DisclosurePublish) -> int:
    """Return how long it takes until the period of a disclosure is over."""
    length_ms = city.world.parameter(ParameterName.DISCLOSURE_PERIOD_MS)
    return (body.period + 1) * length_ms - city.now_ms


def test_a_period_is_disclosed_once_and_after_its_end(city: City) -> None:
    world = city.world
    body = disclosure(city)
    assert world.refused(body, city.bank) is Code.NO_RIGHT
    assert world.refused(body, city.operator) is Code.BAD_STATE
    world.wait(end_of(city, body))
    for actor in (city.operator, city.authorizer):
        world.do(body, actor)
        assert world.refused(body, actor) is Code.TAKEN
    world.wait(world.parameter(ParameterName.DISCLOSURE_TERM_MS))
    for actor in (city.operator, city.authorizer):
        assert not flags(city, actor, FlagKind.DISCLOSURE_OVERDUE, actor.id)


def test_each_period_without_a_disclosure_is_flagged(city: City) -> None:
    world = city.world
    term_ms = world.parameter(ParameterName.DISCLOSURE_TERM_MS)
    world.wait(end_of(city, disclosure(city)) + term_ms)
    for actor in (city.operator, city.authorizer):
        assert flags(city, actor, FlagKind.DISCLOSURE_OVERDUE, actor.id) == 1
    world.wait(world.parameter(ParameterName.DISCLOSURE_PERIOD_MS))
    assert flags(city, city.operator, FlagKind.DISCLOSURE_OVERDUE, city.operator.id) == 2
    assert not flags(city, city.bank, FlagKind.DISCLOSURE_OVERDUE, city.bank.id)


@pytest.mark.parametrize("swept", [True, False])
def test_an_overdue_erasure_is_flagged_once(city: City, swept: bool) -> None:
    """I21: the duty's end passes with the user's word or with a flag."""
    consent, _ = city.granted()
    line = city.released(consent)
    asset = LINES.known(city.world.state, line).asset
    assert asset is not None
    if swept:
        city.world.wait(40 * DAY)
        assert flags(city, city.bank, FlagKind.ERASURE_OVERDUE, asset) == 1
    else:
        wait_unswept(city, 40 * DAY)
    city.world.do(ErasureAttest(asset), city.bank)
    assert flags(city, city.bank, FlagKind.ERASURE_OVERDUE, asset) == 1
