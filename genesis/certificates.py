"""X.509 of the consortium: each organisation is the authority over its own machines.

Ed25519 throughout (RFC 8410), TLS server and client use in one leaf (RFC 5280 §4.2.1.12).
Certificates live long on purpose: the registry on the chain admits and revokes, and an expired
certificate must not stop a city.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger import suites
from ledger.genesis import CA_CERTIFICATE_SIZE_MAX
from ledger.refusal import Code, Refused, require

AUTHORITY_YEARS = 50
LEAF_YEARS = 30

_NAME_CHARACTERS_MAX = 64
"""Upper bound of organisation and common names in X.520."""

_CLOCK_SKEW = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """An organisation's certificate authority. `seed` is its secret key, `certificate` DER."""

    seed: bytes
    certificate: bytes

    @property
    def public_key(self) -> bytes:
        """The 33-byte key that signs certificates and contributions."""
        return suites.public_key_of(self.seed)


def found_authority(seed: bytes, organisation: str, now: dt.datetime) -> Authority:
    """Return the self-signed authority of an organisation for a fresh 32-byte seed."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    subject = _subject(organisation, f"{organisation} CA")
    builder = (
        _dated(x509.CertificateBuilder(), now, AUTHORITY_YEARS)
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    certificate = builder.sign(key, None).public_bytes(serialization.Encoding.DER)
    return Authority(seed, certificate)


def authority_from_pem(key: bytes, certificate: bytes) -> Authority:
    """Return the authority of two PEM files; refuse (E006) what is none, or does not fit."""
    try:
        secret = serialization.load_pem_private_key(key, None)
        parsed = x509.load_pem_x509_certificate(certificate)
    except (ValueError, TypeError) as error:
        raise Refused(Code.SCHEMA, "ca") from error
    if not isinstance(secret, Ed25519PrivateKey):
        raise Refused(Code.SCHEMA, "ca.key")
    found = Authority(secret.private_bytes_raw(), parsed.public_bytes(serialization.Encoding.DER))
    require(authority_key_of(found.certificate) == found.public_key, Code.BAD_KEY, "ca.key")
    return found


def issue_leaf(
    authority: Authority, tls_seed: bytes, name: str, hosts: Sequence[str], now: dt.datetime
) -> bytes:
    """Return the DER certificate of a machine's TLS key, fit for both ends of a connection."""
    issuer = x509.load_der_x509_certificate(authority.certificate)
    issuer_key = Ed25519PrivateKey.from_private_bytes(authority.seed)
    public_key = Ed25519PrivateKey.from_private_bytes(tls_seed).public_key()
    organisation = issuer.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    issuer_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _dated(x509.CertificateBuilder(), now, LEAF_YEARS)
        .subject_name(_subject(str(organisation), name))
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName([_host(item) for item in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer_identifier, critical=False)
    )
    return builder.sign(issuer_key, None).public_bytes(serialization.Encoding.DER)


def authority_key_of(certificate: bytes) -> bytes:
    """Return the 33-byte key of a DER certificate, or refuse (E006) one that is no authority."""
    require(len(certificate) <= CA_CERTIFICATE_SIZE_MAX, Code.SCHEMA, "ca_certificate.size")
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        key = parsed.public_key()
        parsed.verify_directly_issued_by(parsed)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as error:
        raise Refused(Code.SCHEMA, "ca_certificate") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Refused(Code.SCHEMA, "ca_certificate.key")
    require(constraints.ca and usage.key_cert_sign, Code.SCHEMA, "ca_certificate.usage")
    return bytes([suites.ED25519_SHA256]) + key.public_bytes_raw()


def key_pem(seed: bytes) -> bytes:
    """Return a secret key as unencrypted PKCS #8 PEM, as TLS libraries read it."""
    return Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def certificate_pem(certificate: bytes) -> bytes:
    """Return a DER certificate as PEM."""
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def _dated(
    builder: x509.CertificateBuilder, now: dt.datetime, years: int
) -> x509.CertificateBuilder:
    """Set the validity; a day back, because the clocks of two organisations differ."""
    start = now - _CLOCK_SKEW
    return builder.not_valid_before(start).not_valid_after(start + dt.timedelta(365 * years))


def _subject(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:_NAME_CHARACTERS_MAX]),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:_NAME_CHARACTERS_MAX]),
        ]
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
