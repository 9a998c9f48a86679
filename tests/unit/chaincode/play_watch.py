"""What supervisors do in a history, and what is done at their word: cases, freezes, openings."""

from chaincode.parameters import ParameterName
from chaincode.supervision.audits import AuditShare
from chaincode.supervision.cases import CaseOpen
from chaincode.supervision.disclosures import DisclosurePublish
from chaincode.supervision.freezes import FreezeLift, FreezeSet
from chaincode.supervision.incidents import IncidentReport
from chaincode.supervision.inspections import InspectionAnswer, InspectionOrder
from chaincode.supervision.records import (
    INSPECTIONS,
    RECTIFICATIONS,
    IncidentKind,
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
from chaincode.trading.records import ORDERS
from tests.unit.chaincode.city import HOUR
from tests.unit.chaincode.play import Play, Signed
from tests.unit.chaincode.play_committee import INSPECTOR_KEY, proven_share
from tests.unit.chaincode.play_delivery import consent_of
from tests.unit.chaincode.world import salted

TERMS = (2_000, 3_000, 5_000, 10_000, 20_000)


def open_case(play: Play, a: int, b: int, c: int) -> Signed:
    """Open a case about one of the things that can be frozen, opened or inspected."""
    city = play.city
    order = play.orders[b % len(play.orders)] if play.orders else None
    targets = [
        Target(TargetKind.PRODUCT, city.product),
        Target(TargetKind.PRODUCT, play.free_product),
        Target(TargetKind.CONSENT, consent_of(play, b)[0]),
        Target(TargetKind.GRANT, city.delivery_grant),
        Target(TargetKind.CHAIN, city.world.genesis_hash),
        Target(TargetKind.PARTY, city.deliverer.id),
        Target(TargetKind.PARTY, city.deliverer.id),
        Target(TargetKind.RESOURCE, play.office.other_resource),
    ]
    if order is not None and ORDERS.get(city.world.state, order) is not None:
        targets += [Target(TargetKind.ORDER, order)] * 3
    key = INSPECTOR_KEY if c % 2 else None
    return CaseOpen((targets[a % len(targets)],), LegalBasis.COMPLAINT, key), (city.supervisor,)


def freeze(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Freeze a target for a while, alone or with a second supervisor, or lift a freeze."""
    if not play.cases:
        return None
    city_wide = [row for row in play.cases if row[1] == play.world.genesis_hash]
    cases = city_wide if city_wide and c % 3 == 0 else play.cases
    case, target = cases[a % len(cases)]
    if b % 2:
        return FreezeLift(case, target), (play.city.supervisor,)
    body = FreezeSet(case, target, play.city.now_ms + TERMS[b % len(TERMS)])
    needs_two = target in (play.world.genesis_hash, play.city.deliverer.id)
    if needs_two is (c % 10 == 0):
        return body, (play.city.supervisor,)
    return body, (play.city.supervisor, play.city.other_supervisor)


def audit(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Give a share of an envelope, which may be of another case, member or envelope."""
    sealed = [line for line in map(play.line, play.lines) if line and line.asset]
    if not play.cases or not sealed:
        return None
    line = sealed[a % len(sealed)]
    named = [case for case, target in play.cases if target in (line.order, line.consent)]
    case = named[b % len(named)] if named and b % 5 else play.cases[b % len(play.cases)][0]
    index = c % len(play.members)
    assert line.asset is not None
    share = proven_share(play.city, case, line.asset, index + 1)
    return AuditShare(case, line.asset, share), (play.members[index - (b % 7 == 0)],)


def order(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Order something of a party under a case that may not name it."""
    if not play.cases:
        return None
    named = [case for case, target in play.cases if target == play.city.deliverer.id]
    case = named[a % len(named)] if named and a % 5 else play.cases[a % len(play.cases)][0]
    items = tuple(salted(f"item {index}") for index in range(b % 9 % 3))
    until_ms = play.city.now_ms + (HOUR if b % 5 else TERMS[0])
    made = InspectionOrder if c % 2 else RectificationOrder
    return made(case, play.city.deliverer.id, items, until_ms), (play.city.supervisor,)


def comply(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Answer, put right or judge; report an incident; disclose."""
    city = play.city
    if c % 4 == 0 and play.inspections:
        return _inspected(play, play.inspections[a % len(play.inspections)], b)
    if c % 4 == 1 and play.rectifications:
        return _rectified(play, play.rectifications[a % len(play.rectifications)], b)
    if c % 4 == 2:
        kind, persons = IncidentKind.LOST, PersonsBucket.UNKNOWN
        return IncidentReport(None, kind, (), persons, None), (city.bank,)
    period = city.now_ms // city.world.parameter(ParameterName.DISCLOSURE_PERIOD_MS) - a % 2
    return DisclosurePublish(period, salted("report"), 1, 1, a, b), (city.operator,)


def _inspected(play: Play, inspection_id: bytes, b: int) -> Signed:
    record = INSPECTIONS.get(play.world.state, inspection_id)
    count = b % 3 if record is None or b % 5 == 0 else len(record.items)
    answers = tuple(salted(f"answer {index}") for index in range(count))
    return InspectionAnswer(inspection_id, answers), (play.city.deliverer,)


def _rectified(play: Play, rectification_id: bytes, b: int) -> Signed:
    record = RECTIFICATIONS.get(play.world.state, rectification_id)
    is_done = record is not None and record.status is RectificationStatus.DONE
    if is_done is (b % 5 > 0):
        body = RectificationVerify(rectification_id, b % 3 > 0, salted("report"))
        return body, (play.city.supervisor,)
    return RectificationDone(rectification_id, salted("evidence")), (play.city.deliverer,)
