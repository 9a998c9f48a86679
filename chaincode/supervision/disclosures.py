"""Disclosure: authorizers and operators publish once a period what they did with public data.

Who sets a price ceiling or lists a supply does business with public data from that period on, and
owes a disclosure of it. The term runs from the end of the period; a term that passed leaves a flag.
"""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import Commitment, Fen, Unsigned32, Unsigned64
from chaincode.flags import FlagKind, raise_flag
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.supervision.records import (
    DISCLOSURE_DUTIES,
    DISCLOSURES,
    Disclosure,
    DisclosureDuty,
)
from ledger.refusal import Code, require


@transaction_type("disclosure.publish", since=1, signed_by="an authorizer or an operator")
@dataclass(frozen=True, slots=True)
class DisclosurePublish:
    """A body publishes its report of a period with its key figures."""

    period: Annotated[Unsigned32, "Number of the period, counted from 1970 on."]
    report: Annotated[Commitment, "Hash of the published report."]
    resources: Annotated[Unsigned32, "Resources that were opened."]
    products: Annotated[Unsigned32, "Products that were on offer."]
    deliveries: Annotated[Unsigned64, "Deliveries that were made."]
    revenue: Annotated[Fen, "What they brought in."]


def publish_disclosure(context: Context, body: DisclosurePublish) -> None:
    """Record the one disclosure of a party for a period that is over."""
    context.require_signers(1)
    party = context.signer_party()
    discloses = context.holds(party, Right.AUTHORIZE) or context.holds(party, Right.OPERATE)
    require(discloses, Code.NO_RIGHT, "signers[0]")
    require(_end(context, body.period) <= context.now_ms, Code.BAD_STATE, "period")
    key = (party.id, body.period)
    published = DISCLOSURES.get(context.state, key) is not None
    require(not published, Code.TAKEN, "period")
    disclosure = Disclosure(
        report=body.report,
        resources=body.resources,
        products=body.products,
        deliveries=body.deliveries,
        revenue=body.revenue,
        published_ms=context.now_ms,
    )
    DISCLOSURES.put(context.state, key, disclosure)
    amounts = (body.period, body.deliveries, body.revenue)
    context.emit("disclosure.published", party.id, body.report, amounts=amounts)


def owe_disclosure(context: Context, party: bytes) -> None:
    """Let a party that does business owe a disclosure of this period, and of all after it."""
    if DISCLOSURE_DUTIES.get(context.state, party) is None:
        period = context.now_ms // context.parameter(ParameterName.DISCLOSURE_PERIOD_MS)
        _await(context, party, period)


def end_disclosure(context: Context, party: bytes) -> None:
    """Flag a party that has not disclosed in time; then wait for the next period's disclosure."""
    duty = DISCLOSURE_DUTIES.known(context.state, party)
    if PARTIES.known(context.state, party).status is PartyStatus.EXITED:
        return
    if DISCLOSURES.get(context.state, (party, duty.period)) is None:
        raise_flag(context, party, FlagKind.DISCLOSURE_OVERDUE, party)
    _await(context, party, duty.period + 1)


def _await(context: Context, party: bytes, period: int) -> None:
    DISCLOSURE_DUTIES.put(context.state, party, DisclosureDuty(period))
    term_ms = context.parameter(ParameterName.DISCLOSURE_TERM_MS)
    context.schedule(_end(context, period) + term_ms, DueKind.DISCLOSURE_ENDS, party)


def _end(context: Context, period: int) -> int:
    """Return when a period is over."""
    return (period + 1) * context.parameter(ParameterName.DISCLOSURE_PERIOD_MS)
