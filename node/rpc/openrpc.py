"""The OpenRPC document, built from the declarations of the methods."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from chaincode.fields import Json
from node.rpc.envelope import ErrorNumber
from node.rpc.examples import example_requests
from quancheng.api.discovery import Discovery
from quancheng.api.method import Method
from quancheng.api.refusal import RefusalView
from quancheng.json_object import object_form

OPENRPC_VERSION = "1.3.2"
API_VERSION = "1.0.0"

_ERROR_TEXTS = {
    ErrorNumber.PARSE: "The request is no strict JSON.",
    ErrorNumber.INVALID_REQUEST: "The JSON is no JSON-RPC 2.0 request.",
    ErrorNumber.METHOD_NOT_FOUND: "There is no such method.",
    ErrorNumber.INVALID_PARAMS: "A parameter is missing, unknown or of the wrong form.",
    ErrorNumber.INTERNAL: "The server failed; the request may be sent again.",
    ErrorNumber.REFUSED: "A rule of the chain or a bound of the server; error.data says which.",
}


def discovery(methods: Iterable[Method[Any, Any]]) -> Discovery:
    """Return the document of some methods."""
    info: Json = {
        "title": "Quancheng chain",
        "version": API_VERSION,
        "description": "JSON-RPC of one node. Bytes are lowercase hexadecimal; integers above"
        " 2^53 - 1 are decimal strings; error.data is a refusal with its remedy.",
        "license": {"name": "Apache-2.0"},
    }
    return Discovery(OPENRPC_VERSION, info, [_method(item) for item in methods])


def _method(method: Method[Any, Any]) -> Json:
    request, result = object_form(method.request), object_form(method.result)
    return {
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-name",
        "params": [
            {
                "name": field.name,
                "summary": field.meaning,
                "required": field.required,
                "schema": field.form.schema(),
            }
            for field in request.fields
        ],
        "examples": [_example(method)],
        "result": {"name": method.result.__name__, "schema": result.schema()},
        "errors": [_error(number) for number in ErrorNumber],
    }


def _example(method: Method[Any, Any]) -> Json:
    """Return a call by name. Its result is that of the reader's own chain, and not made up here."""
    request = example_requests()[method.name]
    left_out = {item.name: item.default for item in fields(method.request)}
    rendered = object_form(method.request).render(request)
    assert isinstance(rendered, dict)
    return {
        "name": f"{method.name} by name",
        "params": [
            {"name": name, "value": value}
            for name, value in rendered.items()
            if getattr(request, name) != left_out[name]
        ],
    }


def _error(number: ErrorNumber) -> Json:
    return {
        "code": int(number),
        "message": _ERROR_TEXTS[number],
        "data": object_form(RefusalView).schema(),
    }
