"""Secrets stay out of what a bug report carries."""

import pytest

from hagen.bootstrap.redaction import HIDDEN, Secrets


def test_what_is_known_is_hidden_the_longest_first() -> None:
    secrets = Secrets()
    assert secrets.learn("abc") == "abc"
    secrets.learn("abcdef")
    assert secrets.hide("abcdef, abc.") == f"{HIDDEN}, {HIDDEN}."


def test_nothing_is_no_secret() -> None:
    secrets = Secrets()
    secrets.learn("")
    assert secrets.hide("text") == "text"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("kubeadm join --token 012345.0123456789abcdef", f"kubeadm join --token {HIDDEN}"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\n", f"{HIDDEN}\n"),
        ("token: eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2ln", f"token: {HIDDEN}"),
        ("    client-key-data: LS0tLS1CRUdJTg==", f"    client-key-data: {HIDDEN}"),
        ("--certificate-key=" + "ab" * 32, f"--certificate-key={HIDDEN}"),
        ("--certificate-key " + "ab" * 32, f"--certificate-key {HIDDEN}"),
    ],
)
def test_what_looks_like_one_is_hidden(text: str, hidden: str) -> None:
    assert Secrets().hide(text) == hidden


@pytest.mark.parametrize(
    "text", ["sha256:" + "ab" * 32, "10.196.35.30:6443", "registry.k8s.io/etcd:3.6.8-0", "k8s-worker-1.internal"]
)
def test_what_is_none_stays(text: str) -> None:
    assert Secrets().hide(text) == text
