"""Host keys of the git server: the form of a line, and which server it is about."""

import pytest

from hagen.generator.check import check
from hagen.generator.load import parse
from hagen.generator.rules.known_hosts import known_host, names
from hagen.generator.rules.repository import ssh_server

from .conftest import Found
from .test_access import ED25519, key

LINE = f"git.example.com ssh-ed25519 {ED25519}"
PORT = f"[git.example.com]:2222 ssh-ed25519 {ED25519}"
SCP = "git@git.example.com:team/cluster.git"
SSH = "ssh://git@git.example.com:2222/team/cluster.git"


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        PORT,
        f"{LINE} root@git (2026)",
        f"git.example.com,10.0.0.5 ssh-ed25519 {ED25519}",
        f"[git.example.com]:2222,[10.0.0.5]:2222 ssh-ed25519 {ED25519}",
        f"*.example.com,!old.example.com ssh-ed25519 {ED25519}",
        f"git.example.com\tssh-ed25519\t{ED25519}",
        f"git.example.com ssh-rsa {key('ssh-rsa', 3, 257)}",
        f"git.example.com ecdsa-sha2-nistp521 {key('ecdsa-sha2-nistp521', 8, 133)}",
    ],
)
def test_lines(text: str) -> None:
    assert known_host(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("git.example.com", "type"),
        ("git.example.com ssh-ed25519", "cut short"),
        (f"ssh-ed25519 {ED25519}", "name of the server is missing"),
        (f"git.example.com:2222 ssh-ed25519 {ED25519}", "not the name of a server"),
        (f"[git.example.com] ssh-ed25519 {ED25519}", "not the name of a server"),
        (f"[git.example.com]:0 ssh-ed25519 {ED25519}", "not the name of a server"),
        (f"[git.example.com]:65536 ssh-ed25519 {ED25519}", "not the name of a server"),
        (f"git.example.com, ssh-ed25519 {ED25519}", "not the name of a server"),
        (f"ssh://git.example.com ssh-ed25519 {ED25519}", "not the name of a server"),
        (f"|1|c2FsdA==|aGFzaA== ssh-ed25519 {ED25519}", "hashed"),
        (f"@cert-authority *.example.com ssh-ed25519 {ED25519}", "@cert-authority"),
        (f"@revoked git.example.com ssh-ed25519 {ED25519}", "@revoked"),
        ("# git.example.com:22 SSH-2.0-OpenSSH_9.6", "comment"),
        ("git.example.com ssh-dss AAAA", "ssh-dss"),
        ("git.example.com 1024 65537 1234567890", "1024"),
        (f"git.example.com ssh-rsa {ED25519}", "not a ssh-rsa key"),
        (f"git.example.com ssh-ed25519 {ED25519[:-4]}", "cut short"),
        (f"git.example.com ssh-ed25519 {ED25519[:-1]}!", "cut short"),
        (f"{LINE}\n{PORT}", "several lines"),
        (f"{LINE} \x07", "control characters"),
        (f"{LINE} {'x' * 9000}", "too long"),
    ],
)
def test_lines_that_are_none(text: str, words: str) -> None:
    fault = known_host(text)
    assert fault
    assert fault.code == "HG415"
    assert words in fault.message
    assert fault.remedy


def test_a_private_key_is_a_secret() -> None:
    fault = known_host("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert fault
    assert fault.code == "HG407"


@pytest.mark.parametrize(
    ("pattern", "host", "port", "covered"),
    [
        ("git.example.com", "git.example.com", 22, True),
        ("GIT.example.com", "git.EXAMPLE.com", 22, True),
        ("git.example.com", "git.example.com", 2222, False),
        ("[git.example.com]:2222", "git.example.com", 2222, True),
        ("[git.example.com]:2223", "git.example.com", 2222, False),
        ("[git.example.com]:22", "git.example.com", 22, False),
        ("a.example.com,git.example.com", "git.example.com", 22, True),
        ("gitxexample.com", "git.example.com", 22, False),
        ("git.example.com", "gitxexample.com", 22, False),
        ("*.example.com", "git.example.com", 22, True),
        ("*.example.com", "git.example.com", 2222, False),
        ("[*.example.com]:2222", "git.example.com", 2222, True),
        ("gi?.example.com", "git.example.com", 22, True),
        ("*.example.com,!git.example.com", "git.example.com", 22, False),
        ("!git.example.com", "git.example.com", 22, False),
        ("!other.example.com", "git.example.com", 22, False),
    ],
)
def test_which_server_a_line_names(pattern: str, host: str, port: int, *, covered: bool) -> None:
    assert names(f"{pattern} ssh-ed25519 {ED25519}", host, port) is covered


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (SCP, ("git.example.com", 22)),
        (SSH, ("git.example.com", 2222)),
        ("ssh://git.example.com/team/cluster.git", ("git.example.com", 22)),
        ("git@GitHub.com:team/cluster.git", ("github.com", 22)),
        ("https://git.example.com/team/cluster.git", None),
        ("git@:x", None),
    ],
)
def test_servers_behind_ssh(url: str, server: tuple[str, int] | None) -> None:
    assert ssh_server(url) == server


@pytest.mark.parametrize(
    ("url", "lines", "expected"),
    [
        (SCP, [], [("HG416", "repository.url")]),
        (SSH, [], [("HG416", "repository.url")]),
        (SSH, [LINE], [("HG416", "repository.url")]),
        (SCP, [PORT], [("HG416", "repository.url")]),
        (SCP, [LINE], []),
        (SSH, [LINE, PORT], []),
        (SSH, [PORT, PORT], [("HG414", "repository.sshKnownHosts[1]")]),
        # What is meant by a broken line nobody knows: it is mended first.
        (SCP, ["git.example.com"], [("HG415", "repository.sshKnownHosts[0]")]),
        ("https://git.example.com/team/cluster.git", [], []),
        ("git@:x", [], [("HG406", "repository.url")]),
        *((f"git@{host}:team/cluster.git", [], []) for host in ("github.com", "gitlab.com", "bitbucket.org")),
        *((f"git@{host}:v3/a/b/c", [], []) for host in ("ssh.dev.azure.com", "vs-ssh.visualstudio.com")),
        ("ssh://git@ssh.github.com:443/team/cluster.git", [], []),
        ("ssh://git@github.com:2222/team/cluster.git", [], [("HG416", "repository.url")]),
    ],
)
def test_servers_that_argo_cd_does_not_know(
    found: Found, url: str, lines: list[str], expected: list[tuple[str, str]]
) -> None:
    entries = "".join(f"\n    - '{line}'" for line in lines) or " []"
    assert found(f"repository:\n  url: {url}\n  sshKnownHosts:{entries}") == expected


def test_the_remedy_asks_the_right_port() -> None:
    report = check(parse(f"apiVersion: hagen.dev/v1alpha1\nkind: Cluster\nrepository: {{url: '{SSH}'}}\n".encode()))
    (problem,) = report.problems
    assert "ssh-keyscan -p 2222 git.example.com" in problem.remedy
    assert problem.severity == "warning"
