"""The identity authority: binds pseudonyms to people it knows, and tells holders whom they mean."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from apps.stage import identities
from apps.stage.desk import Desk
from apps.stage.serving import new_service, serving
from chaincode.membership.records import KEYS, RIGHTS, SubjectKind
from chaincode.rights import Right
from quancheng.identity_claim import Claim, read_claim
from quancheng.private_files import replace_private_file

REGISTER_FILE = "residents.json"
"""Its own register: the people it knows."""
_BINDINGS_FILE = "bindings.json"
_TERM_MS = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class Resident:
    """A person's identity number, and their guardian's where they are a minor."""

    identity: str
    guardian: str | None = None


def register_json(residents: Sequence[Resident]) -> str:
    """Return the register as it lies in the authority's folder."""
    return json.dumps([asdict(resident) for resident in residents])


async def play(desk: Desk) -> None:
    """Serve citizens and holders."""
    office = _Office(desk)
    service = new_service()
    service.router.add_post(identities.BIND_PATH, office.bind)
    service.router.add_post(identities.NAME_PATH, office.name)
    async with serving(desk, service):
        await asyncio.Event().wait()


class _Office:
    """Who stands behind which pseudonym. The list never leaves this folder."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        register = desk.folder / REGISTER_FILE
        known = [Resident(**item) for item in json.loads(register.read_text(encoding="utf-8"))]
        self._residents = {resident.identity: resident for resident in known}
        self._bindings: dict[str, dict[str, str]] = {}

    async def bind(self, request: web.Request) -> web.Response:
        """Bind a pseudonym whose key the citizen proves to hold."""
        claim = read_claim(await request.json())
        if claim is None or not self._is_proven(claim):
            raise web.HTTPForbidden(text="identity not proven")
        self._bindings[claim.sid.hex()] = {"identity": claim.identity, "salt": claim.salt.hex()}
        data = json.dumps(self._bindings).encode()
        replace_private_file(self._desk.folder / _BINDINGS_FILE, data)
        until_ms = await self._desk.chain_time_ms() + _TERM_MS
        await self._desk.send(
            "subject.bind",
            sid=claim.sid,
            kind=SubjectKind.PERSON if claim.guardian is None else SubjectKind.MINOR,
            identity=claim.commitment,
            until_ms=until_ms,
        )
        if claim.guardian is not None:
            await self._desk.send(
                "subject.delegate",
                sid=claim.sid,
                custodian=None,
                guardian=claim.guardian,
                until_ms=until_ms,
            )
        return web.Response(status=201)

    def _is_proven(self, claim: Claim) -> bool:
        """Say whether a claim is a resident's, and a minor's that of their own guardian."""
        resident = self._residents.get(claim.identity)
        if resident is None:
            return False
        if claim.guardian is None:
            return resident.guardian is None
        guardian = self._bindings.get(claim.guardian.hex())
        return guardian is not None and guardian["identity"] == resident.guardian

    async def name(self, request: web.Request) -> web.Response:
        """Tell a registered holder of data whom a pseudonym means."""
        question: dict[str, Any] = await request.json()
        asked = identities.read_question(question)
        if asked is None or not await self._is_holder(asked.key):
            raise web.HTTPForbidden(text="not a holder of data")
        binding = self._bindings.get(asked.sid.hex())
        if binding is None:
            raise web.HTTPNotFound
        return web.json_response(binding)

    async def _is_holder(self, key: bytes) -> bool:
        owner = await self._desk.record(KEYS, key)
        if owner is None:
            return False
        return await self._desk.record(RIGHTS, (owner.party, Right.HOLD)) is not None
