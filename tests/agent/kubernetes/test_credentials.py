"""Logging in: with a token, with a kubeconfig, and what is refused."""

import base64
import ssl
from pathlib import Path

import pytest
import yaml

from hagen.agent.kubernetes.client import Client
from hagen.agent.kubernetes.credentials import Kubeconfig, TokenFiles
from hagen.agent.kubernetes.deadline import Deadline
from hagen.agent.kubernetes.errors import CredentialsError
from tests.agent.kubernetes.apiserver import ApiServer
from tests.agent.kubernetes.certificates import serving
from tests.agent.kubernetes.fixtures import Hall
from tests.agent.kubernetes.serving import Server


def kubeconfig(directory: Path, cluster: object, user: object) -> Kubeconfig:
    path = directory / "kubeconfig"
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "agent@production",
        "contexts": [{"name": "other", "context": {}}, {"name": "agent@production", "context": {"cluster": "production", "user": "agent"}}],
        "clusters": [{"name": "production", "cluster": cluster}], "users": [{"name": "agent", "user": user}],
    }))  # fmt: skip
    return Kubeconfig(path)


def test_a_client_certificate_inside_the_kubeconfig(hall: Hall, tmp_path: Path) -> None:
    pair = base64.b64encode(hall.authority.pair("client").read_bytes()).decode()
    ca = base64.b64encode(hall.authority.path.read_bytes()).decode()
    login = kubeconfig(
        tmp_path,
        {"certificate-authority-data": ca, "server": "https://nowhere"},
        {"client-certificate-data": pair, "client-key-data": pair},
    )
    context = serving(hall.authority.directory / "good.pem", client_ca=hall.authority.path)
    with (
        Server(hall.loop, ApiServer({"/a": (200, {"a": 1})}), context) as server,
        Client([server.url], login).session(Deadline.after(3)) as session,
    ):
        assert session.get("/a") == {"a": 1}


def test_files_beside_the_kubeconfig_and_another_name(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(hall.authority.path.read_bytes())
    login = kubeconfig(
        tmp_path, {"certificate-authority": "ca.crt", "tls-server-name": "kubernetes"}, {"tokenFile": "token"}
    )
    api = ApiServer({"/a": (200, {})})
    with Client([hall.serve(api, "elsewhere").url], login).session(Deadline.after(3)) as session:
        session.get("/a")
    assert api.requests[0][2]["authorization"] == f"Bearer {hall.token.read_text().strip()}"


def test_a_token_is_read_anew_for_every_session(hall: Hall) -> None:
    api = ApiServer({"/a": (200, {})})
    client = hall.client(hall.serve(api).url)
    for token in ("one", "two"):
        hall.token.write_text(token)
        with client.session(Deadline.after(3)) as session:
            session.get("/a")
    assert [headers["authorization"] for _, _, headers in api.requests] == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize(("cluster", "user", "problem"), [
    ({"insecure-skip-tls-verify": True}, {"token": "x"}, "insecure-skip-tls-verify"),
    ({}, {"token": "x"}, "no certificate-authority"),
    ({"certificate-authority-data": "%%%"}, {"token": "x"}, "certificate-authority-data"),
    ({"certificate-authority-data": "Z2FyYmFnZQ=="}, {"token": "x"}, "."),
    ({"certificate-authority": "absent"}, {"token": "x"}, "No such file"),
    ("CA", {}, "neither a token nor"),
    ("CA", {"exec": {"command": "aws"}}, "neither a token nor"),
    ("CA", {"token": "a\r\nX-Evil: 1"}, "not a token"),
    ("CA", {"client-certificate-data": "Z2FyYmFnZQ==", "client-key-data": "Z2FyYmFnZQ=="}, "."),
    (None, {}, "TypeError|AttributeError"),
])  # fmt: skip
def test_what_cannot_be_used_is_named(hall: Hall, tmp_path: Path, cluster: object, user: object, problem: str) -> None:
    if cluster == "CA":
        cluster = {"certificate-authority": str(hall.authority.path)}
    with pytest.raises(CredentialsError, match=problem):
        kubeconfig(tmp_path, cluster, user).login()


@pytest.mark.parametrize("content", ["", "[]", "a: [", "text", "current-context: x", "\x00"])
def test_what_is_no_kubeconfig_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "kubeconfig").write_text(content)
    with pytest.raises(CredentialsError):
        Kubeconfig(tmp_path / "kubeconfig").login()


@pytest.mark.parametrize("content", ["token: [sesame", "{token: sesame", "token: sesame: x", "a: &b sesame\n*c: d"])
def test_a_broken_kubeconfig_is_not_quoted(tmp_path: Path, content: str) -> None:
    (tmp_path / "kubeconfig").write_text(content)
    with pytest.raises(CredentialsError, match="not YAML, line ") as caught:
        Kubeconfig(tmp_path / "kubeconfig").login()
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "\n", "two words", "ü"])
def test_what_is_no_token_is_refused(hall: Hall, tmp_path: Path, token: str) -> None:
    (tmp_path / "token").write_text(token, encoding="utf-8")
    with pytest.raises(CredentialsError):
        TokenFiles(tmp_path / "token", hall.authority.path).login()


def test_nobody_but_the_cluster_is_trusted(hall: Hall) -> None:
    context = TokenFiles(hall.token, hall.authority.path).login().context
    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert "Bearer" not in repr(TokenFiles(hall.token, hall.authority.path).login())
