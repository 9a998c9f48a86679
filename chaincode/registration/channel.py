"""Channels: the designated trading venues and delivery channels; there is no other way."""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, Commitment, Identifier, PublicName
from chaincode.membership.records import Party
from chaincode.registration.records import CHANNELS, DELIVERERS_MAX, Channel, ChannelKind
from chaincode.rights import Right
from ledger.refusal import Code, require


@transaction_type("channel.register", since=1, signed_by="a market operator; a supervisor")
@dataclass(frozen=True, slots=True)
class ChannelRegister:
    """Market operator and supervisor designate a channel or venue, or replace one."""

    name: Annotated[PublicName, "Public name."]
    kind: Annotated[ChannelKind, "Delivery channel or venue."]
    endpoint: Annotated[Commitment, "Hash of its address."]
    deliverers: Annotated[
        tuple[Identifier, ...],
        AtMost(DELIVERERS_MAX),
        "Who may deliver through it; none at a venue.",
    ]
    replaces: Annotated[Identifier | None, "The channel it ends and replaces, if any."]


def register_channel(context: Context, body: ChannelRegister) -> None:
    """Designate a channel; deliverers are active and may deliver (E008, E007)."""
    context.require_signers(2)
    market = context.signer_party()
    context.require_right(market, Right.MARKET)
    supervisor = context.signer_party(1)
    context.require_right(supervisor, Right.WATCH, "signers[1]")
    delivers = body.kind is ChannelKind.DELIVERY
    require(bool(body.deliverers) is delivers, Code.SCHEMA, "deliverers")
    require(len(set(body.deliverers)) == len(body.deliverers), Code.SCHEMA, "deliverers")
    for index, party_id in enumerate(body.deliverers):
        where = f"deliverers[{index}]"
        deliverer = context.active_party(party_id, where)
        context.require_right(deliverer, Right.DELIVER, where)
    if body.replaces is not None:
        _replace(context, market, body.replaces, body.kind)
    channel = Channel(
        name=body.name,
        kind=body.kind,
        market_operator=market.id,
        endpoint=body.endpoint,
        deliverers=body.deliverers,
        replaced_by=None,
    )
    CHANNELS.put(context.state, context.tx_id, channel)
    context.emit("channel.registered", context.tx_id, market.id, supervisor.id)


def _replace(context: Context, market: Party, channel_id: bytes, kind: ChannelKind) -> None:
    before = CHANNELS.require(context.state, channel_id, "replaces")
    require(before.market_operator == market.id, Code.NO_RIGHT, "replaces")
    require(before.kind is kind, Code.SCHEMA, "kind")
    require(before.replaced_by is None, Code.BAD_STATE, "replaces")
    CHANNELS.put(context.state, channel_id, replace(before, replaced_by=context.tx_id))
    context.emit("channel.replaced", channel_id, context.tx_id)
