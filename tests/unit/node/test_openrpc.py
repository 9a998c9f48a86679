"""The OpenRPC document is one by its meta-schema, and every method does what it says of itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from chaincode.ids import key_id
from chaincode.membership.records import SUBJECTS
from ledger.suites import public_key_of, sign
from node.rpc.methods import DECLARED
from node.rpc.openrpc import discovery
from quancheng.api.access import access_message
from quancheng.api.discovery import Discovery
from quancheng.json_object import object_form
from tests.unit.node.small_node import HOLDER_SEED, SmallNode, pseudonym, small_node
from tests.unit.node.test_rpc_websocket import call, open_socket, receive

SCHEMAS = Path(__file__).parents[2] / "vectors" / "openrpc"
JSON_SCHEMA_URI = "https://meta.json-schema.tools"


def document() -> dict[str, Any]:
    """Return the document as a client receives it."""
    rendered = object_form(Discovery).render(discovery(DECLARED))
    found: dict[str, Any] = json.loads(json.dumps(rendered))
    return found


def meta_validator() -> Draft7Validator:
    """Return the validator of OpenRPC documents; nothing is fetched from anywhere."""
    inner = json.loads((SCHEMAS / "json_schema.json").read_text(encoding="utf-8"))
    resource = DRAFT7.create_resource(inner)
    found = [(JSON_SCHEMA_URI, resource), (f"{JSON_SCHEMA_URI}/", resource)]
    outer = json.loads((SCHEMAS / "openrpc.json").read_text(encoding="utf-8"))
    return Draft7Validator(outer, registry=Registry().with_resources(found))


def test_document_is_openrpc() -> None:
    """The document passes; one with a parameter without a schema does not."""
    validator, good = meta_validator(), document()
    assert [error.message for error in validator.iter_errors(good)] == []
    del good["methods"][1]["params"][0]["schema"]
    assert not validator.is_valid(good)


async def exchange(node: SmallNode, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Call any method over a WebSocket, where all are bound."""
    async with open_socket(node) as socket:
        await call(socket, 1, name, **parameters)
        return await receive(socket)


def require_described(method: dict[str, Any], answer: dict[str, Any]) -> None:
    """Assert that an answer is a result, or an error, as the document describes it."""
    if "result" in answer:
        Draft7Validator(method["result"]["schema"]).validate(answer["result"])
        return
    described = {error["code"]: error for error in method["errors"]}
    Draft7Validator(described[answer["error"]["code"]]["data"]).validate(answer["error"]["data"])


@pytest.mark.parametrize("method", document()["methods"], ids=lambda method: method["name"])
async def test_every_example_is_answered_as_described(method: dict[str, Any]) -> None:
    """Each example is a good call: its parameters fit their schemas, and no number says invalid."""
    (example,) = method["examples"]
    parameters = {item["name"]: item["value"] for item in example["params"]}
    schemas = {item["name"]: item for item in method["params"]}
    for name, value in parameters.items():
        Draft7Validator(schemas[name]["schema"]).validate(value)
    assert {name for name, item in schemas.items() if item["required"]} <= parameters.keys()
    async with small_node() as node:
        node.produce(2)
        answer = await exchange(node, method["name"], parameters)
    require_described(method, answer)
    assert answer.get("error", {"code": -32000})["code"] == -32000


async def real_calls(node: SmallNode) -> dict[str, dict[str, Any]]:
    """Return, for each method, parameters of things that are on the chain of a node."""
    signed = node.binding(1)
    await exchange(node, "tx_submit", {"transactions": [signed.data.hex()]})
    node.produce(2)
    tx_id, sid, other = signed.tx_id.hex(), pseudonym(1), node.binding(2)
    key = public_key_of(HOLDER_SEED).hex()
    given = (await exchange(node, "access_challenge", {"key": key}))["result"]
    message = access_message(
        node.chain.genesis_hash, bytes.fromhex(given["challenge"]), "localhost"
    )
    raw_key = SUBJECTS.raw_key(sid).hex()
    return {
        "chain_status": {},
        "chain_header": {"height": 1},
        "chain_block": {"height": 1},
        "chain_certificate": {"height": 1},
        "chain_validators": {},
        "chain_parameters": {},
        "tx_submit": {"transactions": [other.data.hex()]},
        "tx_check": {"transaction": other.data.hex()},
        "tx_get": {"tx_id": tx_id},
        "tx_wait": {"tx_id": tx_id},
        "tx_trace": {"id": key_id(public_key_of(HOLDER_SEED)).hex()},
        "tx_proof": {"tx_id": tx_id},
        "state_get": {"keys": [raw_key, "ff"]},
        "state_prove": {"key": raw_key},
        "net_peers": {},
        "entity_kinds": {},
        "entity_get": {"kind": "subject", "id": sid.hex()},
        "entity_list": {"kind": "subject", "where": [{"field": "kind", "value": "person"}]},
        "events_list": {},
        "events_history": {"id": key_id(sid).hex()},
        "events_subscribe": {"filter": {"names": ["subject."]}},
        "events_unsubscribe": {"subscription": 1},
        "access_challenge": {"key": key},
        "access_token": {
            "key": key,
            "challenge": given["challenge"],
            "host": "localhost",
            "signature": sign(HOLDER_SEED, message).hex(),
        },
        "rpc.discover": {},
    }


async def test_every_method_gives_the_result_that_it_describes() -> None:
    """On a chain with something on it every method has a result, of the described form."""
    methods = {method["name"]: method for method in document()["methods"]}
    async with small_node() as node:
        calls = await real_calls(node)
        assert calls.keys() == methods.keys()
        for name, parameters in calls.items():
            answer = await exchange(node, name, parameters)
            assert "result" in answer, (name, answer)
            require_described(methods[name], answer)
