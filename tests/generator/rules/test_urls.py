"""Repository, mirrors and proxies."""

import pytest

from hagen.generator.rules.repository import repository_url, revision
from hagen.generator.rules.urls import direct, kubernetes_repository, url

from .conftest import Found


@pytest.mark.parametrize(
    "text",
    [
        "https://git.example.com/team/cluster.git",
        "https://git.example.com:8443/team/cluster",
        "https://dev.azure.com/org/my%20project/_git/cluster",
        "https://10.0.0.5/team/cluster.git",
        "ssh://git@git.example.com/team/cluster.git",
        "ssh://git@git.example.com:2222/team/cluster.git",
        "git@git.example.com:team/cluster.git",
        "git@github.com:~team/cluster.git",
        "https://GitHub.com/Team/Cluster.git",
    ],
)
def test_repository_urls(text: str) -> None:
    assert repository_url(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "HG406"),
        ("/srv/git/cluster.git", "HG406"),
        ("../cluster.git", "HG406"),
        ("file:///srv/git/cluster.git", "HG406"),
        ("http://git.example.com/a.git", "HG406"),
        ("git://git.example.com/a.git", "HG406"),
        ("https://git.example.com", "HG406"),
        ("https://git.example.com/", "HG406"),
        ("https://git.example.com/a/../b", "HG406"),
        ("https://git.example.com/a b", "HG406"),
        ("https://git.example.com/a?b=c", "HG406"),
        ("https://git.example.com/a#b", "HG406"),
        ("https://git.example.com:99999/a", "HG406"),
        ("https://git.example.com/a\n", "HG406"),
        ("https://git_example.com/a", "HG406"),
        ("git.example.com:team/cluster.git", "HG406"),
        ("git@git.example.com:", "HG406"),
        ("--upload-pack=x@host:path", "HG406"),
        ("https://token@git.example.com/a.git", "HG407"),
        ("https://user:password@git.example.com/a.git", "HG407"),
        ("http://user:password@git.example.com/a.git", "HG407"),
        ("ssh://git:password@git.example.com/a.git", "HG407"),
    ],
)
def test_no_repository_urls(text: str, code: str) -> None:
    fault = repository_url(text)
    assert fault is not None
    assert fault.code == code
    assert "password" not in fault.message.replace("a password or a token", "")


@pytest.mark.parametrize("text", ["main", "v1.2.3", "release/2026-11", "feature/a_b+c", "hagen-rendered", "a@b"])
def test_revisions(text: str) -> None:
    assert revision(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock"]
    + ["a.lock/b", "a@{1}", "@", "-a", "HEAD", "a\n", "a#b", "ä", "hagen/rendered", "hagen", "hagen/rendered/x"]
    + ["a" * 201],
)
def test_no_revisions(text: str) -> None:
    fault = revision(text)
    assert fault is not None
    assert fault.code == "HG410"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://proxy.example.com:3128", None),
        ("https://10.0.0.5", None),
        ("https://mirror.example.com/ubuntu/", None),
        ("https://pkgs.k8s.io/core:/stable:", None),
        ("proxy.example.com:3128", "HG411"),
        ("socks5://proxy.example.com", "HG411"),
        ("http://", "HG411"),
        ("http://proxy.example.com:0", "HG411"),
        ("http://proxy.example.com/?a=b", "HG411"),
        ("http://proxy.example.com/ a", "HG411"),
        ("http://proxy.example.com/a\nb", "HG411"),
        ("http://proxy.example.com/'", "HG411"),
        ("http://[fd00::1]:3128", "HG314"),
        ("http://user:word@proxy.example.com", "HG407"),
    ],
)
def test_urls(text: str, code: str | None) -> None:
    fault = url("http", "https")(text)
    assert (fault.code if fault else None) == code


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("https://pkgs.k8s.io/core:/stable:", True),
        ("https://mirror.example.com/kubernetes", True),
        ("https://mirror.example.com/kubernetes/", False),
        ("https://pkgs.k8s.io/core:/stable:/v1.36/deb", False),
    ],
)
def test_kubernetes_repository(text: str, right: bool) -> None:
    assert (kubernetes_repository(text) is None) is right


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("example.com", None),
        (".example.com", None),
        ("10.0.0.1", None),
        ("10.0.0.0/8", None),
        ("10.0.0.0/33", "HG108"),
        ("10.0.0", "HG108"),
        ("fd00::/8", "HG314"),
        ("*.example.com", "HG404"),
        ("a,b", "HG404"),
        ("", "HG404"),
    ],
)
def test_no_proxy(text: str, code: str | None) -> None:
    fault = direct(text)
    assert (fault.code if fault else None) == code


@pytest.mark.parametrize(
    ("registry", "code"),
    [
        ("docker.io", None),
        ("registry.example.com:5000", None),
        ("10.0.0.5:5000", None),
        ("registry.example.com:port", "HG404"),
        ("registry.example.com:70000", "HG404"),
        ("../etc", "HG404"),
        ("Docker.io", "HG404"),
    ],
)
def test_registries(found: Found, registry: str, code: str | None) -> None:
    body = f"packages: {{registryMirrors: [{{registry: '{registry}', endpoints: [https://mirror.example.com]}}]}}"
    path = "packages.registryMirrors[0].registry"
    assert found(body) == ([(code, path)] if code else [])


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("http://u:p@h/x", "write https://h/x;"),
        ("ssh://git:p@h/x", "write ssh://git@h/x;"),
        ("https://u:p@ss@h/x", "write https://h/x;"),
    ],
)
def test_a_url_without_its_secret_is_one_that_is_taken(text: str, remedy: str) -> None:
    fault = repository_url(text)
    assert fault is not None
    assert fault.remedy.startswith(remedy)
    assert "ss@" not in fault.message


def test_a_proxy_without_its_secret_is_named() -> None:
    fault = url("https", "http")("http://u:p@proxy.example.com:3128")
    assert fault is not None
    assert fault.remedy.startswith("write http://proxy.example.com:3128;")
