"""Asking a node everything that it answers, so that no answer goes unseen."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

Answer = Any
"""JSON, whatever was asked."""

TIMEOUT_S = 30.0
PAGE = 100
BLOCK_METHODS = ("chain_header", "chain_block", "chain_certificate", "chain_validators")
PLAIN_METHODS = ("chain_status", "chain_parameters", "net_peers", "entity_kinds", "rpc.discover")
TRANSACTION_METHODS = ("tx_get", "tx_proof")
PAGES = ("/metrics", "/health")


def crawl(address: str, *, whole: bool) -> None:
    """Ask a node for its pages and blocks; for the whole, for each transaction, entity and trace.

    Nodes answer from the same chain, so that one of them tells what all would.
    """
    for page in PAGES:
        _get(address, page)
    for method in PLAIN_METHODS:
        _call(address, method)
    tip = int(_call(address, "chain_status")["height"])
    ids = []
    for height in range(1, tip + 1):
        for method in BLOCK_METHODS:
            answer = _call(address, method, height=height)
            if method == "chain_block":
                ids += [item["tx_id"] for item in answer["transactions"]]
    if not whole:
        return
    for tx_id in ids:
        # The receipt of the last block is not proven before the next one.
        for method in TRANSACTION_METHODS:
            _call(address, method, refusable=True, tx_id=tx_id)
    kinds = [item["kind"] for item in _call(address, "entity_kinds")["kinds"]]
    for kind in kinds:
        for entity in _entities(address, kind):
            _call(address, "entity_get", kind=kind, id=entity["id"])
            if len(entity["id"]) == 64:
                _call(address, "tx_trace", refusable=True, id=entity["id"])
    _events(address)


def _entities(address: str, kind: str) -> Iterator[Any]:
    cursor = None
    while True:
        answer = _call(address, "entity_list", kind=kind, cursor=cursor, limit=PAGE)
        yield from answer["entities"]
        cursor = answer["cursor"]
        if cursor is None:
            return


def _events(address: str) -> None:
    after = None
    while True:
        answer = _call(address, "events_list", after=after, limit=PAGE)
        if not answer["records"]:
            return
        after = answer["place"]


def _call(address: str, method: str, *, refusable: bool = False, **params: object) -> Answer:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    connection = http.client.HTTPConnection(address, timeout=TIMEOUT_S)
    try:
        connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert refusable or "error" not in answer, (method, params, answer)
    return answer.get("result")


def _get(address: str, page: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=TIMEOUT_S)
    try:
        connection.request("GET", page)
        connection.getresponse().read()
    finally:
        connection.close()
