"""Sealing a line's content into an envelope whose header the chain will rebuild and compare."""

import io
from dataclasses import dataclass
from pathlib import Path

from apps.loan.desk import Desk
from chaincode.authorization.records import CONSENTS
from chaincode.delivery.records import ASSETS, Asset
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.rights import Right
from chaincode.supervision.records import COMMITTEE_EPOCHS, COMMITTEES
from chaincode.trading.records import LINES, ORDERS, Line
from ledger.envelope_header import (
    CHUNK_SIZE_DEFAULT,
    EnvelopeHeader,
    EnvelopePreamble,
    Recipient,
)
from quancheng.envelope import seal
from quancheng.envelope_keys import key_commitment_of, new_content_key


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed content: its header, its key, and the file with the ciphertext."""

    header: EnvelopeHeader
    content_key: bytes
    ciphertext: Path


@dataclass(frozen=True, slots=True)
class _Sealed:
    """What only the sealer chose about an envelope."""

    channel: bytes
    fields: int
    chunk_size: int
    committee: int
    source: bytes | None
    key_commitment: bytes


async def seal_parcel(
    desk: Desk, channel: bytes, ordered: tuple[bytes, Line], content: bytes
) -> Parcel:
    """Seal a content for an order line under a fresh key."""
    line_id, line = ordered
    content_key = new_content_key()
    epoch = await committee_epoch(desk)
    commitment = key_commitment_of(content_key)
    chosen = _Sealed(channel, line.fields, CHUNK_SIZE_DEFAULT, epoch, None, commitment)
    preamble = await _preamble(desk, line_id, line, chosen)
    path = desk.folder / f"{line_id.hex()}.sealed"
    with path.open("wb") as target:
        header = seal(preamble, content_key, io.BytesIO(content), target)
    return Parcel(header, content_key, path)


async def header_of_line(desk: Desk, line_id: bytes) -> EnvelopeHeader:
    """Rebuild the header of a line's envelope from the chain, as its user does."""
    line = await desk.record(LINES, line_id)
    assert line is not None
    assert line.asset is not None
    asset = await desk.record(ASSETS, line.asset)
    assert asset is not None
    chosen = _Sealed(
        asset.channel,
        asset.fields,
        asset.chunk_size,
        asset.committee,
        asset.source,
        asset.key_commitment,
    )
    preamble = await _preamble(desk, line_id, line, chosen)
    return EnvelopeHeader(preamble, asset.cipher_root, asset.size, asset.content_commitment)


async def committee_epoch(desk: Desk) -> int:
    """Return the epoch of the supervisors to whom envelopes are sealed, 0 where none are."""
    demanded = await desk.record(PARAMETERS, ParameterName.SUPERVISOR_WRAP)
    assert demanded is not None
    if demanded.at(desk.height + 1) == 0:
        return 0
    return (await desk.client.single(COMMITTEE_EPOCHS)).active


def wraps_of(asset: Asset) -> dict[Recipient, bytes]:
    """Return the wraps of an envelope by recipient."""
    return {Recipient(item.right, item.key): item.wrap for item in asset.wraps}


async def _preamble(desk: Desk, line_id: bytes, line: Line, chosen: _Sealed) -> EnvelopePreamble:
    order = await desk.record(ORDERS, line.order)
    assert order is not None
    assert line.consent is not None
    consent = await desk.record(CONSENTS, line.consent)
    assert consent is not None
    recipients = [Recipient(Right.USE, order.receiving_key)]
    if consent.copy_key is not None:
        recipients.append(Recipient(Right.CARRY, consent.copy_key))
    if chosen.committee != 0:
        supervisors = await desk.record(COMMITTEES, chosen.committee)
        assert supervisors is not None
        recipients.append(Recipient(Right.WATCH, supervisors.key))
    return EnvelopePreamble(
        genesis_hash=desk.genesis_hash,
        line=line_id,
        product=line.product,
        product_version=line.product_version,
        purpose=line.purpose,
        fields=chosen.fields,
        consent=line.consent,
        matter=line.matter,
        sid=line.sid,
        retention_until_ms=consent.retention_until_ms,
        user=order.user,
        receiving_key=order.receiving_key,
        channel=chosen.channel,
        chunk_size=chosen.chunk_size,
        recipients=tuple(sorted(recipients, key=lambda item: (item.right, item.key))),
        committee=chosen.committee,
        source=chosen.source,
        key_commitment=chosen.key_commitment,
    )
