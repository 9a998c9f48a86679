"""What users, deliverers and persons try in a history: orders, envelopes, answers, copies.

Each action returns a body and its signers, or nothing where there is nothing to act on.
"""

from dataclasses import replace

from chaincode.authorization.consents import ConsentDeny, ConsentGrant, ConsentRevoke
from chaincode.authorization.matters import MatterClose
from chaincode.authorization.records import AmountBucket, MatterOutcome
from chaincode.delivery.carrying import AssetCarry
from chaincode.delivery.envelopes import EnvelopeAcknowledge
from chaincode.delivery.erasure import ErasureAttest
from chaincode.delivery.receipts import EnvelopeReceipt
from chaincode.delivery.records import ASSETS, Verdict
from chaincode.delivery.release import EnvelopeRelease
from chaincode.settlement.payout import LineSettle
from chaincode.settlement.refund import LineRefund
from chaincode.trading.orders import OrderCancel, OrderConfirm, OrderReject
from chaincode.trading.placement import OrderLine, OrderPlace
from chaincode.trading.records import FINAL, LINES, Line, LineState
from tests.unit.chaincode.city import CREDIT, CREDIT_FIELDS, CREDIT_SMALL, HOUR, MARKETING, WRAP
from tests.unit.chaincode.play import CARRIED_KEY, Play, Signed, meet_somebody
from tests.unit.chaincode.play_computing import compute
from tests.unit.chaincode.world import Actor, envelope_key, salted

UNDER_WAY = frozenset(LineState) - FINAL


def consent_of(play: Play, a: int) -> tuple[bytes, Actor]:
    return play.people[a % len(play.people)]


def place(play: Play, a: int, b: int, c: int) -> Signed:
    city = play.city
    purpose = MARKETING if c % 13 == 0 else (CREDIT, CREDIT_SMALL)[c % 2]
    lines = [OrderLine(city.listing, purpose, consent_of(play, a)[0])]
    if b % 4 == 0:
        lines.append(OrderLine(city.listing, CREDIT, consent_of(play, b)[0]))
    if b % 5 == 0:
        lines.append(OrderLine(play.free_listing, MARKETING, None))
    if b % 17 == 0:
        lines.append(OrderLine(play.free_listing, CREDIT, consent_of(play, b)[0]))
    body = OrderPlace(
        lines=tuple(lines),
        receiving_key=CARRIED_KEY if c % 5 else envelope_key(f"order {a} {b}"),
        confirm_until_ms=city.now_ms + 10_000,
        deliver_until_ms=city.now_ms + HOUR // 2,
    )
    return body, (city.bank,)


def advance(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Return the next lawful step of a line."""
    city = play.city
    found = [(line_id, LINES.get(city.world.state, line_id)) for line_id in play.lines]
    alive = [(line_id, line) for line_id, line in found if line and line.state in UNDER_WAY]
    if not alive:
        return None
    line_id, line = alive[a % len(alive)]
    user = play.user_of(line)
    if line.state is LineState.PLACED:
        body = OrderReject(line.order) if b % 5 == 0 else OrderConfirm(line.order)
        return body, (city.operator,)
    if line.state is LineState.CONFIRMED:
        computed = line.product_class.is_computed
        return compute(play, line_id, line, (b, c)) if computed else _prepare(play, line_id, b, c)
    if line.state is LineState.PREPARED:
        return city.acknowledgement(line_id), (user,)
    if line.state is LineState.ACKNOWLEDGED:
        return city.release(line_id), (_sealer(play, line),)
    if line.state is LineState.RELEASED:
        verdict = Verdict.BAD_KEY if c % 9 == 0 else Verdict.OK
        return city.receipt(line_id, verdict), (user,)
    return LineSettle((line_id,)), (city.market,)


def _prepare(play: Play, line_id: bytes, b: int, c: int) -> Signed:
    """Seal for the deliverer, or where the person may carry, every second time for them."""
    city = play.city
    line = LINES.known(city.world.state, line_id)
    body = city.envelope_prepare(line_id, CREDIT_FIELDS if b % 7 else 0b1111)
    person = play.person_of(line)
    if person is None or c % 2:
        return play.prepared(line_id, body), (city.deliverer,)
    body = city.with_header_hash(replace(body, source=salted("safe-box")))
    return play.prepared(line_id, body), (person,)


def _sealer(play: Play, line: Line) -> Actor:
    """Return who sealed the envelope of a line."""
    assert line.asset is not None
    asset = ASSETS.known(play.city.world.state, line.asset)
    person = play.person_of(line)
    return play.city.deliverer if asset.source is None or person is None else person


def line_of(play: Play, a: int) -> bytes | None:
    return play.lines[a % len(play.lines)] if play.lines else None


def release_anything(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Release whatever line there is, in any state, with a header that may be wrong."""
    line_id = line_of(play, a)
    if line_id is None:
        return None
    header_hash = salted("no header")
    line = LINES.get(play.city.world.state, line_id)
    if line is not None and line.asset is not None and c % 5:
        header_hash = play.city.header_hash(line_id)
    wrap = bytes(112) if b % 7 == 0 else WRAP
    signer = play.city.other_deliverer if b % 5 == 0 else play.city.deliverer
    if line is not None and line.asset is not None and b % 3 == 0:
        signer = _sealer(play, line)
    return EnvelopeRelease(line_id, header_hash, wrap), (signer,)


def misplaced(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Try a step on a line that may be in any state."""
    line_id = line_of(play, a)
    if line_id is None:
        return None
    order = play.orders[b % len(play.orders)]
    tries: tuple[Signed, ...] = (
        (EnvelopeAcknowledge(line_id, salted("h"), salted("r")), (play.city.bank,)),
        (EnvelopeReceipt(line_id, salted("h"), Verdict.OK), (play.city.deliverer,)),
        (LineSettle((line_id,)), (play.city.market,)),
        (LineRefund(line_id), (play.city.market,)),
        (OrderCancel(order, None), (play.city.bank,)),
        (OrderCancel(order, line_id), (play.city.bank,)),
        (OrderConfirm(order), (play.city.operator,)),
        (OrderReject(order), (play.city.operator,)),
    )
    return tries[c % len(tries)]


def answer(play: Play, a: int, b: int, c: int) -> Signed:
    consent, somebody = consent_of(play, a)
    answers: tuple[object, ...] = (
        ConsentRevoke(consent, erase=b % 2 == 0),
        ConsentDeny(consent),
        ConsentGrant(consent, play.city.notice, None),
    )
    return answers[c % 3], (somebody,)


def agree(play: Play, _a: int, b: int, _c: int) -> None:
    """Let somebody new agree, in blocks of their own."""
    play.end_block()
    meet_somebody(play, b)


def close(play: Play, a: int, _b: int, _c: int) -> Signed:
    matter = play.matters[a % len(play.matters)]
    return MatterClose(matter, MatterOutcome.DECLINED, AmountBucket.NONE), (play.city.bank,)


def erase(play: Play, a: int, _b: int, _c: int) -> Signed | None:
    line_id = line_of(play, a)
    line = None if line_id is None else LINES.get(play.city.world.state, line_id)
    if line is None or line.asset is None:
        return None
    return ErasureAttest(line.asset), (play.city.bank,)


def carry(play: Play, a: int, b: int, _c: int) -> Signed | None:
    """Let a person add a copy to an envelope about them, if they have one."""
    lines = [line for line in map(play.line, play.lines) if line and line.asset and line.sid]
    if not lines:
        return None
    line = lines[a % len(lines)]
    person = play.person_of(line)
    assert line.asset is not None
    assert person is not None
    body = AssetCarry(line.asset, envelope_key(f"device {b % 9}"), WRAP)
    return body, (person,)
