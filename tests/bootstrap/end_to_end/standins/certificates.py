"""Keys and certificates as kubeadm makes them, by elliptic curves for speed."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
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

BOTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])


def authority(stem: Path, name: str) -> None:
    """A CA as STEM.crt and STEM.key, unless it is there."""
    if stem.with_suffix(".crt").exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = _builder(subject, subject, key.public_key(), 3650)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    _write(stem, key, builder.sign(key, hashes.SHA256()))


def signed(stem: Path, ca: Path, name: str, organisation: str = "", names: tuple[str, ...] = ()) -> None:
    """A certificate of that CA as STEM.crt and STEM.key; `names` may be addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    _write(stem, key, _signed(key.public_key(), ca, _name(name, organisation), names))


def sign_request(request: bytes, ca: Path) -> bytes:
    """The certificate for a request (PEM), as the API server's signer gives it to a kubelet."""
    asked = x509.load_pem_x509_csr(request)
    return _signed(asked.public_key(), ca, asked.subject, ()).public_bytes(Encoding.PEM)


def request(name: str, organisation: str) -> tuple[bytes, bytes]:
    """A key and a request, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = x509.CertificateSigningRequestBuilder(_name(name, organisation)).sign(key, hashes.SHA256())
    return _pem(key), made.public_bytes(Encoding.PEM)


def pin(certificate: bytes) -> str:
    """A CA's public key as kubeadm pins it."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    return "sha256:" + sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _signed(public: object, ca: Path, subject: x509.Name, names: tuple[str, ...]) -> x509.Certificate:
    issuer = x509.load_pem_x509_certificate(ca.with_suffix(".crt").read_bytes())
    builder = _builder(subject, issuer.subject, public, 365).add_extension(BOTH, critical=False)
    if names:
        alternatives = x509.SubjectAlternativeName([_alternative(each) for each in dict.fromkeys(names)])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(load_pem_private_key(ca.with_suffix(".key").read_bytes(), None), hashes.SHA256())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(IPv4Address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject: x509.Name, issuer: x509.Name, public: object, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begin, end = now - timedelta(minutes=5), now + timedelta(days=days)
    return x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), begin, end)


def _name(common: str, organisation: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(attributes)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(stem: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_suffix(".key").write_bytes(_pem(key))
    stem.with_suffix(".key").chmod(0o600)
    stem.with_suffix(".crt").write_bytes(certificate.public_bytes(Encoding.PEM))
