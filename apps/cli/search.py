"""Searching: one word may be a height, a hash, an id or part of a public name."""

from dataclasses import dataclass

from apps.cli.names import name_in
from chaincode.fields import Json
from ledger.suites import HASH_SIZE
from quancheng.api.chain import CHAIN_BLOCK, BlockRequest
from quancheng.api.method import NoParameters
from quancheng.api.state import ENTITY_KINDS, EntityView
from quancheng.client import Client
from quancheng.errors import RequestRefused

HITS_MAX = 100
NAMED_KINDS = ("party", "organisation", "resource", "product", "channel", "purpose")
"""Kinds of entities that have a public name."""

_HEIGHT_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found."""

    kind: str
    id: str
    name: str

    def to_json(self) -> dict[str, Json]:
        """Return the hit for scripts."""
        return {"kind": self.kind, "id": self.id, "name": self.name}


async def search_everywhere(client: Client, what: str) -> list[Hit]:
    """Return everything a word may mean, at most HITS_MAX."""
    if what.isascii() and what.isdecimal() and len(what) <= _HEIGHT_DIGITS_MAX:
        return await _block(client, BlockRequest(height=int(what)))
    try:
        wanted = bytes.fromhex(what)
    except ValueError:
        wanted = b""
    if len(wanted) == HASH_SIZE:
        return await _by_id(client, wanted)
    return await _by_name(client, what)


async def _by_id(client: Client, wanted: bytes) -> list[Hit]:
    hits = await _block(client, BlockRequest(block_hash=wanted))
    try:
        transaction = await client.transaction(wanted)
        hits.append(Hit("transaction", wanted.hex(), transaction.type))
    except RequestRefused as refused:
        _require_not_found(refused)
    for kind in (await client.call(ENTITY_KINDS, NoParameters())).kinds:
        try:
            hits.append(_hit(await client.entity(kind.kind, wanted)))
        except RequestRefused as refused:
            _require_not_found(refused)
    return hits


async def _by_name(client: Client, what: str) -> list[Hit]:
    hits: list[Hit] = []
    for kind in NAMED_KINDS:
        async for entity in client.entities(kind):
            hit = _hit(entity)
            if what.casefold() in hit.name.casefold():
                hits.append(hit)
            if len(hits) == HITS_MAX:
                return hits
    return hits


async def _block(client: Client, request: BlockRequest) -> list[Hit]:
    try:
        found = await client.call(CHAIN_BLOCK, request)
    except RequestRefused as refused:
        _require_not_found(refused)
        return []
    return [Hit("block", str(found.header.height), found.block_hash.hex())]


def _hit(entity: EntityView) -> Hit:
    return Hit(entity.kind, entity.id.hex(), name_in(entity.fields))


def _require_not_found(refused: RequestRefused) -> None:
    """Pass over what is not there or has another form of id; raise everything else."""
    if refused.code not in {"E010", "E006", "E911"}:
        raise refused
