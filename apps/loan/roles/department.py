"""The department: registers what it holds, grants its use, and gives out single rows, if permitted.

The rows never leave its folder but for one person, one order line and the fields that the person
agreed to; and then only to the deliverer that the chain names.
"""

import asyncio
import csv

import aiohttp
from aiohttp import web

from apps.loan import identities, rows, sights
from apps.loan.cast import Role
from apps.loan.cosigning import add_cosigning
from apps.loan.desk import Desk
from apps.loan.governing import approve_agreed
from apps.loan.serving import new_service, serving
from apps.loan.sharing import agrees_to_share
from apps.loan.story import DELIVERED_FIELDS, PURPOSE_CREDIT, PURPOSE_FINANCE, RESOURCE_NAME
from chaincode.authorization.records import CONSENTS, ConsentStatus
from chaincode.membership.records import KEYS
from chaincode.registration.records import (
    Custody,
    ProductClass,
    ResourceKind,
    ResourceStatus,
    RowBucket,
    Sensitivity,
    SourceMode,
    UpdateCycle,
)
from chaincode.rights import Right
from chaincode.trading.records import LINES, LISTINGS, Line, LineState
from ledger.merkle import merkle_root
from ledger.suites import tagged_hash

RECORDS_FILE = "records.csv"
"""Its own data: a row for each citizen, found by identity number."""

_GRANT_TERM_MS = 90 * 86_400_000
_OFFER_TERM_MS = 120_000
_PERSONAL_CLASS = 3


async def play(desk: Desk) -> None:
    """Play the department."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    service.router.add_post(rows.ROWS_PATH, _Archive(desk).give)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        await _register(desk)
        await _grant(desk)
        await asyncio.Event().wait()


async def _register(desk: Desk) -> None:
    await desk.send(
        "resource.submit",
        name=RESOURCE_NAME,
        kind=ResourceKind.DATA,
        source_mode=SourceMode.REPLICA,
        custody=Custody.SELF_HELD,
        classification=_PERSONAL_CLASS,
        sensitivity=Sensitivity.PERSONAL,
        catalogue=merkle_root([name.encode() for name in DELIVERED_FIELDS]),
        rows=RowBucket.BELOW_100_000,
        update_cycle=UpdateCycle.DAILY,
        project=None,
        legality=tagged_hash(b"legality", RESOURCE_NAME.encode()),
    )


async def _grant(desk: Desk) -> None:
    """Offer the operator to develop and sell, and the deliverer to deliver over the channel."""
    resource, _ = await sights.resource(desk, ResourceStatus.ACTIVE)
    operator = await desk.party(Role.OPERATOR)
    deliverer = await desk.party(Role.DELIVERER)
    channel = await sights.channel(desk)
    for kind, grantee, designated in (
        (Right.DEVELOP, operator.id, None),
        (Right.OPERATE, operator.id, None),
        (Right.DELIVER, deliverer.id, channel),
    ):
        now_ms = await desk.chain_time_ms()
        await desk.send(
            "grant.offer",
            kind=kind,
            grantee=grantee,
            resources=(resource,),
            classes=(ProductClass.DETAIL,),
            purposes=(PURPOSE_FINANCE,),
            channel=designated,
            accept_until_ms=now_ms + _OFFER_TERM_MS,
            until_ms=now_ms + _GRANT_TERM_MS,
            consideration=0,
            agreement=tagged_hash(b"agreement", resource, bytes([kind])),
        )


class _Archive:
    """The department's rows behind its own check of the chain."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with (desk.folder / RECORDS_FILE).open(encoding="utf-8") as file:
            self._rows = {row["identity"]: row for row in csv.DictReader(file)}

    async def give(self, request: web.Request) -> web.Response:
        """Give the agreed fields of one person to the deliverer of one confirmed line."""
        asked = rows.read_request(await request.json())
        if asked is None:
            raise web.HTTPBadRequest(text="not a signed request")
        line_id, key = asked
        line = await self._desk.record(LINES, line_id)
        if line is None or not await self._may_deliver(line, key):
            raise web.HTTPForbidden(text="the chain does not permit this delivery")
        row = self._rows[await self._identity(line)]
        return web.json_response({name: row[name] for name in _fields(line)})

    async def _may_deliver(self, line: Line, key: bytes) -> bool:
        if line.state is not LineState.CONFIRMED or line.purpose != PURPOSE_CREDIT:
            return False
        listing = await self._desk.record(LISTINGS, line.listing)
        owner = await self._desk.record(KEYS, key)
        if listing is None or owner is None or owner.party != listing.deliverer:
            return False
        if line.consent is None:
            return False
        consent = await self._desk.record(CONSENTS, line.consent)
        return consent is not None and consent.status is ConsentStatus.GRANTED

    async def _identity(self, line: Line) -> str:
        assert line.sid is not None
        question = identities.write_question(self._desk.keys.sign_seed, line.sid)
        url = self._desk.directory.service(Role.IDENTITY) + identities.NAME_PATH
        async with aiohttp.ClientSession() as session, session.post(url, json=question) as answer:
            answer.raise_for_status()
            parts: dict[str, str] = await answer.json()
        return parts["identity"]


def _fields(line: Line) -> list[str]:
    return [name for index, name in enumerate(DELIVERED_FIELDS) if line.fields >> index & 1]
