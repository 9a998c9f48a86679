"""A deliverer without a mandate: tries to release somebody else's delivery."""

from apps.loan.desk import Desk
from apps.loan.roles.newcomer import join
from chaincode.delivery.records import ASSETS
from chaincode.trading.records import LINES, LineState
from quancheng.envelope_keys import new_content_key
from quancheng.envelope_wraps import make_wrap


async def play(desk: Desk) -> None:
    """Abuse: release the first acknowledged line with a key of one's own making."""
    await join(desk)
    line_id, line = await desk.first(LINES, state=LineState.ACKNOWLEDGED)
    assert line.asset is not None
    asset = await desk.record(ASSETS, line.asset)
    assert asset is not None
    wrap = make_wrap(new_content_key(), asset.header_hash, (await desk.own_party()).kem_key)
    await desk.attempt("envelope.release", line=line_id, header_hash=asset.header_hash, wrap=wrap)
