"""Delivering: grants accepted, lines watched for, envelopes brought to channel and chain."""

import asyncio
from collections.abc import Callable, Coroutine

from apps.channel.client import ChannelClient
from apps.stage import sights
from apps.stage.cast import Office
from apps.stage.committee import committee_in_force
from apps.stage.desk import Desk
from apps.stage.sealing import Parcel
from chaincode.authorization.records import GRANTS, GrantStatus
from chaincode.rights import Right
from chaincode.trading.records import LINES, LISTINGS, Line, LineState
from quancheng.envelope_wraps import make_wrap, wrap_for

Delivery = Callable[[bytes, Line, bytes], Coroutine[object, object, None]]
"""What to do about a confirmed line: its id, the line, and the channel to deliver over."""


async def deliver_all(desk: Desk, deliver: Delivery) -> None:
    """Accept the grants to deliver, then deliver each confirmed line that is this party's."""
    async with asyncio.TaskGroup() as group:
        own = await desk.own_party()
        group.create_task(_accept_grants(desk, own.id))
        await committee_in_force(desk)
        channel = await sights.channel(desk)
        started: set[bytes] = set()
        while True:
            height = desk.height
            for line_id, line in await desk.matching(LINES, state=LineState.CONFIRMED):
                if line_id not in started and await _delivers(desk, line, own.id):
                    started.add(line_id)
                    group.create_task(deliver(line_id, line, channel))
            await desk.block_after(height)


async def prepare(desk: Desk, line_id: bytes, channel: bytes, parcel: Parcel) -> None:
    """Bring the ciphertext to the channel, and the envelope with its other wraps to the chain."""
    async with ChannelClient(desk.directory.service(Office.CHANNEL)) as store:
        await store.put(parcel.header, parcel.ciphertext)
    await desk.send("envelope.prepare", **preparation(line_id, channel, parcel))


def preparation(line_id: bytes, channel: bytes, parcel: Parcel) -> dict[str, object]:
    """Return the body of `envelope.prepare` for a sealed parcel."""
    header, preamble = parcel.header, parcel.header.preamble
    header_hash = header.hash()
    return {
        "line": line_id,
        "channel": channel,
        "fields": preamble.fields,
        "chunk_size": preamble.chunk_size,
        "size": header.size,
        "cipher_root": header.cipher_root,
        "source": preamble.source,
        "key_commitment": preamble.key_commitment,
        "content_commitment": header.content_commitment,
        "header_hash": header_hash,
        "wraps": tuple(
            wrap_for(parcel.content_key, header_hash, recipient)
            for recipient in preamble.recipients
            if recipient.right != Right.USE
        ),
    }


async def acknowledged(desk: Desk, line_id: bytes) -> None:
    """Wait until the user holds the ciphertext."""
    await desk.state_of(LINES, line_id, lambda item: item.state is LineState.ACKNOWLEDGED)


def users_wrap(parcel: Parcel) -> bytes:
    """Return the wrap that a release gives to the user."""
    receiving_key = parcel.header.preamble.receiving_key
    return make_wrap(parcel.content_key, parcel.header.hash(), receiving_key)


async def release(desk: Desk, line_id: bytes, parcel: Parcel) -> str:
    """Hand over the key of an acknowledged line; return the code that comes of it."""
    wrap, header_hash = users_wrap(parcel), parcel.header.hash()
    return await desk.attempt("envelope.release", line=line_id, header_hash=header_hash, wrap=wrap)


async def _delivers(desk: Desk, line: Line, own: bytes) -> bool:
    listing = await desk.record(LISTINGS, line.listing)
    return listing is not None and listing.deliverer == own


async def _accept_grants(desk: Desk, own: bytes) -> None:
    """Accept every offered grant to deliver; holders offer theirs one after the other."""
    expected = sum(
        any(item.deliverer == desk.role for item in desk.agreement.products_of(resource))
        for resource in desk.agreement.resources
    )
    accepted: set[bytes] = set()
    while len(accepted) < expected:
        grant, _ = await desk.first(
            GRANTS, kind=Right.DELIVER, grantee=own, status=GrantStatus.OFFERED
        )
        await desk.send("grant.accept", grant=grant)
        accepted.add(grant)
