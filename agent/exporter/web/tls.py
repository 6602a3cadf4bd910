"""The server's side of TLS as the file has it."""

import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from . import suites
from .model import VERIFYING, TLSConfig

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}


@dataclass(frozen=True)
class Material:
    """The texts of certificate, key and client CA, read once, so that they belong together."""

    certificate: str
    key: str
    client_ca: str | None = None


class MaterialError(ValueError):
    """Certificates and keys that do not do; one line for each in `problems`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def build_context(config: TLSConfig, material: Material) -> ssl.SSLContext:
    """MaterialError with every reason when the material does not do.

    A client's certificate is held against `client_ca` only: the CAs of the system know nothing of this cluster.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = _VERSIONS[config.min_version], _VERSIONS[config.max_version]
    context.options |= ssl.OP_NO_RENEGOTIATION
    if not config.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    configurable = [suites.OPENSSL[name] for name in config.cipher_suites if name in suites.OPENSSL]
    if configurable:
        context.set_ciphers(":".join(configurable))
    for name in config.curve_preferences:
        context.set_ecdh_curve(suites.CURVES[name])
    problems = [*_load_pair(context, material)]
    if config.client_auth_type in VERIFYING:
        problems += _trust(context, material.client_ca or "")
        required = config.client_auth_type == "RequireAndVerifyClientCert"
        context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    if problems:
        raise MaterialError(problems)
    return context


def _load_pair(context: ssl.SSLContext, material: Material) -> Iterator[str]:
    if "ENCRYPTED" in material.key:  # OpenSSL would ask for the passphrase on a terminal
        yield "the key is encrypted; a service needs one without a passphrase"
        return
    with _as_file(material.certificate) as certificate, _as_file(material.key) as key:
        try:
            context.load_cert_chain(certificate, key, password=lambda: "")
        except (ssl.SSLError, ValueError) as error:
            mismatch = getattr(error, "reason", None) == "KEY_VALUES_MISMATCH"
            yield (
                "the key is not that of the certificate" if mismatch else f"certificate and key cannot be used: {error}"
            )


def _trust(context: ssl.SSLContext, authorities: str) -> Iterator[str]:
    plain = authorities.encode("ascii", "replace").decode("ascii")  # what stands around the certificates is for people
    try:
        context.load_verify_locations(cadata=plain)
    except (ssl.SSLError, ValueError) as error:
        yield f"the client CA cannot be used: {error}"


@contextmanager
def _as_file(text: str) -> Iterator[str]:
    """OpenSSL takes a key from a file only; this one is in memory."""
    handle = os.memfd_create("pem")
    try:
        os.write(handle, text.encode())
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)


def names_of(certificate: dict[str, object] | None) -> frozenset[str]:
    """Every subject alternative name of a peer's certificate, as SSLSocket.getpeercert() gives it."""
    alternatives = (certificate or {}).get("subjectAltName", ())
    if not isinstance(alternatives, tuple):
        return frozenset()
    return frozenset(canonical(str(name).strip()) for _, name in alternatives)


def canonical(name: str) -> str:
    """One spelling for each IP address; any other name as it is."""
    try:
        return str(ip_address(name))
    except ValueError:
        return name
