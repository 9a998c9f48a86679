"""Envelopes: the deliverer seals, the user acknowledges what it holds, and nobody can read yet.

The chaincode rebuilds the envelope's header from the state and the deliverer's few words, so that
no party can bind a key to another line, purpose, person or field set than the one that was
permitted.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.carrying import require_carrier
from chaincode.delivery.consignment import Consignment, consignment
from chaincode.delivery.job_results import finished_job
from chaincode.delivery.preambles import (
    NO_SUPERVISORS,
    SealedTo,
    SealerChoice,
    other_recipients,
    preamble_of,
)
from chaincode.delivery.records import ASSETS, Asset, AssetStatus, KeyWrap
from chaincode.fields import (
    AtMost,
    Commitment,
    FieldSet,
    Identifier,
    Unsigned32,
    Unsigned64,
    Wrap,
)
from chaincode.ids import key_id
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.supervision.committees import active_committee
from chaincode.trading.conditions import (
    delivery_of,
    frozen_targets,
    require_channel,
    require_none_frozen,
)
from chaincode.trading.records import LINES, LineState
from ledger.envelope_header import RECIPIENTS_MAX, EnvelopeHeader, require_sound_header
from ledger.refusal import Code, Refused, require


@transaction_type(
    "envelope.prepare", since=1, signed_by="the deliverer, or in carry mode the subject"
)
@dataclass(frozen=True, slots=True)
class EnvelopePrepare:
    """The content is sealed and its ciphertext lies in the channel."""

    line: Annotated[Identifier, "The order line."]
    channel: Annotated[Identifier, "The designated delivery channel."]
    fields: Annotated[FieldSet, "The fields that the content holds."]
    chunk_size: Annotated[Unsigned32, "Bytes of content in one chunk."]
    size: Annotated[Unsigned64, "Bytes of content."]
    cipher_root: Annotated[Commitment, "Root over the sealed chunks."]
    source: Annotated[
        Commitment | None, "In carry mode a salted commitment to the person's own envelope."
    ]
    key_commitment: Annotated[Commitment, "Commitment to the content key."]
    content_commitment: Annotated[Commitment, "Salted commitment to the content."]
    header_hash: Annotated[Commitment, "Hash of the header, as the deliverer bound it."]
    wraps: Annotated[
        tuple[Wrap, ...],
        AtMost(RECIPIENTS_MAX),
        "The content key for each recipient besides the user, in the header's order.",
    ]


@transaction_type("envelope.acknowledge", since=1, signed_by="the user")
@dataclass(frozen=True, slots=True)
class EnvelopeAcknowledge:
    """The user holds the whole ciphertext of this header and waits for the key."""

    line: Annotated[Identifier, "The order line."]
    header_hash: Annotated[Commitment, "Hash of the header."]
    cipher_root: Annotated[Commitment, "Root over the chunks that the user received."]


def prepare_envelope(context: Context, body: EnvelopePrepare) -> None:
    """Record an envelope whose header, fields, size and recipients are what the line allows."""
    goods = consignment(context.state, body.line, "line")
    sealer = require_sealer(context, goods, carried=body.source is not None)
    require(goods.line.state is LineState.CONFIRMED, Code.BAD_STATE, "line")
    require(context.now_ms < goods.order.deliver_until_ms, Code.DEADLINE_PASSED, "line")
    targets = frozen_targets(context.state, goods.listing, goods.product)
    require_none_frozen(context, (*targets, goods.order.user, goods.line.order), "line")
    delivery = delivery_of(goods.listing, goods.product, goods.line.purpose)
    require_channel(context, goods.listing, delivery, body.channel, "channel")
    within = body.fields != 0 and body.fields & ~goods.line.fields == 0
    require(within, Code.WRONG_FIELDS, "fields")
    require(body.size <= goods.product.terms.output_size_max, Code.OUTPUT_TOO_LARGE, "size")
    _require_result(context, goods, body)
    committee = committee_for(context)
    header = header_of(context.block.genesis_hash, goods, body, committee)
    require_sound_header(header)
    require(header.hash() == body.header_hash, Code.ENVELOPE_MISMATCH, "header_hash")
    others = other_recipients(goods, committee)
    require(len(body.wraps) == len(others), Code.BAD_WRAP, "wraps")
    wraps = tuple(
        KeyWrap(Right(recipient.right), recipient.key, wrap)
        for recipient, wrap in zip(others, body.wraps, strict=True)
    )
    asset = _asset(sealer, body, wraps, committee)
    ASSETS.put(context.state, context.tx_id, asset)
    prepared = replace(goods.line, state=LineState.PREPARED, asset=context.tx_id)
    LINES.put(context.state, body.line, prepared)
    context.emit(
        "envelope.prepared",
        context.tx_id,
        body.line,
        goods.line.order,
        sealer,
        amounts=(body.size,),
    )


def _require_result(context: Context, goods: Consignment, body: EnvelopePrepare) -> None:
    """Refuse a computed product without its result (E011), or with other content (E505).

    What a person carries was computed when they received it.
    """
    if body.source is not None or not goods.line.product_class.is_computed:
        return
    job = finished_job(context, goods)
    same = (body.content_commitment, body.size) == (job.result, job.size)
    require(same, Code.ENVELOPE_MISMATCH, "content_commitment")


def acknowledge_envelope(context: Context, body: EnvelopeAcknowledge) -> None:
    """Record that the user holds the ciphertext; refuse (E505) another header or root."""
    context.require_signers(1)
    user = context.signer_party()
    goods = consignment(context.state, body.line, "line")
    require(goods.order.user == user.id, Code.NOT_RECEIVER, "signers[0]")
    require(goods.line.state is LineState.PREPARED, Code.BAD_STATE, "line")
    require(context.now_ms < goods.order.deliver_until_ms, Code.DEADLINE_PASSED, "line")
    asset = goods.asset
    require(body.header_hash == asset.header_hash, Code.ENVELOPE_MISMATCH, "header_hash")
    require(body.cipher_root == asset.cipher_root, Code.ENVELOPE_MISMATCH, "cipher_root")
    acknowledged = replace(goods.line, state=LineState.ACKNOWLEDGED, acknowledgement=context.tx_id)
    LINES.put(context.state, body.line, acknowledged)
    context.emit("envelope.acknowledged", goods.asset_id, body.line, user.id)


def require_sealer(context: Context, goods: Consignment, *, carried: bool) -> bytes:
    """Return the id of who may seal and release: the line's deliverer, in carry mode the person.

    Refuse (E007) another deliverer or one without the right, (E313) another person, and (E318)
    carrying to a user whose key the consent does not name.
    """
    context.require_signers(1)
    if not carried:
        deliverer = context.signer_party()
        require(goods.listing.deliverer == deliverer.id, Code.NO_RIGHT, "signers[0]")
        context.require_right(deliverer, Right.DELIVER)
        return deliverer.id
    if goods.consent is None:
        raise Refused(Code.WRONG_CLASS, "source")
    named = goods.consent.receiving_key == goods.order.receiving_key
    require(named, Code.CONSENT_ALTERED, "line")
    require_carrier(context, goods.consent, "line")
    return key_id(context.signers[0])


def committee_for(context: Context) -> SealedTo:
    """Return to which supervisors an envelope is sealed now; refuse (E507) where there are none."""
    if context.parameter(ParameterName.SUPERVISOR_WRAP) == 0:
        return NO_SUPERVISORS
    found = active_committee(context.state)
    if found is None:
        raise Refused(Code.SUPERVISOR_WRAP_MISSING, "wraps")
    epoch, committee = found
    return SealedTo(epoch, committee.key)


def header_of(
    genesis_hash: bytes, goods: Consignment, body: EnvelopePrepare, committee: SealedTo
) -> EnvelopeHeader:
    """Rebuild the header of a line's envelope from the state and what its sealer says."""
    choice = SealerChoice(
        body.channel, body.fields, body.chunk_size, body.source, body.key_commitment
    )
    preamble = preamble_of(genesis_hash, goods, choice, committee)
    return EnvelopeHeader(preamble, body.cipher_root, body.size, body.content_commitment)


def _asset(
    sealer: bytes, body: EnvelopePrepare, wraps: tuple[KeyWrap, ...], committee: SealedTo
) -> Asset:
    return Asset(
        line=body.line,
        deliverer=sealer,
        channel=body.channel,
        fields=body.fields,
        chunk_size=body.chunk_size,
        size=body.size,
        cipher_root=body.cipher_root,
        committee=committee.epoch,
        source=body.source,
        key_commitment=body.key_commitment,
        content_commitment=body.content_commitment,
        header_hash=body.header_hash,
        wraps=wraps,
        copies=(),
        status=AssetStatus.SEALED,
        erase_until_ms=None,
        overdue=False,
        verdict=None,
    )
