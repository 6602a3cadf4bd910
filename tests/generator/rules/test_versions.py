"""Versions that go together, and the matrix that says so."""

from dataclasses import replace
from pathlib import Path

import pytest

import hagen.generator.compatibility as compatibility_file
from hagen.generator.compatibility import Range, compatibility, minor, read
from hagen.generator.rules.versions import used_addons
from hagen.generator.topology import plan
from hagen.generator.validation import validate
from tests.support import VALID, checked, name_of

from .conftest import Found

VERSION, CONFIG = "kubernetes.version", "kubernetes.containerd.configVersion"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("kubernetes: {version: 1.36.2}", []),
        ("kubernetes: {version: v1.35.0}", []),
        ("kubernetes: {version: 1.34.1}", []),
        ("kubernetes: {version: 1.30.9}", [("HG702", VERSION)]),
        ("kubernetes: {version: 2.1.0}", [("HG702", VERSION)]),
        ("kubernetes: {version: 1.33.0}", [("HG703", VERSION)]),
        ("ingress: {controller: ingress-nginx}", [("HG703", "ingress.controller"), ("HG704", "ingress.controller")]),
        ("ingress: {controller: ingress-nginx}\nkubernetes: {version: 1.35.3}", [("HG704", "ingress.controller")]),
        ("kubernetes: {containerd: {configVersion: 2}}", [("HG705", CONFIG)]),
        ("kubernetes: {containerd: {configVersion: 4}}", [("HG705", CONFIG)]),
        ("kubernetes: {containerd: {configVersion: 4}}\nmachines: {image: mine}", []),
        ("kubernetes: {containerd: {configVersion: 2}}\nmachines: {image: mine}", [("HG705", CONFIG)]),
        ("kubernetes: {version: 1.35.3, containerd: {configVersion: 2}}\nmachines: {image: mine}", []),
        ("kubernetes: {kubeletCertificates: self-signed}", [("HG809", "kubernetes.kubeletCertificates")]),
    ],
)
def test_versions(found: Found, body: str, expected: list[tuple[str, str]]) -> None:
    assert found(body) == expected


@pytest.mark.parametrize(
    ("bounds", "version", "inside", "nearest", "text"),
    [
        (("1.31", "1.36"), "1.36.9", True, "1.36.9", "1.31 to 1.36"),
        (("1.31", "1.36"), "1.9", False, "1.31", "1.31 to 1.36"),
        (("1.31", "1.36"), "1.100", False, "1.36", "1.31 to 1.36"),
        (("1.31", None), "2.0", True, "2.0", "1.31 and later"),
        ((None, "1.7"), "2.0", False, "1.7", "up to 1.7"),
        ((None, None), "9.9", True, "9.9", "any version"),
    ],
)
def test_ranges(bounds: tuple[str | None, str | None], version: str, inside: bool, nearest: str, text: str) -> None:
    releases = Range(*bounds)
    assert (version in releases) is inside
    assert releases.nearest(version) == nearest
    assert str(releases) == text


def test_the_matrix_agrees_with_itself() -> None:
    matrix = compatibility()
    assert compatibility() is matrix
    assert matrix.default in matrix.supported
    for containerd in matrix.images.values():
        assert matrix.format_of(containerd) in matrix.formats
    outcome = validate({"apiVersion": "hagen.dev/v1alpha1", "kind": "Cluster"})
    assert outcome.cluster is not None
    assert str(outcome.cluster.kubernetes.version) == matrix.default
    assert outcome.cluster.machines.image in matrix.images


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_every_add_on_of_a_cluster_is_judged(fixture: Path) -> None:
    """Add-ons as the components have them: upstream manifests, an image that hagen wrote manifests for, a chart."""
    matrix, cluster = compatibility(), checked(fixture.read_bytes()).sound
    components = plan(cluster).components
    parts = {manifest.addon for component in components for manifest in component.upstream}
    parts |= {component.name for component in components if component.name in set(matrix.pinned) & set(matrix.tested)}
    parts |= {"kube-prometheus-stack"} if plan(cluster).monitoring.stack.enabled else set()
    judged = list(used_addons(cluster))
    assert len(judged) == len(set(judged))
    assert set(judged) == parts


def test_every_add_on_is_judged_somewhere() -> None:
    matrix = compatibility()
    used = {name for fixture in VALID for name in used_addons(checked(fixture.read_bytes()).sound)}
    assert used == set(matrix.tested)
    assert set(matrix.addons) | set(matrix.charts) <= used


@pytest.mark.parametrize("name", sorted(compatibility().tested))
def test_an_add_on_outside_its_range_is_found(name: str, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = compatibility()
    old = replace(matrix.tested[name], kubernetes=Range("1.31", "1.32"))
    others = {other: replace(tested, kubernetes=None) for other, tested in matrix.tested.items()}
    changed = replace(matrix, tested=others | {name: old})
    monkeypatch.setattr("hagen.generator.rules.versions.compatibility", lambda: changed)
    using = {
        "ingress-nginx": "ingress: {controller: ingress-nginx}",
        "sealed-secrets": "sealedSecrets: {enabled: true}",
        "kube-prometheus-stack": "monitoring: {kubePrometheusStack: true}",
    }
    body = f"kubernetes: {{version: 1.33.0}}\n{using.get(name, '')}"
    assert [entry for entry in found(body) if entry[0] == "HG703"] == [("HG703", VERSION)]


def test_nothing_is_said_of_an_add_on_without_a_published_range(found: Found) -> None:
    silent = {name for name, tested in compatibility().tested.items() if tested.kubernetes is None}
    assert silent == {"flannel", "kubelet-csr-approver", "local-path-provisioner", "sealed-secrets"}
    body = "kubernetes: {version: 1.36.2}\nsealedSecrets: {enabled: true}"
    assert found(body) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[kubernetes]", "[kubernets]"),
        ("last_kubernetes_of_1", "last_kubernetes"),
        ('supported = ["1.31", "1.37"]', 'supported = ["1.31"]'),
        ('source = "ingress-nginx controller-v1.15.1 README"', 'source = ""'),
        ('source = "ingress-nginx controller-v1.15.1 README"', ""),
        ('kubernetes = "no published range"', 'kubernetes = "none"'),
        ('kubernetes = "no published range"', 'kubernetes = ["", ""]'),
        ('kubernetes = ["1.31", "1.35"]', ""),
        ('retired = "2026-03"', 'retierd = "2026-03"'),
        ("[addons.flannel]", "[more]\n[addons.flannel]"),
    ],
)
def test_a_matrix_with_mistakes_is_refused(old: str, new: str) -> None:
    text = Path(compatibility_file.__file__).with_suffix(".toml").read_text()
    assert read(text) == compatibility()
    assert old in text
    with pytest.raises((TypeError, KeyError, ValueError)):
        read(text.replace(old, new))


def test_minor() -> None:
    assert minor("v1.36.2") == (1, 36)
    assert minor("1.9") < minor("1.10")
