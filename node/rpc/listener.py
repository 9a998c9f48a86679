"""Where JSON-RPC listens, and what it demands there.

On loopback everyone on the machine may ask. Anywhere else the server refuses to start without TLS
and a bearer token of full strength.
"""

import asyncio
import errno
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from node.config import CALLS_PER_SECOND_DEFAULT, RpcSection
from node.errors import BadConfig
from node.identity import read_token
from node.rpc.limits import BACKLOG

TOKEN_SIZE_MIN = 32
LISTEN_PATIENCE_MS = 3_000
"""How long an address may be taken: the front of a node that was killed goes a moment later."""
_POLL_MS = 50


@dataclass(frozen=True, slots=True)
class RpcListener:
    """An address (port 0: any free one) with its protection."""

    host: str
    port: int
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    token: str | None = None
    calls_per_second: int = CALLS_PER_SECOND_DEFAULT

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback_host(self.host)

    @property
    def demands_token(self) -> bool:
        """Whether callers must show who they are."""
        return self.token is not None or not self.is_loopback

    def names(self) -> frozenset[str]:
        """Return the names by which callers may know this node: loopback's, or its certificate's.

        Raises BadConfig for a certificate that cannot be read.
        """
        if self.tls_certificate is None:
            return frozenset({"localhost", "127.0.0.1", "::1", self.host})
        return _certified_names(self.tls_certificate)


def is_loopback_host(host: str) -> bool:
    """Say whether a name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_safe(listener: RpcListener) -> None:
    """Raise BadConfig for an address that others reach without TLS and token."""
    if listener.is_loopback:
        return
    if listener.tls_certificate is None or listener.tls_key is None:
        raise BadConfig("rpc.listen", f"is {listener.host}, which needs TLS; use 127.0.0.1 or TLS")
    if listener.token is None or len(listener.token) < TOKEN_SIZE_MIN:
        raise BadConfig("rpc.token", f"must have at least {TOKEN_SIZE_MIN} characters off loopback")


def server_tls(listener: RpcListener) -> ssl.SSLContext | None:
    """Return the TLS side of a listener, TLS 1.3 only; None where it has no certificate."""
    if listener.tls_certificate is None or listener.tls_key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(listener.tls_certificate, listener.tls_key)
    except OSError as error:
        raise BadConfig("rpc.tls_certificate", f"cannot be used: {error}") from error
    return context


def rpc_listener(settings: RpcSection, root: Path) -> RpcListener:
    """Return where JSON-RPC listens and what protects it; paths are relative to the home folder."""
    return RpcListener(
        host=settings.listen.host,
        port=settings.listen.port,
        tls_certificate=root / settings.tls_certificate if settings.tls_certificate else None,
        tls_key=root / settings.tls_key if settings.tls_key else None,
        token=read_token(root / settings.token_file) if settings.token_file else None,
        calls_per_second=settings.calls_per_second,
    )


async def listen(listener: RpcListener) -> socket.socket:
    """Return a listening socket; BadConfig where that is not safe, OSError where it cannot be."""
    require_safe(listener)
    server_tls(listener)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LISTEN_PATIENCE_MS / 1_000
    family, _, _, _, address = (
        await loop.getaddrinfo(listener.host, listener.port, type=socket.SOCK_STREAM)
    )[0]
    while True:
        try:
            return socket.create_server(address[:2], family=family, backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or loop.time() > deadline:
                raise
        await asyncio.sleep(_POLL_MS / 1_000)


def _certified_names(path: Path) -> frozenset[str]:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise BadConfig("rpc.tls_certificate", f"names no host: {error}") from error
    addresses = (str(item) for item in found.get_values_for_type(x509.IPAddress))
    return frozenset((*found.get_values_for_type(x509.DNSName), *addresses))
