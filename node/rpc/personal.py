"""What a person may read who proved one pseudonym: the public register, and what concerns it.

The rule of each method is one function; a method without one is not for persons.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from chaincode.authorization.records import CONSENTS, MATTERS
from chaincode.delivery.records import ASSETS
from chaincode.fields import Json
from chaincode.ids import key_id
from chaincode.state import decode_record
from chaincode.tables import Table
from chaincode.trading.records import LINES, ORDERS, line_ids
from ledger.refusal import Code, Refused, require
from ledger.transaction import Transaction, decode_transaction
from node.rpc.entity_tables import TABLES
from node.rpc.outcomes import committed
from node.rpc.services import Services
from quancheng.api import events, state, transactions

R = TypeVar("R")

Rule: TypeAlias = Callable[[Services, bytes, Any], Awaitable[None]]

PUBLIC_KINDS = frozenset(
    {
        "channel",
        "committee",
        "committee_epochs",
        "key",
        "listing",
        "notice",
        "organisation",
        "parameter",
        "party",
        "product",
        "purpose",
        "resource",
    }
)
"""Who asks, for what, about which data: what a public body reviewed, or anybody can buy from."""
PUBLIC_TYPES = frozenset({"notice.register", "product.submit"})
"""Transactions that a person reads to check what a request names by their ids."""


async def require_concerned(services: Services, sid: bytes, name: str, request: object) -> None:
    """Refuse (E007) a person what concerns somebody else."""
    rule = _RULES.get(name)
    require(rule is not None, Code.NO_RIGHT, "method")
    assert rule is not None
    await rule(services, sid, request)


def _concerns(sid: bytes, identifier: bytes) -> bool:
    return identifier[: len(sid)] == sid or identifier[:32] == key_id(sid)


async def _anybody(_services: Services, _sid: bytes, _request: object) -> None:
    """Let everybody read it: it is about the chain, or already public."""


async def _own_bytes(sid: bytes, data: bytes) -> None:
    signers = decode_transaction(data).signers
    require(sid in signers, Code.NO_RIGHT, "transactions")


async def _submission(_: Services, sid: bytes, request: transactions.SubmitRequest) -> None:
    for data in request.transactions:
        await _own_bytes(sid, data)


async def _trial(_: Services, sid: bytes, request: transactions.CheckRequest) -> None:
    await _own_bytes(sid, request.transaction)


async def _transaction(
    services: Services,
    sid: bytes,
    request: transactions.TransactionRequest | transactions.WaitRequest,
) -> None:
    waiting = await services.backend.waiting(request.tx_id)
    found = await committed(services, request.tx_id)
    if found is not None:
        transaction = decode_transaction(found.data)
        ids = {item for event in found.receipt.events for item in event.ids}
        is_open = _is_party_to(sid, transaction) or transaction.type in PUBLIC_TYPES
        require(is_open or key_id(sid) in ids, Code.NO_RIGHT, "tx_id")
        return
    if waiting is None:
        raise Refused(Code.NOT_FOUND, "tx_id")
    require(_is_party_to(sid, decode_transaction(waiting)), Code.NO_RIGHT, "tx_id")


def _is_party_to(sid: bytes, transaction: Transaction) -> bool:
    return sid in transaction.signers


async def _traced(_: Services, sid: bytes, request: transactions.TraceRequest) -> None:
    require(request.id in {sid, key_id(sid)}, Code.NO_RIGHT, "id")


async def _raw_keys(_: Services, sid: bytes, request: state.StateRequest) -> None:
    require(all(_concerns(sid, key[1:]) for key in request.keys), Code.NO_RIGHT, "keys")


async def _proven_key(_: Services, sid: bytes, request: state.ProveRequest) -> None:
    require(_concerns(sid, request.key[1:]), Code.NO_RIGHT, "key")


async def _entity(services: Services, sid: bytes, request: state.EntityRequest) -> None:
    if request.kind in PUBLIC_KINDS or _concerns(sid, request.id):
        return
    table = TABLES.get(request.kind)
    require(table is not None, Code.NOT_FOUND, "kind")
    assert table is not None
    raw_key = table.raw_key(request.id)
    (value,) = (await services.backend.state_values((raw_key,))).values
    if value is None:
        raise Refused(Code.NOT_FOUND, "id")
    names = {sid.hex(), key_id(sid).hex()}
    if not _holds(table.view(raw_key, value).fields, names):
        leads = _LEADS.get(request.kind)
        about = leads is not None and await leads(services, request.id, sid)
        require(about, Code.NO_RIGHT, "id")


async def _asset_leads(services: Services, asset_id: bytes, sid: bytes) -> bool:
    """Say whether an envelope was made for a line about this person."""
    asset = await _record(services, ASSETS, asset_id)
    return (await _record(services, LINES, asset.line)).sid == sid


async def _order_leads(services: Services, order_id: bytes, sid: bytes) -> bool:
    """Say whether an order has a line about this person."""
    order = await _record(services, ORDERS, order_id)
    lines = [await _record(services, LINES, item) for item in line_ids(order_id, order)]
    return any(line.sid == sid for line in lines)


async def _matter_leads(services: Services, matter_id: bytes, sid: bytes) -> bool:
    """Say whether a matter has asked this person for consent."""
    matter = await _record(services, MATTERS, matter_id)
    consents = [await _record(services, CONSENTS, item) for item in matter.consents]
    return any(consent.sid == sid for consent in consents)


_LEADS: Mapping[str, Callable[[Services, bytes, bytes], Awaitable[bool]]] = {
    "asset": _asset_leads,
    "order": _order_leads,
    "matter": _matter_leads,
}
"""Kinds whose records name the person only by way of others."""


async def _record(services: Services, table: Table[bytes, R], key: bytes) -> R:
    """Return a record that another one names."""
    (value,) = (await services.backend.state_values((table.raw_key(key),))).values
    assert value is not None
    record: R = decode_record(table.codec, value)
    return record


def _holds(fields: object, names: set[str]) -> bool:
    values: Mapping[str, Json] = fields if isinstance(fields, dict) else {}
    return any(isinstance(value, str) and value in names for value in values.values())


async def _entities(_: Services, sid: bytes, request: state.EntityListRequest) -> None:
    is_open = request.kind in PUBLIC_KINDS or _concerns(sid, request.prefix or b"")
    require(is_open, Code.NO_RIGHT, "prefix")


async def _history(_: Services, sid: bytes, request: events.HistoryRequest) -> None:
    require(request.id == key_id(sid), Code.NO_RIGHT, "id")


async def _records(
    _: Services, sid: bytes, request: events.EventsRequest | events.SubscribeRequest
) -> None:
    require(request.filter.ids == (key_id(sid),), Code.NO_RIGHT, "filter.ids")


_RULES: Mapping[str, Rule] = {
    "rpc.discover": _anybody,
    "access_challenge": _anybody,
    "access_token": _anybody,
    "chain_status": _anybody,
    "chain_header": _anybody,
    "chain_certificate": _anybody,
    "chain_validators": _anybody,
    "chain_parameters": _anybody,
    "entity_kinds": _anybody,
    "events_unsubscribe": _anybody,
    "tx_submit": _submission,
    "tx_check": _trial,
    "tx_get": _transaction,
    "tx_wait": _transaction,
    "tx_proof": _transaction,
    "tx_trace": _traced,
    "state_get": _raw_keys,
    "state_prove": _proven_key,
    "entity_get": _entity,
    "entity_list": _entities,
    "events_list": _records,
    "events_subscribe": _records,
    "events_history": _history,
}
