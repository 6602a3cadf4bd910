"""How the agent logs in: a service account's token and CA as files, or a kubeconfig.

Read anew for every session: tokens and certificates are replaced on disk before they expire.
"""

import base64
import binascii
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .errors import CredentialsError


@dataclass(frozen=True)
class Login:
    """What a connection needs. `name`: whom the certificates must be for, when it is not the server's address."""

    context: ssl.SSLContext
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str | None = None


@dataclass(frozen=True)
class TokenFiles:
    """A service account's token, and the CA of the API servers."""

    token: Path
    ca: Path

    def login(self) -> Login:
        """CredentialsError when a file cannot be used."""
        try:
            return Login(_trusting(self.ca.read_bytes()), _bearer(self.token.read_text(encoding="ascii")))
        except (OSError, ValueError) as error:
            raise CredentialsError(f"{self.token}, {self.ca}: {error}") from error


@dataclass(frozen=True)
class Kubeconfig:
    """The current context of a kubeconfig. Its server is not used: which servers are asked stands in agent.yaml."""

    path: Path

    def login(self) -> Login:
        """CredentialsError when it cannot be used."""
        try:
            document = yaml.safe_load(self.path.read_text(encoding="utf-8"))
            context = _named(document, "contexts", document["current-context"], "context")
            cluster = _named(document, "clusters", context["cluster"], "cluster")
            user = _named(document, "users", context["user"], "user")
            return self._login(cluster, user)
        except yaml.YAMLError as error:  # its own text quotes the line, which may hold the token
            mark = getattr(error, "problem_mark", None)
            place = f", line {mark.line + 1}" if mark else ""
            raise CredentialsError(f"{self.path}: not YAML{place}") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CredentialsError(f"{self.path}: {type(error).__name__}: {error}") from error

    def _login(self, cluster: dict[str, Any], user: dict[str, Any]) -> Login:
        if cluster.get("insecure-skip-tls-verify"):
            raise ValueError("insecure-skip-tls-verify: the agent sends its token to nobody whom it cannot verify")
        ca = self._content(cluster, "certificate-authority")
        if ca is None:
            raise ValueError("no certificate-authority")
        context = _trusting(ca)
        certificate, key = self._content(user, "client-certificate"), self._content(user, "client-key")
        headers: Mapping[str, str] = {}
        if certificate is not None and key is not None:
            _load(context, certificate + b"\n" + key)
        elif "token" in user or "tokenFile" in user:
            token = user.get("token") or self._beside(user["tokenFile"]).read_text(encoding="ascii")
            headers = _bearer(token)
        else:
            raise ValueError("user has neither a token nor a client certificate with its key")
        return Login(context, headers, cluster.get("tls-server-name"))

    def _content(self, section: dict[str, Any], key: str) -> bytes | None:
        data = section.get(f"{key}-data")
        if data is not None:
            try:
                return base64.b64decode(data, validate=True)
            except binascii.Error as error:
                raise ValueError(f"{key}-data: {error}") from error
        return self._beside(section[key]).read_bytes() if key in section else None

    def _beside(self, name: str) -> Path:
        return self.path.parent / name  # as kubectl does: relative to the kubeconfig


Credentials = TokenFiles | Kubeconfig


def _named(document: dict[str, Any], section: str, name: str, key: str) -> dict[str, Any]:
    for entry in document[section]:
        if entry["name"] == name:
            found: dict[str, Any] = entry[key]
            return found
    raise ValueError(f"{section}: no {name}")


def _trusting(ca: bytes) -> ssl.SSLContext:
    """Of the cluster's CA and of nobody else: the system's CAs have no say here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=ca.decode("ascii"))
    return context


def _load(context: ssl.SSLContext, pair: bytes) -> None:
    """A certificate with its key can only be loaded by path; this one is a path that is on no disk."""
    descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pair)
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")


def _bearer(token: str) -> Mapping[str, str]:
    token = token.strip()
    if not token or not token.isprintable() or " " in token:
        raise ValueError("not a token")
    return {"Authorization": f"Bearer {token}"}
