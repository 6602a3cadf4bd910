"""A cluster's CA, and certificates of API servers that are right, too old, somebody else's, or for another name."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Authority:
    """A CA, with its certificate in a file."""

    directory: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def path(self) -> Path:
        return self.directory / "ca.crt"

    def pair(
        self,
        name: str,
        *,
        address: str = "127.0.0.1",
        starts: timedelta = timedelta(minutes=-5),
        life: timedelta = timedelta(days=1),
    ) -> Path:
        """Certificate and key in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address(address)), x509.DNSName("kubernetes")]
        )
        leaf = _builder(name, "kubernetes", key.public_key(), starts, life).add_extension(alternatives, critical=False)
        path = self.directory / f"{name}.pem"
        secret = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(leaf.sign(self.key, hashes.SHA256()).public_bytes(_PEM) + secret)
        return path


def authority(directory: Path) -> Authority:
    directory.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("kubernetes", "kubernetes", key.public_key(), timedelta(minutes=-5), timedelta(days=1))
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        key, hashes.SHA256()
    )
    (directory / "ca.crt").write_bytes(certificate.public_bytes(_PEM))
    return Authority(directory, certificate, key)


def serving(pair: Path, client_ca: Path | None = None) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePublicKey, starts: timedelta, life: timedelta
) -> x509.CertificateBuilder:
    begin = datetime.now(UTC) + starts
    return x509.CertificateBuilder(
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=begin,
        not_valid_after=begin + life,
    )
