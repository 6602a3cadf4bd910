"""Every check against objects that are right, and against the same with one thing wrong: none passes by looking at nothing."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.gitops import checks  # noqa: F401  # fills the table
from tests.gitops.build import documents
from tests.gitops.exceptions import Allowed
from tests.gitops.objects import Item, Repository, _is_cluster_scoped
from tests.gitops.verdict import CHECKS, Verdict
from tests.support import MINIMAL, planned

CASES = Path(__file__).with_name("cases")
HAPROXY = "clusters/production/load-balancers/lb/haproxy.cfg"
TARGETS = "backend http\n    server one 10.0.0.1:30080 check\nbackend https\n    server one 10.0.0.1:30443 check\n"


def repository(text: str, files: Mapping[str, bytes] | None = None) -> Repository:
    """Objects as a repository. Annotations test/application and test/wave say what Argo CD's Application would."""
    items = []
    for item in documents(text):
        notes = item["metadata"].setdefault("annotations", {})
        application, wave = notes.pop("test/application", ""), int(notes.pop("test/wave", 0))
        assert item["metadata"].get("namespace") or _is_cluster_scoped(item, frozenset()) or "." in item["apiVersion"]
        items.append(Item(item, f"overlay/{application or 'test'}", application, wave))
    return Repository(tuple(items), planned(MINIMAL), files or {})


def case(name: str) -> dict:
    return yaml.safe_load((CASES / f"{name}.yaml").read_text())


def found(name: str, text: str, files: Mapping[str, bytes] | None = None) -> list[str]:
    verdicts = list(CHECKS[name](repository(text, files)))
    assert verdicts, "the check looked at nothing"
    return [str(verdict) for verdict in verdicts if verdict.problem]


FILES = {
    "haproxy-targets-the-node-ports": {HAPROXY: TARGETS.encode()},
    "files-hold-nothing-secret": {"a.yaml": b"x: 1\n"},
}
BROKEN = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name in sorted(CHECKS)
    for number in range(len(case(name)["broken"]) if (CASES / f"{name}.yaml").exists() else 0)
]


def test_every_check_has_its_case() -> None:
    assert {path.stem for path in CASES.iterdir()} == set(CHECKS)
    for name in CHECKS:
        assert case(name)["broken"] or name in FILES, f"{name} has nothing that it must find"


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_finds_nothing_wrong_in_what_is_right(name: str) -> None:
    assert found(name, case(name)["sound"], FILES.get(name)) == []


@pytest.mark.parametrize(("name", "number"), BROKEN)
def test_finds_what_is_wrong(name: str, number: int) -> None:
    content = case(name)
    change = content["broken"][number]
    assert change["replace"] in content["sound"], "the replacement changes nothing"
    text = content["sound"].replace(change["replace"], change["by"], 1)
    assert found(name, text, FILES.get(name)), f"{change} was not found"


@pytest.mark.parametrize(
    "text",
    [TARGETS.replace("30080", "30081"), TARGETS.replace("30443", "443"), TARGETS.replace("backend https", "backend s")],
)
def test_haproxy_with_other_targets_is_found(text: str) -> None:
    name = "haproxy-targets-the-node-ports"
    assert found(name, case(name)["sound"], {HAPROXY: text.encode()})


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "key: AKIAIOSFODNN7EXAMPLE",
        "token: ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "token: abcdef.0123456789abcdef",
        "url: mysql://root:hunter22@db/app",
        "password: hunter22",
        'MYSQL_PASSWORD: "hunter22"',
        "PASSWORD=hunter22",
        "data: q8Zr2LxV0mTn7YbWc4KdJp6HsGf1XeAu",
    ],
)
def test_what_looks_like_a_secret_is_found(text: str) -> None:
    assert found("files-hold-nothing-secret", case("files-hold-nothing-secret")["sound"], {"a.yaml": text.encode()})


@pytest.mark.parametrize(
    ("path", "text", "secret"),
    [
        ("images/server/src/a.js", "const password = form.password;", False),
        ("images/server/src/a.js", "connect({ password: 'hunter22' });", True),
        ("images/server/test/a.test.js", "connect({ password: 'hunter22' });", False),
        ("images/server/test/a.test.js", "token: ghp_0123456789abcdefghijABCDEFGHIJ012345", True),
        ("images/server/package-lock.json", f'"integrity": "sha512-{"q8Zr2LxV0mTn7YbWc4KdJp6HsGf1XeAu"}=="', False),
    ],
)
def test_programs_may_speak_of_passwords_and_hold_none(path: str, text: str, secret: bool) -> None:
    name = "files-hold-nothing-secret"
    assert bool(found(name, case(name)["sound"], {path: text.encode()})) is secret


@pytest.mark.parametrize(
    "text",
    [
        "passwordSecretRef: {name: app, key: password}",
        "# the password: it is made by the operator",
        "sha256: 9781b39c24f3f651bd6d6e41b561e04e4904bbdb6d4f8c7a6009df3a702dcd65",
        "key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE",
        "automountServiceAccountToken: false",
        "url: https://git.example.com/platform/production.git",
        "argocd.argoproj.io/SkipDryRunOnMissingResource: yes",
    ],
)
def test_what_is_public_is_not_found(text: str) -> None:
    assert not found("files-hold-nothing-secret", case("files-hold-nothing-secret")["sound"], {"a.yaml": text.encode()})


def test_an_exception_covers_what_it_names_alone() -> None:
    allowed = Allowed("images-are-pinned", "Pod apps/*", "", "a reason")
    assert allowed.covers("images-are-pinned", Verdict("Pod apps/web", "", "wrong"))
    assert not allowed.covers("images-are-pinned", Verdict("Pod other/web", "", "wrong"))
    assert not allowed.covers("images-are-pinned", Verdict("Pod apps/web", "init", "wrong"))
    assert not allowed.covers("identities-are-unique", Verdict("Pod apps/web", "", "wrong"))
