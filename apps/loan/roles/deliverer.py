"""The deliverer: seals one person's row, and hands over the key when the chain permits."""

import asyncio
import json

import aiohttp

from apps.channel.client import ChannelClient
from apps.loan import rows, sights
from apps.loan.cast import Role
from apps.loan.committee import committee_in_force
from apps.loan.cosigning import add_cosigning
from apps.loan.desk import Desk
from apps.loan.sealing import Parcel, seal_parcel
from apps.loan.serving import new_service, serving
from apps.loan.sharing import agrees_to_share
from chaincode.authorization.records import GRANTS, GrantStatus
from chaincode.delivery.records import Verdict
from chaincode.rights import Right
from chaincode.trading.records import LINES, Line, LineState
from quancheng.envelope_wraps import make_wrap, wrap_for

RELEASE_PAUSE_SECONDS = 1.5
"""The person's last moment to take the consent back, once the user holds the ciphertext."""


async def play(desk: Desk) -> None:
    """Play the deliverer."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        own = await desk.own_party()
        grant, _ = await desk.first(
            GRANTS, kind=Right.DELIVER, grantee=own.id, status=GrantStatus.OFFERED
        )
        await desk.send("grant.accept", grant=grant)
        await committee_in_force(desk)
        channel = await sights.channel(desk)
        started: set[bytes] = set()
        while True:
            height = desk.height
            for line_id, line in await desk.matching(LINES, state=LineState.CONFIRMED):
                if line_id not in started:
                    is_first = not started
                    started.add(line_id)
                    group.create_task(_deliver(desk, channel, (line_id, line), is_first))
            await desk.block_after(height)


async def _deliver(
    desk: Desk, channel: bytes, ordered: tuple[bytes, Line], signs_for_user: bool
) -> None:
    line_id, line = ordered
    parcel = await _sealed(desk, channel, line_id, line)
    async with ChannelClient(desk.directory.service(Role.CHANNEL)) as store:
        await store.put(parcel.header, parcel.ciphertext)
    await _prepare(desk, line_id, channel, parcel)
    await desk.state_of(LINES, line_id, lambda item: item.state is LineState.ACKNOWLEDGED)
    await asyncio.sleep(RELEASE_PAUSE_SECONDS)
    header_hash = parcel.header.hash()
    wrap = make_wrap(parcel.content_key, header_hash, parcel.header.preamble.receiving_key)
    # A consent that was taken back meanwhile makes this attempt stand as FAILED.
    await desk.attempt("envelope.release", line=line_id, header_hash=header_hash, wrap=wrap)
    if signs_for_user:
        # Abuse: to say in the user's place that the delivery was fine.
        await desk.attempt(
            "envelope.receipt", line=line_id, header_hash=header_hash, verdict=Verdict.OK
        )


async def _prepare(desk: Desk, line_id: bytes, channel: bytes, parcel: Parcel) -> None:
    header, preamble = parcel.header, parcel.header.preamble
    header_hash = header.hash()
    await desk.send(
        "envelope.prepare",
        line=line_id,
        channel=channel,
        fields=preamble.fields,
        chunk_size=preamble.chunk_size,
        size=header.size,
        cipher_root=header.cipher_root,
        source=preamble.source,
        key_commitment=preamble.key_commitment,
        content_commitment=header.content_commitment,
        header_hash=header_hash,
        wraps=tuple(
            wrap_for(parcel.content_key, header_hash, recipient)
            for recipient in preamble.recipients
            if recipient.right != Right.USE
        ),
    )


async def _sealed(desk: Desk, channel: bytes, line_id: bytes, line: Line) -> Parcel:
    content = json.dumps(await _row(desk, line_id), ensure_ascii=False, sort_keys=True)
    return await seal_parcel(desk, channel, (line_id, line), content.encode())


async def _row(desk: Desk, line_id: bytes) -> dict[str, str]:
    request = rows.write_request(desk.keys.sign_seed, line_id)
    url = desk.directory.service(Role.DEPARTMENT) + rows.ROWS_PATH
    async with aiohttp.ClientSession() as session, session.post(url, json=request) as answer:
        answer.raise_for_status()
        row: dict[str, str] = await answer.json()
        return row
