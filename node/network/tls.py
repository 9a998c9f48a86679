"""TLS 1.3 between nodes, both sides with an Ed25519 certificate of an organisation's CA.

The trust store is exactly the CA certificates of the genesis document. A peer is known by its raw
key, never by a host name. A certificate that has run out is tolerated and reported: an expired date
must not stop a city, and the registry, not the calendar, says who belongs.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.genesis import Organisation
from ledger.refusal import Code, Refused, require
from node.errors import BadHome

ALPN = "qc/1"

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h, which the ssl module does not name."""


@dataclass(frozen=True, slots=True)
class PeerIdentity:
    """Who a certificate says is at the other end."""

    node_id: bytes
    """Raw Ed25519 key, 32 bytes."""
    organisation: bytes
    """Id of the organisation whose CA issued the certificate."""
    expires_at_ms: int
    """Unix time at which the certificate runs out."""
    expired_at_ms: int | None
    """The same once it has run out, None while it is valid."""


class Authorities:
    """The CAs that admit machines, by organisation id."""

    def __init__(self, organisations: Sequence[Organisation]) -> None:
        """Refuse (E006) a founding document with a certificate that is none."""
        self._certificates: Mapping[bytes, x509.Certificate] = {
            item.id: _authority_of(item) for item in organisations
        }

    def trust_store(self) -> str:
        """Return all CA certificates as PEM."""
        return "".join(
            certificate.public_bytes(Encoding.PEM).decode()
            for certificate in self._certificates.values()
        )

    def identify(self, certificate_der: bytes, now_ms: int) -> PeerIdentity:
        """Return who a leaf certificate names; refuse (E915) one that no CA of ours issued.

        TLS has checked the chain already. Here the issuing organisation is found by signature,
        because names in certificates prove nothing.
        """
        try:
            return self._identify(x509.load_der_x509_certificate(certificate_der), now_ms)
        except ValueError as error:
            raise Refused(Code.NOT_AUTHENTICATED, "certificate") from error

    def identify_pem(self, certificate_pem: bytes, now_ms: int) -> PeerIdentity:
        """Return who this machine's own certificate file names; refuse (E915) a foreign one."""
        try:
            return self._identify(x509.load_pem_x509_certificate(certificate_pem), now_ms)
        except ValueError as error:
            raise Refused(Code.NOT_AUTHENTICATED, "certificate") from error

    def _identify(self, certificate: x509.Certificate, now_ms: int) -> PeerIdentity:
        key = certificate.public_key()
        if not isinstance(key, Ed25519PublicKey):
            raise Refused(Code.NOT_AUTHENTICATED, "certificate.key")
        expiry_ms = int(certificate.not_valid_after_utc.timestamp()) * 1_000
        return PeerIdentity(
            node_id=key.public_bytes_raw(),
            organisation=self._issuer_of(certificate),
            expires_at_ms=expiry_ms,
            expired_at_ms=expiry_ms if expiry_ms < now_ms else None,
        )

    def _issuer_of(self, certificate: x509.Certificate) -> bytes:
        for organisation, authority in self._certificates.items():
            try:
                certificate.verify_directly_issued_by(authority)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return organisation
        raise Refused(Code.NOT_AUTHENTICATED, "certificate.issuer")


@dataclass(frozen=True, slots=True)
class TlsContexts:
    """One context for each direction, made once per process."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def tls_contexts(authorities: Authorities, certificate: Path, key: Path) -> TlsContexts:
    """Return the contexts of a node; raise BadHome where its own key or certificate is unusable."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.num_tickets = 0
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for context in (server, client):
        _configure(context, authorities)
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise _bad_certificate(certificate) from error
    return TlsContexts(server, client)


def peer_certificate(connection: object) -> bytes:
    """Return the DER certificate of a finished handshake; refuse (E915) another protocol."""
    assert isinstance(connection, ssl.SSLObject)
    require(connection.selected_alpn_protocol() == ALPN, Code.NOT_AUTHENTICATED, "alpn")
    certificate = connection.getpeercert(binary_form=True)
    if certificate is None:
        raise Refused(Code.NOT_AUTHENTICATED, "certificate")
    return certificate


def _configure(context: ssl.SSLContext, authorities: Authorities) -> None:
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT | _NO_CHECK_TIME
    context.load_verify_locations(cadata=authorities.trust_store())
    context.set_alpn_protocols([ALPN])


def _bad_certificate(path: Path) -> BadHome:
    return BadHome(
        path,
        "and its key cannot be used for TLS",
        "Have the organisation's CA issue a certificate for this machine's key.",
    )


def _authority_of(organisation: Organisation) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(organisation.ca_certificate)
    except ValueError as error:
        raise Refused(Code.SCHEMA, "organisation.ca_certificate") from error
