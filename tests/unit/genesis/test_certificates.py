"""Certificates of an organisation serve TLS 1.3 on both sides, and nobody else's do."""

import dataclasses
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from genesis.certificates import (
    Authority,
    authority_key_of,
    certificate_pem,
    found_authority,
    issue_leaf,
    key_pem,
)
from ledger.refusal import Code, Refused
from tests.unit.genesis.conftest import NOW

ISSUED = dt.datetime.now(dt.UTC)
AUTHORITY = found_authority(b"\x01" * 32, "数据局", ISSUED)
STRANGER = found_authority(b"\x02" * 32, "数据局", ISSUED)


def context_of(purpose: int, authority: Authority, seed: bytes, folder: Path) -> ssl.SSLContext:
    """Return a strict TLS 1.3 context that trusts AUTHORITY and shows a leaf of another one."""
    leaf = issue_leaf(authority, seed, "node", ["127.0.0.1", "node.example"], ISSUED)
    (folder / "key").write_bytes(key_pem(seed))
    (folder / "crt").write_bytes(certificate_pem(leaf))
    context = ssl.SSLContext(purpose)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = purpose == ssl.PROTOCOL_TLS_CLIENT
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=certificate_pem(AUTHORITY.certificate).decode())
    context.load_cert_chain(folder / "crt", folder / "key")
    return context


def handshake(client: ssl.SSLContext, server: ssl.SSLContext) -> None:
    """Run a handshake in memory; raise ssl.SSLError where a side refuses the other."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(6):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


def test_leaves_of_one_authority_greet_each_other(tmp_path: Path) -> None:
    """One leaf serves as client and as server under the strict profile."""
    client = context_of(ssl.PROTOCOL_TLS_CLIENT, AUTHORITY, b"\x03" * 32, tmp_path)
    server = context_of(ssl.PROTOCOL_TLS_SERVER, AUTHORITY, b"\x04" * 32, tmp_path)
    handshake(client, server)


@pytest.mark.parametrize("strange_side", ["client", "server"])
def test_a_leaf_of_another_authority_of_the_same_name_is_refused(
    tmp_path: Path, strange_side: str
) -> None:
    """Names prove nothing: only the authority's key admits."""
    of_client = STRANGER if strange_side == "client" else AUTHORITY
    of_server = STRANGER if strange_side == "server" else AUTHORITY
    client = context_of(ssl.PROTOCOL_TLS_CLIENT, of_client, b"\x03" * 32, tmp_path)
    server = context_of(ssl.PROTOCOL_TLS_SERVER, of_server, b"\x04" * 32, tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(client, server)


def test_the_authority_key_is_read_from_its_certificate() -> None:
    """The key that signs contributions is the one in the certificate."""
    assert authority_key_of(AUTHORITY.certificate) == AUTHORITY.public_key


def refused_field(certificate: bytes) -> str:
    """Return the field under which a certificate is refused."""
    with pytest.raises(Refused) as caught:
        authority_key_of(certificate)
    assert caught.value.refusal.code is Code.SCHEMA
    return caught.value.refusal.field


def test_what_is_no_ed25519_authority_is_refused() -> None:
    """A leaf, a P-256 authority, altered bytes and oversize are no authority."""
    leaf = issue_leaf(AUTHORITY, b"\x03" * 32, "node", ["127.0.0.1"], NOW)
    altered = AUTHORITY.certificate[:-1] + bytes([AUTHORITY.certificate[-1] ^ 1])
    assert refused_field(leaf) == "ca_certificate"
    assert refused_field(altered) == "ca_certificate"
    assert refused_field(b"") == "ca_certificate"
    assert refused_field(bytes(5_000)) == "ca_certificate.size"
    curve_key = ec.generate_private_key(ec.SECP256R1())
    on_curve = self_signed(curve_key.public_key(), is_authority=True).sign(curve_key, SHA256())
    assert refused_field(on_curve.public_bytes(Encoding.DER)) == "ca_certificate.key"
    key = Ed25519PrivateKey.from_private_bytes(AUTHORITY.seed)
    no_authority = self_signed(key.public_key(), is_authority=False).sign(key, None)
    assert refused_field(no_authority.public_bytes(Encoding.DER)) == "ca_certificate.usage"


def self_signed(
    public_key: ec.EllipticCurvePublicKey | Ed25519PublicKey, *, is_authority: bool
) -> x509.CertificateBuilder:
    """Return a certificate like AUTHORITY's for another key, or one that may not issue others."""
    template = x509.load_der_x509_certificate(AUTHORITY.certificate)
    usage = template.extensions.get_extension_for_class(x509.KeyUsage).value
    constraints = x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)
    return (
        x509.CertificateBuilder(
            template.issuer, template.subject, public_key, 1, NOW, NOW + dt.timedelta(1)
        )
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
    )


def test_an_authority_is_a_value() -> None:
    """Equal seeds give equal keys; certificates differ by their serial numbers."""
    again = found_authority(AUTHORITY.seed, "数据局", ISSUED)
    assert again.public_key == AUTHORITY.public_key
    assert dataclasses.replace(again, certificate=b"") != AUTHORITY
