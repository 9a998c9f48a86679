"""A holder's archive: single answers about single persons, each behind its own check of the chain.

The rows never leave the holder's folder but for one person, one order line and the fields that the
person agreed to; and then only to the deliverer that the chain names.
"""

import asyncio
import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web

from apps.stage import identities, rows
from apps.stage.calling import call
from apps.stage.cast import Office
from apps.stage.desk import Desk
from chaincode.authorization.records import CONSENTS, ConsentStatus
from chaincode.membership.records import KEYS
from chaincode.registration.records import PRODUCTS
from chaincode.trading.records import LINES, LISTINGS, Line, LineState
from quancheng.padding import padded_json

RECORDS_FILE = "records.csv"
"""Its own data: a row for each person, found by identity number."""
IDENTITY_COLUMN = "identity"
BEHIND_SECONDS = 30.0
"""How long a holder waits for its own node to hear of a line."""

Row = Mapping[str, str]
Answering = Callable[[Row, list[str]], bytes]
"""What is delivered of a row for the names of the agreed fields."""


def agreed_fields(row: Row, names: list[str]) -> bytes:
    """Return the agreed fields themselves, as JSON of a size that tells nothing."""
    return padded_json({name: row[name] for name in names})


class Archive:
    """The rows of one holder, and what it answers about one of them."""

    def __init__(self, desk: Desk, answering: Answering = agreed_fields) -> None:
        self._desk = desk
        self._answering = answering
        with (desk.folder / RECORDS_FILE).open(encoding="utf-8", newline="") as file:
            self._rows = {row[IDENTITY_COLUMN]: row for row in csv.DictReader(file)}

    def serve(self, application: web.Application) -> None:
        """Let deliverers ask."""
        application.router.add_post(rows.ROWS_PATH, self._give)

    async def _give(self, request: web.Request) -> web.Response:
        """Give the content about one person to the deliverer of one confirmed line."""
        asked = rows.read_request(await request.json())
        if asked is None:
            raise web.HTTPBadRequest(text="not a signed request")
        line_id, key = asked
        line = await self._known(line_id)
        if not await self._may_deliver(line, key):
            raise web.HTTPForbidden(text="the chain does not permit this delivery")
        product = await self._desk.record(PRODUCTS, line.product)
        assert product is not None
        names = self._desk.agreement.product(product.terms.name).chosen_fields(line.fields)
        return web.Response(body=self._answering(self._rows[await self._identity(line)], names))

    async def _known(self, line_id: bytes) -> Line:
        """Return a line; the deliverer's node may be a few blocks ahead of the holder's own."""
        try:
            async with asyncio.timeout(BEHIND_SECONDS):
                return await self._desk.state_of(LINES, line_id, lambda _: True)
        except TimeoutError as error:
            raise web.HTTPNotFound from error

    async def _may_deliver(self, line: Line, key: bytes) -> bool:
        if line.state is not LineState.CONFIRMED or line.consent is None:
            return False
        listing = await self._desk.record(LISTINGS, line.listing)
        owner = await self._desk.record(KEYS, key)
        if listing is None or owner is None or owner.party != listing.deliverer:
            return False
        consent = await self._desk.record(CONSENTS, line.consent)
        return consent is not None and consent.status is ConsentStatus.GRANTED

    async def _identity(self, line: Line) -> str:
        assert line.sid is not None
        question = identities.write_question(self._desk.keys.sign_seed, line.sid)
        answer = await call(self._desk, Office.IDENTITY, identities.NAME_PATH, question)
        return str(json.loads(answer)["identity"])


def write_records(path: Path, names: list[str], records: Sequence[Row]) -> None:
    """Write the rows of an archive; what is not among the names is left out."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [IDENTITY_COLUMN, *names], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(records)
