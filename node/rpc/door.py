"""What a connection must show before its first byte is parsed.

A page in a browser can reach loopback too: a foreign Host (DNS rebinding), an Origin, or a body
that is not declared as JSON (which a page may send without asking) is turned away.
"""

import hmac

from aiohttp import hdrs, web

from node.rpc.listener import RpcListener, is_loopback_host

JSON_CONTENT = "application/json"


def require_admission(request: web.Request, listener: RpcListener) -> None:
    """Raise the HTTP refusal of a request that may not be answered at all."""
    if listener.is_loopback and not is_loopback_host(_host_name(request.host)):
        raise web.HTTPForbidden(text="Host must name this machine.")
    if hdrs.ORIGIN in request.headers:
        raise web.HTTPForbidden(text="Pages of browsers are not served.")
    if listener.token is not None and not _has_token(request, listener.token):
        raise web.HTTPUnauthorized(
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


def _has_token(request: web.Request, token: str) -> bool:
    given = request.headers.get(hdrs.AUTHORIZATION, "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
