"""How a consent ends: its status becomes final and the uses that it had reserved are refunded."""

from dataclasses import replace

from chaincode.authorization.records import CONSENTS, ConsentStatus
from chaincode.context import Context
from chaincode.settlement.refund import refund_line
from chaincode.trading.records import RefundReason


def end_consent(
    context: Context, consent_id: bytes, status: ConsentStatus, reason: RefundReason
) -> None:
    """End a REQUESTED or GRANTED consent. At most USES_MAX lines are refunded."""
    consent = CONSENTS.known(context.state, consent_id)
    CONSENTS.put(context.state, consent_id, replace(consent, status=status))
    context.emit(f"consent.{status.name.lower()}", consent_id, consent.matter, consent.user)
    for line_id in consent.reserved:
        refund_line(context, line_id, reason)
