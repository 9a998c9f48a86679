"""The release of a key: the one commit point of every delivery."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.records import CONSENTS, Consent, ConsentStatus
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.consignment import Consignment, consignment
from chaincode.delivery.erasure import begin_retention
from chaincode.delivery.records import (
    ASSETS,
    ASSETS_OF_PRODUCT,
    METERS,
    AssetOfProduct,
    AssetStatus,
    KeyWrap,
    Meter,
)
from chaincode.delivery.release_check import ReleasedKey, require_release
from chaincode.due import DueKind
from chaincode.fields import Commitment, Identifier, Wrap
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.trading.records import LINES, OPEN_LINES, LineState


@transaction_type(
    "envelope.release", since=1, signed_by="the deliverer, or in carry mode the subject"
)
@dataclass(frozen=True, slots=True)
class EnvelopeRelease:
    """The content key goes to the user: from here on the data can be read."""

    line: Annotated[Identifier, "The order line."]
    header_hash: Annotated[Commitment, "Hash of the header that the wrap binds."]
    wrap: Annotated[Wrap, "The content key sealed for the order's receiving key."]


def release_envelope(context: Context, body: EnvelopeRelease) -> None:
    """Release a key: the reserved use is used, the asset usable, the retention clock runs."""
    goods = consignment(context.state, body.line, "line")
    require_release(context, goods, ReleasedKey(body.header_hash, body.wrap))
    now_ms = context.now_ms
    receipt_until_ms = now_ms + context.parameter(ParameterName.RECEIPT_TERM_MS)
    released = replace(
        goods.line,
        state=LineState.RELEASED,
        released_ms=now_ms,
        receipt_until_ms=receipt_until_ms,
        release=context.tx_id,
    )
    LINES.put(context.state, body.line, released)
    OPEN_LINES.delete(context.state, (goods.line.listing, body.line))
    _make_usable(context, goods, body.wrap)
    _meter(context, goods)
    context.schedule(receipt_until_ms, DueKind.RECEIPT_ENDS, body.line)
    ids = [goods.asset_id, body.line, goods.line.order, goods.line.product, goods.order.user]
    if goods.consent is not None and goods.line.consent is not None:
        ids.append(goods.line.consent)
        _use(context, goods.line.consent, goods.consent, body.line)
    context.emit("envelope.released", *ids)


def _make_usable(context: Context, goods: Consignment, wrap: bytes) -> None:
    until_ms = None if goods.consent is None else goods.consent.retention_until_ms
    for_user = KeyWrap(Right.USE, goods.order.receiving_key, wrap)
    usable = replace(
        goods.asset,
        status=AssetStatus.USABLE,
        wraps=(*goods.asset.wraps, for_user),
        erase_until_ms=until_ms,
    )
    ASSETS.put(context.state, goods.asset_id, usable)
    ASSETS_OF_PRODUCT.put(context.state, (goods.line.product, goods.asset_id), AssetOfProduct())
    if until_ms is not None:
        begin_retention(context, goods.asset_id, goods.order.user, until_ms)


def _use(context: Context, consent_id: bytes, consent: Consent, line_id: bytes) -> None:
    """Turn the reserved use into a used one; the last one exhausts the consent."""
    used = (*consent.used, line_id)
    exhausted = len(used) == consent.max_uses
    changed = replace(
        consent,
        used=used,
        reserved=tuple(item for item in consent.reserved if item != line_id),
        status=ConsentStatus.EXHAUSTED if exhausted else consent.status,
    )
    CONSENTS.put(context.state, consent_id, changed)
    if exhausted:
        context.emit("consent.exhausted", consent_id, consent.matter, consent.user)


def _meter(context: Context, goods: Consignment) -> None:
    """Count the use, whatever it costs: free use is metered too."""
    period = context.now_ms // context.parameter(ParameterName.METER_PERIOD_MS)
    key = (goods.line.product, period)
    meter = METERS.get(context.state, key) or Meter(releases=0, gross=0)
    metered = Meter(meter.releases + 1, meter.gross + goods.line.price)
    METERS.put(context.state, key, metered)
