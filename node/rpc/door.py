"""What a connection must show before its first byte is parsed.

A page in a browser can reach loopback too: a foreign Host (DNS rebinding), an Origin, or a body
that is not declared as JSON (which a page may send without asking) is turned away.
"""

import hmac

from aiohttp import hdrs, web

from node.rpc.callers import LOCAL, OPERATOR, STRANGER
from node.rpc.listener import RpcListener, is_loopback_host
from node.rpc.sessions import Session, Sessions

JSON_CONTENT = "application/json"
_FOR_EVER = 2**53
_FOR_EVER_LOCAL = Session(LOCAL, _FOR_EVER)
_FOR_EVER_OPERATOR = Session(OPERATOR, _FOR_EVER)
_FOR_EVER_STRANGER = Session(STRANGER, _FOR_EVER)


def require_admission(request: web.Request, listener: RpcListener) -> None:
    """Raise the HTTP refusal of a request that may not be answered at all."""
    if listener.is_loopback and not is_loopback_host(_host_name(request.host)):
        raise web.HTTPForbidden(text="Host must name this machine.")
    if hdrs.ORIGIN in request.headers:
        raise web.HTTPForbidden(text="Pages of browsers are not served.")


def session_of(request: web.Request, listener: RpcListener, sessions: Sessions) -> Session:
    """Return who calls and for how long; raise 401 for a token that is not good (any more)."""
    given = request.headers.get(hdrs.AUTHORIZATION)
    if given is None:
        return _FOR_EVER_STRANGER if listener.demands_token else _FOR_EVER_LOCAL
    token = given.removeprefix("Bearer ")
    if listener.token is not None and hmac.compare_digest(token.encode(), listener.token.encode()):
        return _FOR_EVER_OPERATOR
    session = sessions.recognise(token)
    if session is None:
        raise unauthorized()
    return session


def require_known(session: Session) -> None:
    """Raise 401 for one who has shown nothing."""
    if not session.caller.may_call:
        raise unauthorized()


def require_operator(session: Session) -> None:
    """Raise 401 for one who is neither the operator nor on the node's own machine."""
    if not session.caller.is_operator:
        raise unauthorized()


def unauthorized() -> web.HTTPUnauthorized:
    """Return the HTTP refusal of one who must show a token first."""
    return web.HTTPUnauthorized(
        text="A bearer token is needed.", headers={hdrs.WWW_AUTHENTICATE: "Bearer"}
    )


def require_json(request: web.Request) -> None:
    """Raise 415 for a body that is not declared as JSON."""
    if request.content_type != JSON_CONTENT:
        raise web.HTTPUnsupportedMediaType(text=f"Content-Type must be {JSON_CONTENT}.")


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
