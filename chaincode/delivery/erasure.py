"""The duty to erase: what was delivered must be gone when its retention ends or the person asks.

    USABLE ─ erasure.attest ─▶ ERASED; once the duty's end has passed without it: overdue

A chain cannot delete what a bank holds. It can set the term, take the user's word, and keep the
flag of a term that passed without it for everyone to see; the flag never goes away.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.subjects import require_protector
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.consignment import consignment
from chaincode.delivery.records import ASSETS, Asset, AssetStatus
from chaincode.due import DueKind
from chaincode.fields import Identifier
from chaincode.flags import FlagKind, raise_flag
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.parameters import ParameterName
from chaincode.trading.records import LINES, ORDERS
from ledger.refusal import Code, Refused, require


@transaction_type(
    "erasure.request", since=1, signed_by="the subject's pseudonym key", protective=True
)
@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """The person asks that an asset about them be erased now."""

    asset: Annotated[Identifier, "The asset."]


@transaction_type("erasure.attest", since=1, signed_by="the user")
@dataclass(frozen=True, slots=True)
class ErasureAttest:
    """The user declares that it has erased an asset and its receiving key."""

    asset: Annotated[Identifier, "The asset."]


def request_erasure(context: Context, body: ErasureRequest) -> None:
    """Set the duty's end to the statutory term from now."""
    asset = ASSETS.require(context.state, body.asset, "asset")
    line = LINES.known(context.state, asset.line)
    if line.sid is None:
        raise Refused(Code.WRONG_CLASS, "asset")
    require_protector(context, line.sid, "asset")
    require(asset.status is AssetStatus.USABLE, Code.BAD_STATE, "asset")
    _demand(context, body.asset, asset)


def attest_erasure(context: Context, body: ErasureAttest) -> None:
    """End the duty on the user's word; a late word leaves the flag."""
    context.require_signers(1)
    user = context.signer_party()
    asset = ASSETS.require(context.state, body.asset, "asset")
    line = LINES.known(context.state, asset.line)
    order = ORDERS.known(context.state, line.order)
    require(order.user == user.id, Code.NOT_RECEIVER, "signers[0]")
    require(asset.status is AssetStatus.USABLE, Code.BAD_STATE, "asset")
    late = asset.erase_until_ms is not None and context.now_ms >= asset.erase_until_ms
    if late and not asset.overdue:
        raise_flag(context, user.id, FlagKind.ERASURE_OVERDUE, body.asset)
    erased = replace(asset, status=AssetStatus.ERASED, overdue=asset.overdue or late)
    ASSETS.put(context.state, body.asset, erased)
    if asset.erase_until_ms is not None:
        discharge_duty(context, user.id)
    context.emit("erasure.attested", body.asset, user.id, amounts=(int(erased.overdue),))


def demand_erasure(context: Context, line_id: bytes) -> None:
    """Demand the erasure of what was delivered for a released line, where it is still kept."""
    goods = consignment(context.state, line_id, "line")
    if goods.asset.status is AssetStatus.USABLE:
        _demand(context, goods.asset_id, goods.asset)


def begin_retention(context: Context, asset_id: bytes, user: bytes, until_ms: int) -> None:
    """Start the clock of a released asset about a person."""
    take_on_duty(context, user)
    context.schedule(until_ms, DueKind.RETENTION_ENDS, asset_id)


def flag_overdue(context: Context, asset_id: bytes) -> None:
    """Flag an asset whose duty to erase has passed without the user's word."""
    asset = ASSETS.known(context.state, asset_id)
    kept = asset.status is AssetStatus.USABLE and not asset.overdue
    if kept and asset.erase_until_ms is not None and context.now_ms >= asset.erase_until_ms:
        ASSETS.put(context.state, asset_id, replace(asset, overdue=True))
        context.emit("erasure.overdue", asset_id, asset.line)
        order = ORDERS.known(context.state, LINES.known(context.state, asset.line).order)
        raise_flag(context, order.user, FlagKind.ERASURE_OVERDUE, asset_id)


def _demand(context: Context, asset_id: bytes, asset: Asset) -> None:
    assert asset.erase_until_ms is not None
    soon_ms = context.now_ms + context.parameter(ParameterName.ERASURE_TERM_MS)
    if soon_ms < asset.erase_until_ms:
        ASSETS.put(context.state, asset_id, replace(asset, erase_until_ms=soon_ms))
        context.schedule(soon_ms, DueKind.RETENTION_ENDS, asset_id)
    context.emit("erasure.demanded", asset_id, asset.line)
