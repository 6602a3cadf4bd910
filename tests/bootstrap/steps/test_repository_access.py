"""What Argo CD logs in with: from the environment, whole or not at all."""

from pathlib import Path

import pytest

from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.steps.repository_access import credentials, same, secret

URL, SSH = "https://git.example.com/platform.git", "git@git.example.com:platform.git"


@pytest.mark.parametrize(
    ("url", "environment", "login"),
    [
        (URL, {}, {}),
        (URL, {"HAGEN_GIT_USER": "", "HAGEN_GIT_TOKEN": ""}, {}),
        (URL, {"HAGEN_GIT_SSH_KEY_FILE": "/nowhere"}, {}),
        (URL, {"HAGEN_GIT_USER": "me", "HAGEN_GIT_TOKEN": "secret\n"}, {"username": "me", "password": "secret"}),
        (SSH, {"HAGEN_GIT_SSH_KEY_FILE": ""}, {}),
        (SSH, {"HAGEN_GIT_USER": "me", "HAGEN_GIT_TOKEN": "secret"}, {}),
    ],
)
def test_a_login(url: str, environment: dict[str, str], login: dict[str, str]) -> None:
    assert credentials(url, environment) == login


@pytest.mark.parametrize(
    "environment",
    [
        {"HAGEN_GIT_USER": "me"},
        {"HAGEN_GIT_TOKEN": "secret"},
        {"HAGEN_GIT_USER": "me", "HAGEN_GIT_TOKEN": ""},
        {"HAGEN_GIT_USER": " ", "HAGEN_GIT_TOKEN": "secret"},
    ],
)
def test_half_a_login_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(BootstrapError, match="one is set without the other"):
        credentials(URL, environment)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_key_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_bytes(content)
    with pytest.raises(BootstrapError, match="it cannot be read"):
        credentials(SSH, {"HAGEN_GIT_SSH_KEY_FILE": str(key)})


def test_a_key_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("-----BEGIN\n")
    assert credentials(SSH, {"HAGEN_GIT_SSH_KEY_FILE": str(tmp_path / "key")}) == {"sshPrivateKey": "-----BEGIN\n"}


def test_only_what_differs_is_written() -> None:
    wanted = secret(URL, {"username": "me", "password": "ä"})
    there = {
        "metadata": {"labels": {"argocd.argoproj.io/secret-type": "repository", "other": "label"}},
        "data": {
            "type": "Z2l0",
            "url": "aHR0cHM6Ly9naXQuZXhhbXBsZS5jb20vcGxhdGZvcm0uZ2l0",
            "username": "bWU=",
            "password": "w6Q=",
        },
    }
    assert same(there, wanted)
    assert not same(there, secret(URL, {"username": "me", "password": "a"}))
    assert not same({**there, "metadata": {}}, wanted)
