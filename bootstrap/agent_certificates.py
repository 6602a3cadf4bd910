"""Certificates of the health agents, and the authority of their own that signs them. Pure but for random keys.

An authority of their own: the cluster's CA signs clients of the API, and what the agents show must never be one.
Keys are ECDSA P-256 (RFC 8422); a certificate is made anew when less than a third of its life is left.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE: Final = timedelta(days=3650)
LIFE: Final = timedelta(days=365)
_LEAST: Final = 1 / 3  # of its life, that a certificate must still have
_SKEW: Final = timedelta(minutes=5)  # that clocks may differ


@dataclass(frozen=True)
class Pair:
    """PEM."""

    certificate: bytes
    key: bytes


def make_authority(cluster: str, now: datetime) -> Pair:
    """A CA that signs certificates and no other CAs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"hagen agents of {cluster}")
    builder = (
        _dated(x509.CertificateBuilder(), now, AUTHORITY_LIFE)
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def issue(authority: Pair, name: str, address: IPv4Address, now: datetime) -> Pair:
    """For one agent: it serves with it, and shows it to the others. SANs: its name and its address."""
    issuer, signer = x509.load_pem_x509_certificate(authority.certificate), _key(authority.key)
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [x509.DNSName(name), x509.IPAddress(address)]
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        _dated(x509.CertificateBuilder(), now, LIFE)
        .subject_name(_name(name))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return _pair(builder.sign(signer, hashes.SHA256()), key)


def is_authority(pair: Pair, now: datetime) -> bool:
    """Whether it can sign for a while. Whatever cannot be read is none."""
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        return constraints.ca and _belong(certificate, pair.key) and _lasts(certificate, now)
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return False


def serves(pair: Pair, authority: bytes, name: str, address: IPv4Address, now: datetime) -> bool:
    """Whether an agent can go on with it for a while: signed by this authority (PEM), for it, with its key."""
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate)
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        mine = name in alternatives.get_values_for_type(x509.DNSName)
        mine &= address in alternatives.get_values_for_type(x509.IPAddress)
        return mine and _belong(certificate, pair.key) and _lasts(certificate, now)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def now() -> datetime:
    """With its time zone."""
    return datetime.now(UTC)


def _dated(builder: x509.CertificateBuilder, moment: datetime, life: timedelta) -> x509.CertificateBuilder:
    dated = builder.not_valid_before(moment - _SKEW).not_valid_after(moment + life)
    return dated.serial_number(x509.random_serial_number())


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Pair:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(certificate.public_bytes(Encoding.PEM), private)


def _key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """ValueError for anything else."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an ECDSA key")  # noqa: TRY004 - as for what cannot be read
    return key


def _belong(certificate: x509.Certificate, key: bytes) -> bool:
    mine = _key(key).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return mine == certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _lasts(certificate: x509.Certificate, moment: datetime) -> bool:
    begun, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begun <= moment and ends - moment > (ends - begun) * _LEAST
