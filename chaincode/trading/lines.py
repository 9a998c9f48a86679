"""What time has decided about a released line, whether or not a sweep has written it down."""

from chaincode.trading.records import Line, LineState


def receipt_end(line: Line) -> int:
    """Return when silence accepts a line that was released."""
    assert line.receipt_until_ms is not None
    return line.receipt_until_ms


def acceptance(line: Line, now_ms: int) -> int | None:
    """Return when a line was accepted, by word or by silence, or None where it is not."""
    if line.state is LineState.ACCEPTED:
        return line.accepted_ms
    if line.state is LineState.RELEASED and now_ms >= receipt_end(line):
        return receipt_end(line)
    return None
