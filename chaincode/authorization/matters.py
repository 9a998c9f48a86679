"""Matters (事项): a concrete affair of one user, for which it may ask people for consent.

    matter.open ─▶ OPEN ─ matter.close ─▶ CLOSED
                     └─── time ─────────▶ EXPIRED

With a matter all its consents end, and what was ordered under them and not released is refunded.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.ending import end_consent
from chaincode.authorization.purposes import require_purpose
from chaincode.authorization.records import (
    CONSENTS,
    MATTER_PRODUCTS_MAX,
    MATTERS,
    USES_MAX,
    AmountBucket,
    ConsentStatus,
    Matter,
    MatterKind,
    MatterOutcome,
    MatterStatus,
)
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import (
    AtMost,
    Commitment,
    Identifier,
    Milliseconds,
    Unsigned8,
    Unsigned32,
)
from chaincode.parameters import ParameterName
from chaincode.registration.records import PRODUCTS
from chaincode.rights import Right
from chaincode.trading.records import RefundReason
from ledger.refusal import Code, require


@transaction_type("matter.open", since=1, signed_by="the user")
@dataclass(frozen=True, slots=True)
class MatterOpen:
    """A user opens a matter: the real background without which nobody is asked for consent."""

    kind: Annotated[MatterKind, "What kind of affair it is."]
    purpose: Annotated[Unsigned32, "The widest purpose that its consents may have."]
    products: Annotated[
        tuple[Identifier, ...], AtMost(MATTER_PRODUCTS_MAX), "The products that may be asked for."
    ]
    evidence: Annotated[Commitment, "Commitment to the application that shows it is real."]
    max_uses: Annotated[Unsigned8, "Uses that all its consents may allow together."]
    until_ms: Annotated[Milliseconds, "When it ends by itself."]


@transaction_type("matter.close", since=1, signed_by="the user of the matter")
@dataclass(frozen=True, slots=True)
class MatterClose:
    """The user closes its matter; consents and unreleased orders end with it."""

    matter: Annotated[Identifier, "The matter."]
    outcome: Annotated[MatterOutcome, "How it ended."]
    amount: Annotated[AmountBucket, "The amount at stake."]


def open_matter(context: Context, body: MatterOpen) -> None:
    """Open a matter with a bounded number of uses and a bounded term."""
    context.require_signers(1)
    user = context.signer_party()
    context.require_right(user, Right.USE)
    context.require_not_frozen(user.id, "signers[0]")
    require_purpose(context.state, body.purpose, "purpose")
    require(bool(body.products), Code.SCHEMA, "products")
    for index, product in enumerate(body.products):
        PRODUCTS.require(context.state, product, f"products[{index}]")
    uses_max = min(USES_MAX, context.parameter(ParameterName.MATTER_USES_MAX))
    require(0 < body.max_uses <= uses_max, Code.OUT_OF_BOUNDS, "max_uses")
    require(context.now_ms < body.until_ms, Code.DEADLINE_PASSED, "until_ms")
    term_ms = context.parameter(ParameterName.MATTER_TERM_MAX_MS)
    require(body.until_ms <= context.now_ms + term_ms, Code.TERM_TOO_LONG, "until_ms")
    MATTERS.put(
        context.state,
        context.tx_id,
        Matter(
            user=user.id,
            kind=body.kind,
            purpose=body.purpose,
            products=body.products,
            evidence=body.evidence,
            max_uses=body.max_uses,
            until_ms=body.until_ms,
            status=MatterStatus.OPEN,
            requested_uses=0,
            consents=(),
            outcome=None,
            amount=AmountBucket.NONE,
        ),
    )
    context.schedule(body.until_ms, DueKind.MATTER_EXPIRES, context.tx_id)
    context.emit("matter.opened", context.tx_id, user.id, amounts=(body.kind, body.purpose))


def close_matter(context: Context, body: MatterClose) -> None:
    """Close a matter with its outcome."""
    context.require_signers(1)
    user = context.signer_party()
    matter = MATTERS.require(context.state, body.matter, "matter")
    require(matter.user == user.id, Code.NO_RIGHT, "signers[0]")
    require(matter.is_open(context.now_ms), Code.MATTER_CLOSED, "matter")
    closed = replace(matter, status=MatterStatus.CLOSED, outcome=body.outcome, amount=body.amount)
    MATTERS.put(context.state, body.matter, closed)
    context.emit("matter.closed", body.matter, user.id, amounts=(body.outcome, body.amount))
    _end_consents(context, closed)


def expire_matter(context: Context, matter_id: bytes) -> None:
    """Write down that a matter's term is over."""
    matter = MATTERS.get(context.state, matter_id)
    if matter is None or matter.status is not MatterStatus.OPEN:
        return
    MATTERS.put(context.state, matter_id, replace(matter, status=MatterStatus.EXPIRED))
    context.emit("matter.expired", matter_id, matter.user)
    _end_consents(context, matter)


def _end_consents(context: Context, matter: Matter) -> None:
    for consent_id in matter.consents:
        consent = CONSENTS.known(context.state, consent_id)
        if consent.status in (ConsentStatus.REQUESTED, ConsentStatus.GRANTED):
            end_consent(context, consent_id, ConsentStatus.CLOSED, RefundReason.MATTER_CLOSED)
