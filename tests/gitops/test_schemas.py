"""Every object against the schema of its kind: Kubernetes' of the cluster's minor, or that of its CRD."""

import copy
import json
from functools import cache

import pytest

from hagen.generator.compatibility import compatibility
from tests.gitops.build import Object, documents
from tests.gitops.exceptions import problems, stale
from tests.gitops.mirror import manifest, store
from tests.gitops.objects import fingerprint, repository_of
from tests.gitops.schemas import Custom, built_in_faults, knows
from tests.gitops.verdict import Verdict
from tests.support import VALID, planned

MINORS = sorted({planned(fixture.read_bytes()).kubernetes.minor for fixture in VALID})
# prometheus-operator comes with kube-prometheus-stack's chart; its CRDs are read from the store.
MONITORS = "prometheus-operator/v0.93.0/example/prometheus-operator-crd"
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web:1}]}
"""


@cache
def objects(minor: str) -> dict[str, str]:
    """Distinct objects of the clusters of a minor as text, with their names."""
    found: dict[str, str] = {}
    for fixture in VALID:
        repository = repository_of(fixture)
        if repository.topology.kubernetes.minor == minor:
            found |= {fingerprint(item.object): str(item) for item in repository.items}
    return found


@cache
def custom() -> Custom:
    """The definitions of all fixtures, and the monitors'."""
    definitions = [item.object for fixture in VALID for item in repository_of(fixture).of("CustomResourceDefinition")]
    for path in sorted((store() / MONITORS).glob("*.yaml")):
        definitions += documents(path.read_bytes())
    return Custom(definitions)


def faults(item: Object, minor: str) -> list[str]:
    found = built_in_faults(item, minor)
    if found is None:
        found = custom().faults(item)
    return ["no schema is known for its kind"] if found is None else found


@cache
def verdicts(minor: str) -> tuple[Verdict, ...]:
    return tuple(Verdict(name, "", "; ".join(faults(json.loads(text), minor))) for text, name in objects(minor).items())


@pytest.mark.parametrize("minor", MINORS)
def test_every_object_fits_its_schema(minor: str) -> None:
    assert knows(minor)
    assert len(verdicts(minor)) > 100
    found = problems("schemas", verdicts(minor))
    assert not found, "\n" + "\n".join(found)


def test_every_exception_is_met() -> None:
    assert not stale({"schemas": [verdict for minor in MINORS for verdict in verdicts(minor)]})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("containers: [{", "containers: [{imagePullPolice: Never, "),
        ("spec:\n", "spec:\n  replicas: many\n"),
        ("  selector", "  slector"),
    ],
)
def test_wrong_objects_are_found(old: str, new: str) -> None:
    (good,), (wrong,) = documents(DEPLOYMENT), documents(DEPLOYMENT.replace(old, new, 1))
    assert built_in_faults(good, "1.36") == []
    assert built_in_faults(wrong, "1.36")


def test_kinds_that_are_gone_have_no_schema() -> None:
    assert built_in_faults({"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget"}, "1.36") is None
    assert built_in_faults({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster"}, "1.36") is None


def _definitions(addon: str, file: str) -> list[Object]:
    text = manifest(addon, compatibility().addons[addon].version, file)
    return [item for item in documents(text) if item["kind"] == "CustomResourceDefinition"]


PXC = {
    "apiVersion": "pxc.percona.com/v1",
    "kind": "PerconaXtraDBCluster",
    "metadata": {"name": "db"},
    "spec": {"crVersion": "1.20.0", "pxc": {"size": 3, "volumeSpec": {"persistentVolumeClaim": {}}}},
}
ROUTE = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "web"},
    "spec": {"hostnames": ["client.local"], "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]},
}


@pytest.mark.parametrize(
    ("addon", "file", "good", "path", "value"),
    [
        ("percona-xtradb-cluster-operator", "deploy/crd.yaml", PXC, ("spec", "pxc", "sizes"), 3),
        ("percona-xtradb-cluster-operator", "deploy/crd.yaml", PXC, ("spec", "pxc", "size"), "three"),
        ("gateway-api", "standard-install.yaml", ROUTE, ("spec", "hostname"), "client.local"),
        ("gateway-api", "standard-install.yaml", ROUTE, ("spec", "hostnames"), ["Client_local"]),
    ],
)
def test_wrong_custom_resources_are_found(
    addon: str, file: str, good: Object, path: tuple[str, ...], value: object
) -> None:
    schemas = Custom(_definitions(addon, file))
    assert schemas.faults(good) == []
    wrong = copy.deepcopy(good)
    *way, last = path
    inner = wrong
    for key in way:
        inner = inner[key]
    inner[last] = value
    assert schemas.faults(wrong)
    assert schemas.faults({"apiVersion": "example.org/v1", "kind": "Other"}) is None
