"""A deliverer without a mandate: tries to release somebody else's delivery."""

from apps.stage.desk import Desk
from apps.stage.roles.newcomer import join
from chaincode.delivery.records import ASSETS
from chaincode.trading.records import LINES, Line, LineState
from ledger.refusal import Code
from quancheng.envelope_keys import new_content_key
from quancheng.envelope_wraps import make_wrap

NO_RIGHT = Code.NO_RIGHT.label


async def play(desk: Desk) -> None:
    """Abuse: release an acknowledged line with a key of one's own making.

    A line whose consent is taken back at the same moment says so instead; then try the next one.
    """
    own = await join(desk)
    tried: set[bytes] = set()
    code = ""
    while code != NO_RIGHT:
        line_id, line = await _next_line(desk, tried)
        tried.add(line_id)
        assert line.asset is not None
        asset = await desk.record(ASSETS, line.asset)
        assert asset is not None
        wrap = make_wrap(new_content_key(), asset.header_hash, own.kem_key)
        code = await desk.attempt(
            "envelope.release", line=line_id, header_hash=asset.header_hash, wrap=wrap
        )


async def _next_line(desk: Desk, tried: set[bytes]) -> tuple[bytes, Line]:
    async def look() -> tuple[bytes, Line] | None:
        rows = await desk.matching(LINES, state=LineState.ACKNOWLEDGED)
        return next((row for row in rows if row[0] not in tried), None)

    return await desk.until(look)
