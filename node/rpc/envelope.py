"""The JSON-RPC 2.0 envelope: reading calls, writing answers. https://www.jsonrpc.org/specification.

Refusals travel in `error.data` in the form that all of the system uses; `error.code` has only the
numbers of the specification and one of our own.
"""

from dataclasses import dataclass
from enum import IntEnum, unique

from chaincode.fields import Json
from ledger.refusal import Code, Refusal, Refused
from node.rpc.views import door_view
from quancheng.api.refusal import RefusalView
from quancheng.json_object import object_form

VERSION = "2.0"
METHOD_NAME_SIZE_MAX = 64
ID_SIZE_MAX = 128


@unique
class ErrorNumber(IntEnum):
    """Values of `error.code`."""

    PARSE = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    REFUSED = -32000
    """A rule of the chain or a bound of the server, named in `error.data`."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `id` is echoed; a notification has none and gets no answer."""

    id: Json
    is_notification: bool
    method: str
    parameters: Json


def read_call(value: Json) -> Call:
    """Return the call of a JSON value, or refuse (E911) what is no JSON-RPC 2.0 request."""
    if not isinstance(value, dict):
        raise Refused(Code.BAD_REQUEST, "request")
    for key in value:
        if key not in {"jsonrpc", "id", "method", "params"}:
            raise Refused(Code.BAD_REQUEST, key[:METHOD_NAME_SIZE_MAX])
    if value.get("jsonrpc") != VERSION:
        raise Refused(Code.BAD_REQUEST, "jsonrpc")
    method = value.get("method")
    if not isinstance(method, str) or len(method) > METHOD_NAME_SIZE_MAX:
        raise Refused(Code.BAD_REQUEST, "method")
    if not is_id(value.get("id")):
        raise Refused(Code.BAD_REQUEST, "id")
    return Call(value.get("id"), "id" not in value, method, value.get("params", {}))


def is_id(value: Json) -> bool:
    """Say whether a value may identify a call."""
    if isinstance(value, str):
        return len(value) <= ID_SIZE_MAX
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def id_of(value: Json) -> Json:
    """Return the id of something that is no good call, where it has one that can be echoed."""
    identifier = value.get("id") if isinstance(value, dict) else None
    return identifier if is_id(identifier) else None


def answer(call_id: Json, result: Json) -> dict[str, Json]:
    """Return the answer of a call that succeeded."""
    return {"jsonrpc": VERSION, "id": call_id, "result": result}


def error(call_id: Json, number: ErrorNumber, refusal: Refusal) -> dict[str, Json]:
    """Return the answer of a call that was refused."""
    view = door_view(refusal)
    return {
        "jsonrpc": VERSION,
        "id": call_id,
        "error": {
            "code": int(number),
            "message": view.text("en"),
            "data": object_form(RefusalView).render(view),
        },
    }


def notice(method: str, parameters: Json) -> dict[str, Json]:
    """Return a notification from the server."""
    return {"jsonrpc": VERSION, "method": method, "params": parameters}
