"""The department: registers what it holds, grants its use, and gives out single rows, if permitted.

The rows never leave its folder but for one person, one order line and the fields that the person
agreed to; and then only to the deliverer that the chain names.
"""

import asyncio
import csv

import aiohttp
from aiohttp import web

from apps.loan import rows
from apps.loan.story import PRODUCT, PURPOSE_CREDIT
from apps.stage import identities
from apps.stage.cast import Office
from apps.stage.cosigning import add_cosigning
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.roles.holder import open_up
from apps.stage.serving import new_service, serving
from apps.stage.sharing import agrees_to_share
from chaincode.authorization.records import CONSENTS, ConsentStatus
from chaincode.membership.records import KEYS
from chaincode.trading.records import LINES, LISTINGS, Line, LineState

RECORDS_FILE = "records.csv"
"""Its own data: a row for each citizen, found by identity number."""


async def play(desk: Desk) -> None:
    """Play the department."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    service.router.add_post(rows.ROWS_PATH, _Archive(desk).give)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        await open_up(desk)
        await asyncio.Event().wait()


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
        return web.json_response({name: row[name] for name in PRODUCT.chosen_fields(line.fields)})

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
        url = self._desk.directory.service(Office.IDENTITY) + identities.NAME_PATH
        async with aiohttp.ClientSession() as session, session.post(url, json=question) as answer:
            answer.raise_for_status()
            parts: dict[str, str] = await answer.json()
        return parts["identity"]
