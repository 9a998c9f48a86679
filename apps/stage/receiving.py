"""Receiving: a user fetches the ciphertext, acknowledges it, and opens it once the key is released.

Before it says that all is well, it has proven to itself that every other right holder got the same
key.
"""

from dataclasses import dataclass
from pathlib import Path

from apps.channel.client import ChannelClient
from apps.stage.cast import Office
from apps.stage.desk import Desk
from chaincode.delivery.consignment import Consignment
from chaincode.delivery.records import ASSETS
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.rights import Right
from chaincode.trading.records import LINES, Line, LineState
from ledger.envelope_header import EnvelopeHeader, Recipient
from quancheng.consignments import consignment_of, prepared_header, wraps_of
from quancheng.envelope_wraps import open_wrap, require_same_key
from quancheng.kem import kem_key_of


@dataclass(frozen=True, slots=True)
class Received:
    """An envelope whose key one has: its header, its key, its ciphertext, and what it is for."""

    goods: Consignment
    header: EnvelopeHeader
    content_key: bytes
    ciphertext: Path


async def receive(desk: Desk, line_id: bytes, secret: bytes) -> Received | None:
    """Wait for an envelope and its key; return None where the line was refunded before."""
    prepared = await desk.state_of(LINES, line_id, lambda line: is_at(line, LineState.PREPARED))
    if prepared.state is LineState.REFUNDED:
        return None
    goods = await consignment_of(desk.client, line_id)
    header = await prepared_header(desk.client, desk.genesis_hash, goods)
    ciphertext = desk.folder / f"{line_id.hex()}.sealed"
    async with ChannelClient(desk.directory.service(Office.CHANNEL)) as store:
        await store.fetch(header, ciphertext)
    # A consent that was taken back meanwhile makes this attempt stand as FAILED.
    await desk.attempt(
        "envelope.acknowledge",
        line=line_id,
        header_hash=header.hash(),
        cipher_root=header.cipher_root,
    )
    released = await desk.state_of(LINES, line_id, lambda line: is_at(line, LineState.RELEASED))
    if released.state is LineState.REFUNDED:
        return None
    assert released.asset is not None
    asset = await desk.record(ASSETS, released.asset)
    assert asset is not None
    wraps = wraps_of(asset)
    content_key = open_wrap(header, wraps[Recipient(Right.USE, kem_key_of(secret))], secret)
    require_same_key(header, content_key, wraps)
    return Received(goods, header, content_key, ciphertext)


async def settle(desk: Desk, line_id: bytes) -> None:
    """Wait for the dispute window to pass, then have the line paid out."""
    line = await desk.state_of(LINES, line_id, lambda item: is_at(item, LineState.ACCEPTED))
    window = await desk.record(PARAMETERS, ParameterName.DISPUTE_TERM_MS)
    assert window is not None
    assert line.accepted_ms is not None
    await desk.until_time(line.accepted_ms + window.at(desk.height))
    await desk.send("line.settle", lines=(line_id,))


def is_at(line: Line, state: LineState) -> bool:
    """Say whether a line has reached a state, or was refunded."""
    return line.state >= state
