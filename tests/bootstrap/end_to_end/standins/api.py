"""The API server as the stand-ins of kubeadm, kubelet and kubectl speak with it. Words of failures are client-go's."""

import base64
import http.client
import json
import socket
import ssl
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import yaml

SECONDS = 10.0


class RefusedError(Exception):
    """An answer that is none of the 2xx."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class UnreachableError(Exception):
    """No answer."""


class Api:
    """`server`: https://HOST:PORT. `ca`: PEM, or None for a server that nothing is known of yet."""

    def __init__(self, server: str, ca: bytes | None, pair: tuple[bytes, bytes] | None = None, token: str = "") -> None:
        self._server, self._token = urlsplit(server), token
        self._context = ssl.create_default_context(cadata=ca.decode() if ca else None)
        if ca is None:
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE
        if pair:
            with tempfile.NamedTemporaryFile(dir="/run") as both:
                both.write(b"\n".join(pair))
                both.flush()
                self._context.load_cert_chain(both.name)

    @classmethod
    def of(cls, kubeconfig: Path) -> "Api":
        """As a kubeconfig says."""
        data = yaml.safe_load(kubeconfig.read_text())
        cluster, user = data["clusters"][0]["cluster"], data["users"][0]["user"]
        pair = tuple(base64.b64decode(user[f"client-{part}-data"]) for part in ("certificate", "key"))
        return cls(cluster["server"], base64.b64decode(cluster["certificate-authority-data"]), pair)

    def raw(self, method: str, path: str, body: object = None) -> bytes:
        """An answer as it is."""
        host, port = str(self._server.hostname), self._server.port
        connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=self._context)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(_words(error, f"{host}:{port}")) from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise RefusedError(answer.status, content.decode(errors="replace").strip())
        return content

    def call(self, method: str, path: str, body: object = None) -> dict:
        """The same, JSON."""
        return json.loads(self.raw(method, path, body))

    def find(self, kind: str, namespace: str, name: str) -> dict | None:
        """An object, if there is one."""
        try:
            return self.call("GET", f"/objects/{kind}/{namespace or '-'}/{name}")
        except RefusedError as error:
            if error.status == 404:
                return None
            raise

    def put(self, kind: str, namespace: str, name: str, value: dict) -> None:
        """Write an object. One that is so already keeps its version."""
        self.call("PUT", f"/objects/{kind}/{namespace or '-'}/{name}", value)


def kubeconfig(server: str, ca: bytes, pair: tuple[bytes, bytes], user: str) -> str:
    """A kubeconfig file."""
    encoded = [base64.b64encode(each).decode() for each in (ca, *pair)]
    data = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kubernetes", "cluster": {"server": server, "certificate-authority-data": encoded[0]}}],
        "users": [{"name": user, "user": {"client-certificate-data": encoded[1], "client-key-data": encoded[2]}}],
        "contexts": [{"name": "default", "context": {"cluster": "kubernetes", "user": user}}],
        "current-context": "default",
    }
    return yaml.safe_dump(data, sort_keys=False)


def _words(error: Exception, place: str) -> str:
    if isinstance(error, ConnectionRefusedError):
        return f"The connection to the server {place} was refused - did you specify the right host or port?"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Unable to connect to the server: tls: failed to verify certificate: x509: {error.verify_message}"
    if isinstance(error, TimeoutError | socket.timeout):
        return f"Unable to connect to the server: dial tcp {place}: i/o timeout"
    if isinstance(error, ConnectionResetError):
        return f"Unable to connect to the server: read tcp {place}: read: connection reset by peer"
    if isinstance(error, ssl.SSLError | http.client.HTTPException):
        return "Unable to connect to the server: EOF"
    return f"Unable to connect to the server: dial tcp {place}: connect: {error.strerror or error}".lower().replace(
        "unable", "Unable"
    )
