"""The RPC endpoint of the node whose home folder lies on this machine, as its operator sees it."""

import ipaddress
import ssl
from pathlib import Path

from node.config import load_config
from node.home import Home
from node.rpc.listener import RpcListener, rpc_listener
from quancheng.transport import Endpoint


def home_endpoint(home: Path) -> Endpoint:
    """Return address, token and trust of a home's node; raise NodeFailure where it is unreadable.

    The certificate is held against the file in the home: whoever reads that folder needs no other
    authority.
    """
    listener = rpc_listener(load_config(Home(home).config).rpc, home)
    scheme = "http" if listener.tls_certificate is None else "https"
    url = f"{scheme}://{_dialled_host(listener.host)}:{listener.port}"
    return Endpoint(url, token=listener.token, tls=_trust(listener))


def _dialled_host(host: str) -> str:
    """Return how a listening address is dialled from its own machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"


def _trust(listener: RpcListener) -> ssl.SSLContext | None:
    if listener.tls_certificate is None:
        return None
    context = ssl.create_default_context(cafile=str(listener.tls_certificate))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return context
