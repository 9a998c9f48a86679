"""Where JSON-RPC listens: loopback as it is, anywhere else with TLS and a token or not at all."""

import ipaddress
from pathlib import Path

import pytest

from node.errors import BadConfig
from node.rpc.listener import (
    TOKEN_SIZE_MIN,
    RpcListener,
    is_loopback_host,
    require_safe,
    server_tls,
)

TOKEN = "t" * TOKEN_SIZE_MIN
EVERYWHERE = str(ipaddress.IPv4Address(0))
CERTIFICATE, KEY = Path("rpc.crt"), Path("rpc.key")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_needs_nothing(host: str) -> None:
    """On this machine everyone may ask."""
    assert is_loopback_host(host)
    require_safe(RpcListener(host, 0))


@pytest.mark.parametrize(
    "host", [EVERYWHERE, "::", "192.168.1.5", "node.example", "localhost.evil"]
)
def test_elsewhere_needs_tls_and_token(host: str) -> None:
    """Without both, or with a short token, the server refuses to start and says why."""
    assert not is_loopback_host(host)
    for listener, key in (
        (RpcListener(host, 0), "rpc.listen"),
        (RpcListener(host, 0, token=TOKEN), "rpc.listen"),
        (RpcListener(host, 0, CERTIFICATE, None, TOKEN), "rpc.listen"),
        (RpcListener(host, 0, CERTIFICATE, KEY), "rpc.token"),
        (RpcListener(host, 0, CERTIFICATE, KEY, TOKEN[:-1]), "rpc.token"),
    ):
        with pytest.raises(BadConfig) as caught:
            require_safe(listener)
        assert caught.value.key == key
    require_safe(RpcListener(host, 0, CERTIFICATE, KEY, TOKEN))


def test_missing_certificate_is_said(tmp_path: Path) -> None:
    """A certificate that cannot be read is a mistake of the configuration."""
    listener = RpcListener(EVERYWHERE, 0, tmp_path / "no.crt", tmp_path / "no.key", TOKEN)
    with pytest.raises(BadConfig):
        server_tls(listener)
