"""The reference pages docs/rpc.md and docs/metrics.md, made from the declarations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from node.front.limits import CALL_TIMEOUT_MS
from node.metrics import Metrics
from node.rpc import limits
from node.rpc.local_backend import PAGE_SIZE_MAX
from node.rpc.methods import DECLARED
from node.rpc.metrics import FrontMetrics
from quancheng.api import events
from quancheng.api.method import PAGE_MAX, Method
from quancheng.api.transactions import SUBMIT_MAX, WAIT_MAX_MS
from quancheng.json_form import (
    AnyForm,
    ArrayForm,
    BooleanForm,
    BytesForm,
    ChoiceForm,
    Form,
    IntegerForm,
    OptionalForm,
    TextForm,
)
from quancheng.json_object import ObjectForm, object_form

_MADE = "<!-- Made by `scripts/document` from the declarations; do not edit. -->"

_INTRODUCTION = f"""# JSON-RPC of a node

{_MADE}

JSON-RPC 2.0 over `POST /rpc` (`Content-Type: application/json`) and over WebSocket `/ws`;
`GET /health` and `GET /metrics` beside them. `rpc.discover` returns all of this page as an OpenRPC
document.

    curl -s http://127.0.0.1:26680/rpc -H 'Content-Type: application/json' \\
      -d '{{"jsonrpc":"2.0","id":1,"method":"chain_status"}}'

- Parameters go by name. Bytes are lowercase hexadecimal without prefix. Integers above 2^53 - 1
  are decimal strings; either form is read. Duplicate keys, floats and unknown parameters are
  refused.
- A refusal is a JSON-RPC error whose `data` is a [RefusalView](#refusalview): the code, the rule,
  and what to do, in English and Chinese. `retry_after_ms` is set where trying again makes sense.
- Every method may be sent again. The same transaction counts once, however often it is submitted.
- The server listens on loopback. Elsewhere it starts with TLS only, and answers those who show a
  token: see "Access" below.

| error.code | meaning |
| --- | --- |
| -32700 | no strict JSON |
| -32600 | no JSON-RPC 2.0 request, or beyond a bound |
| -32601 | no such method |
| -32602 | a parameter is missing, unknown or of the wrong form |
| -32000 | a rule of the chain or a bound of the server: see `error.data` |
| -32603 | the server failed; send the request again |
"""

_STREAMS = f"""## Streams

`events_subscribe` on a WebSocket answers first, then sends notifications:

- `{events.EVENT_NOTICE}` ([RecordNotice](#recordnotice)) for each record, in order;
- `{events.HEARTBEAT_NOTICE}` ([HeartbeatNotice](#heartbeatnotice)) after {events.HEARTBEAT_MS} ms
  without one;
- `{events.ENDED_NOTICE}` ([EndedNotice](#endednotice)) where the stream cannot go on.

Remember the `place` of the last notification and give it as `after` to go on without gap or
repetition. A reader that takes no frame for {limits.SEND_TIMEOUT_MS} ms is closed with code
{events.CLOSE_SLOW_READER}; a stopping node closes with 1001.
"""

_ACCESS = f"""## Access

Off loopback, and wherever `rpc.token_file` is set, a call carries `Authorization: Bearer <token>`:

- the operator's token, which is the content of that file;
- a party's: `access_challenge` names 32 bytes, which the party signs with its signing key as
  `H(qc/rpc-access/v1, genesis_hash ‖ challenge ‖ host)`, and `access_token` returns the token.
  `host` is the name of the node as it was dialled, which must stand in its certificate;
- a person's: the same with the pseudonym key (`sid`) of one matter. It reads the public register,
  what concerns this pseudonym, and sends what this pseudonym signed; anything else is E007.

A token is good for {limits.TOKEN_LIFE_MS // 60_000} minutes. HTTP 401 means that it is unknown or
old: get another. A WebSocket whose token has expired is closed with code
{events.CLOSE_TOKEN_EXPIRED}.
`rpc.discover`, `access_challenge` and `access_token` need none. `/metrics` is the operator's.

What comes with a party's or person's token counts under its organisation or pseudonym: more than
`rpc.calls_per_second` calls are refused with E017, more than
{limits.CALLS_PER_ACCOUNT_MAX} under way with E020, both with
`retry_after_ms`; the calls of others go on. Where many wait, organisations and persons are served
in turns, so that a flood of one delays itself. What a supervisor reads is written
into the node's signed log before it is answered ([operate](operate.md)).
"""

_BOUNDS: Mapping[str, int] = {
    "bytes of a request": limits.BODY_SIZE_MAX,
    "calls of a batch": limits.BATCH_MAX,
    "characters of the answers of a batch": limits.RESPONSE_SIZE_MAX,
    "calls under way": limits.CALLS_MAX,
    "calls that run at once, account by account in turns": limits.CALLS_AT_ONCE_MAX,
    "transactions of a submission": SUBMIT_MAX,
    "rows of a page": PAGE_MAX,
    "bytes of rows of a page": PAGE_SIZE_MAX,
    "milliseconds of a query": CALL_TIMEOUT_MS,
    "rows that a filtered page looks at": limits.ROWS_SCANNED_MAX,
    "blocks that a page of events looks at": limits.BLOCKS_SCANNED_MAX,
    "milliseconds of a wait": WAIT_MAX_MS,
    "calls under way of one organisation or person": limits.CALLS_PER_ACCOUNT_MAX,
    "connections": limits.CONNECTIONS_MAX,
    "WebSockets": limits.WEBSOCKETS_MAX,
    "WebSockets of one organisation or person": limits.WEBSOCKETS_PER_ACCOUNT_MAX,
    "streams of a WebSocket": limits.SUBSCRIPTIONS_PER_WEBSOCKET_MAX,
    "waiting calls of a WebSocket": limits.CALLS_PER_WEBSOCKET_MAX,
}

_NOTICES = (events.RecordNotice, events.HeartbeatNotice, events.EndedNotice)


def pages() -> dict[str, str]:
    """Return the pages by file name."""
    return {"rpc.md": _rpc_page(), "metrics.md": _metrics_page()}


def _rpc_page() -> str:
    bounds = "\n".join(f"| {name} | {value:,} |" for name, value in _BOUNDS.items())
    parts = [
        _INTRODUCTION,
        f"## Bounds\n\n| at most | |\n| --- | --- |\n{bounds}\n",
        _ACCESS,
        _STREAMS,
        "## Methods\n",
        *(_method_text(method) for method in DECLARED),
        "## Objects\n",
        *(_object_text(form) for form in _objects(DECLARED)),
    ]
    return "\n".join(parts)


def _method_text(method: Method[Any, Any]) -> str:
    request = object_form(method.request)
    parameters = _table(request) if request.fields else "No parameters.\n"
    result = method.result.__name__
    return (
        f"### {method.name}\n\n{method.summary}\n\n{parameters}\n"
        f"Result: [{result}](#{result.lower()})\n"
    )


def _object_text(form: ObjectForm[Any]) -> str:
    name = form.declaration.__name__
    meaning = (form.declaration.__doc__ or "").strip()
    return f"### {name}\n\n{meaning}\n\n{_table(form)}"


def _table(form: ObjectForm[Any]) -> str:
    rows = [
        f"| {field.name} | {_form_text(field.form)} | {'' if field.required else 'optional'} |"
        f" {field.meaning} |"
        for field in form.fields
    ]
    return "\n".join(["| field | form | | meaning |", "| --- | --- | --- | --- |", *rows, ""])


def _form_text(form: Form) -> str:
    match form:
        case BytesForm(minimum, maximum):
            size = f"{maximum}" if minimum == maximum else f"{minimum} to {maximum}"
            return f"hexadecimal, {size} bytes"
        case IntegerForm():
            return "integer"
        case TextForm():
            return "text"
        case BooleanForm():
            return "true or false"
        case ChoiceForm(choices):
            return " or ".join(f"`{member.value}`" for member in choices)
        case OptionalForm(inner):
            return f"{_form_text(inner)}, or null"
        case ArrayForm(inner, maximum):
            return f"array of at most {maximum}: {_form_text(inner)}"
        case ObjectForm():
            name = form.declaration.__name__
            return f"[{name}](#{name.lower()})"
        case AnyForm():
            return "JSON"
    raise AssertionError(form)


def _objects(methods: Sequence[Method[Any, Any]]) -> list[ObjectForm[Any]]:
    """Return every object form that methods and notices lead to, by name."""
    found: dict[str, ObjectForm[Any]] = {}
    waiting: list[Form] = [object_form(notice) for notice in _NOTICES]
    for method in methods:
        waiting.append(object_form(method.result))
        waiting += [field.form for field in object_form(method.request).fields]
    while waiting:
        form = waiting.pop()
        if isinstance(form, OptionalForm | ArrayForm):
            waiting.append(form.inner)
        elif isinstance(form, ObjectForm) and form.declaration.__name__ not in found:
            found[form.declaration.__name__] = form
            waiting += [field.form for field in form.fields]
    return [found[name] for name in sorted(found)]


def _metrics_page() -> str:
    rows = "\n".join(_metric_rows())
    return (
        f"# Metrics of a node\n\n{_MADE}\n\n"
        "`GET /metrics`, in the text format of Prometheus. Labels come from closed sets.\n\n"
        f"| metric | kind | meaning |\n| --- | --- | --- |\n{rows}\n"
    )


def _metric_rows() -> Iterator[str]:
    node, front = Metrics().registry, FrontMetrics().registry
    for family in (*node.collect(), *front.collect()):
        suffix = "_total" if family.type == "counter" else ""
        yield f"| `{family.name}{suffix}` | {family.type} | {family.documentation} |"
