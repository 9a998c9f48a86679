"""What happens to money in a history: disputes, minting, policies, statements."""

from chaincode.parameters import ParameterName
from chaincode.settlement.disputes import DISPUTABLE, DisputeOpen, DisputeRule
from chaincode.settlement.money import CreditBurn, CreditMint
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import DISPUTES, DisputeCode, Payee
from chaincode.settlement.statements import StatementClose, StatementReport
from chaincode.trading.records import LINES
from tests.unit.chaincode.play import PRICE, Play, Signed
from tests.unit.chaincode.play_delivery import line_of
from tests.unit.chaincode.world import salted


def dispute(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Dispute a line, or rule over a dispute with a division that may be wrong."""
    city = play.city
    if b % 3 and play.disputes:
        return _ruling(play, play.disputes[b % len(play.disputes)], c), (city.supervisor,)
    lines = [line_id for line_id in play.lines if _is_released(play, line_id)]
    line_id = lines[a % len(lines)] if lines and a % 5 else line_of(play, a)
    line = None if line_id is None else play.line(line_id)
    if line_id is None or line is None:
        return None
    body = DisputeOpen(line_id, DisputeCode.BAD_CONTENT, salted("evidence"))
    return body, (play.user_of(line) if c % 2 else city.deliverer,)


def _is_released(play: Play, line_id: bytes) -> bool:
    line = play.line(line_id)
    return line is not None and line.state in DISPUTABLE


def _ruling(play: Play, dispute_id: bytes, c: int) -> DisputeRule:
    record = DISPUTES.get(play.world.state, dispute_id)
    price = PRICE if record is None else LINES.known(play.world.state, record.line).price
    total = price if c % 5 else price + 1
    to_user = c % (total + 1)
    return DisputeRule(dispute_id, to_user, total - to_user)


def money(play: Play, a: int, b: int, _c: int) -> Signed:
    city = play.city
    if a % 2:
        return CreditMint(city.bank.id, b, salted(f"mint {a}")), (city.settlement_bank,)
    return CreditBurn(b, salted(f"burn {a}")), (city.holder, city.settlement_bank)


def share(play: Play, a: int, b: int, _c: int) -> Signed:
    """Change the policy, with shares that may not add up."""
    city = play.city
    first = b % 10_000
    rest = 10_000 - first if a % 4 else 9_999
    payees = (Payee(city.holder.id, first), Payee(city.operator.id, rest))
    return PolicySet(city.product, payees, salted("shares")), (city.authorizer,)


def statement(play: Play, a: int, b: int, c: int) -> Signed:
    """Close a period of a product, or report what was done with it, in time or not."""
    city = play.city
    length_ms = city.world.parameter(ParameterName.METER_PERIOD_MS)
    period = city.now_ms // length_ms - a % 3
    product = (city.product, play.free_product, play.office.group)[b % 3]
    if c % 2:
        return StatementReport(product, period, b, a % 5, a, salted("report")), (city.bank,)
    return StatementClose(product, period), (city.market,)
