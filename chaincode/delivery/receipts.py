"""Receipts: the user says what it opened; silence past the term accepts."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.consignment import consignment
from chaincode.delivery.records import ASSETS, Verdict
from chaincode.fields import Commitment, Identifier
from chaincode.trading.lines import receipt_end
from chaincode.trading.records import LINES, Line, LineState
from ledger.refusal import Code, require


@transaction_type("envelope.receipt", since=1, signed_by="the user")
@dataclass(frozen=True, slots=True)
class EnvelopeReceipt:
    """The user says what it found; only OK accepts, anything else leaves room for a dispute."""

    line: Annotated[Identifier, "The order line."]
    header_hash: Annotated[Commitment, "Hash of the header of the envelope it opened."]
    verdict: Annotated[Verdict, "What it found."]


def receive(context: Context, body: EnvelopeReceipt) -> None:
    """Record the user's one verdict within the term; OK accepts the line."""
    context.require_signers(1)
    user = context.signer_party()
    goods = consignment(context.state, body.line, "line")
    require(goods.order.user == user.id, Code.NOT_RECEIVER, "signers[0]")
    line = goods.line
    require(line.state is LineState.RELEASED, Code.BAD_STATE, "line")
    asset = goods.asset
    require(context.now_ms < receipt_end(line), Code.DEADLINE_PASSED, "line")
    require(asset.verdict is None, Code.BAD_STATE, "verdict")
    require(body.header_hash == asset.header_hash, Code.ENVELOPE_MISMATCH, "header_hash")
    ASSETS.put(context.state, goods.asset_id, replace(asset, verdict=body.verdict))
    context.emit("envelope.received", goods.asset_id, body.line, user.id, amounts=(body.verdict,))
    if body.verdict is Verdict.OK:
        _accept(context, body.line, line, context.now_ms)


def accept_by_silence(context: Context, line_id: bytes) -> None:
    """Write down that nobody objected in time."""
    line = LINES.known(context.state, line_id)
    if line.state is LineState.RELEASED:
        _accept(context, line_id, line, receipt_end(line))


def _accept(context: Context, line_id: bytes, line: Line, accepted_ms: int) -> None:
    accepted = replace(
        line, state=LineState.ACCEPTED, accepted_ms=accepted_ms, acceptance=context.subject
    )
    LINES.put(context.state, line_id, accepted)
    context.emit("line.accepted", line_id, line.order)
