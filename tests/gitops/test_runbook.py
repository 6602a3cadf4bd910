"""README and runbook of every cluster: followed to the letter, they lead to what is there."""

from functools import cache
from pathlib import Path

import pytest

from tests.gitops.follow import follow
from tests.gitops.kubectl import AS_ARGOCD
from tests.gitops.objects import Repository, repository_of
from tests.gitops.runbook import faults
from tests.support import ROOT, VALID, name_of

REFERENCE = next(path for path in VALID if path.stem == "reference")


def pages(repository: Repository) -> dict[str, str]:
    cluster = repository.topology.name
    names = ("README.md", f"clusters/{cluster}/RUNBOOK.md", f"monitoring/overlays/{cluster}/ALERTS.md")
    return {name: repository.files[name].decode() for name in names}


@cache
def of(name: str) -> str:
    """The runbook of a fixture."""
    fixture = next(path for path in VALID if path.stem == name)
    return pages(repository_of(fixture))[f"clusters/{repository_of(fixture).topology.name}/RUNBOOK.md"]


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_pages_can_be_followed(fixture: Path) -> None:
    repository = repository_of(fixture)
    for name, page in pages(repository).items():
        assert not faults(page, repository), name


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kubectl get nodes", "kubectl gte nodes"),
        (" --field-manager=argocd-controller -k infrastructure", " -k infrastructure"),
        (" --field-manager=argocd-controller -k clusters", " -k clusters"),
        (" --field-manager=argocd-controller -f clusters", " -f clusters"),
        ("crd/appprojects.argoproj.io", "crd/projects.argoproj.io"),
        ("kubectl get nodes", "kubectl get noodles"),
        ("--ignore-daemonsets", "--ignore-daemon-sets"),
        ("svc/argocd-server 8080:443", "svc/argocd-servers 8080:443"),
        ("svc/argocd-server 8080:443", "svc/argocd-server 8080:444"),
        ("deployment/argocd-server", "deployment/argocd"),
        ("kubectl -n argocd get", "kubectl -n argo get"),
        ("get pxc app", "get pxc apps"),
        ("secret app-secrets", "secret apps-secrets"),
        ("exec app-pxc-0", "exec app-pxc-7"),
        ("app.kubernetes.io/instance=app", "app.kubernetes.io/instance=other"),
        ("annotate application server", "annotate application servers"),
        ("infrastructure/flannel/overlays/production", "infrastructure/flannel/overlays/prod"),
        ("clusters/production/kubeadm/init.yaml", "clusters/production/kubeadm/first.yaml"),
        ("`clusters/production/argocd/projects/`", "`clusters/production/argocd/project/`"),
        ("lxc exec k8s-lb-1", "lxc exec k8s-lb-9"),
        ("lxc start k8s-master-2", "lxc start k8s-master-9"),
        ("kubeadm upgrade plan", "kubeadm upgrade plans"),
        ("--ttl=15m", "--time=15m"),
        ("make CLUSTER=production vendor-check", "make CLUSTER=production verify"),
        ("make CLUSTER=production vendor-check", "make CLUSTER=other vendor-check"),
        ("10.196.35.30:6443", "10.196.35.31:6443"),
        ("(#join-a-machine)", "(#join-machines)"),
        ("chmod 600", "chmode 600"),
        ("done\n", "\n"),
        ("if [ ", "if { "),
        ("&& sleep 30'", "&& sleep 30 )'"),
    ],
)
def test_what_is_wrong_is_found(right: str, wrong: str) -> None:
    page = of("reference")
    assert right in page, "the replacement changes nothing"
    assert faults(page.replace(right, wrong, 1), repository_of(REFERENCE))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kind: PerconaXtraDBClusterRestore", "kind: PerconaXtraDBRestore"),
        ("backupName:", "backup:"),
        ("{generateName: by-hand-}", "{labels: {}}"),
        ("storageName: s3", "storage: s3"),
        ("backupSource:", "source:"),
        ("endpointUrl:", "endpoint:"),
    ],
)
def test_wrong_objects_are_found(right: str, wrong: str) -> None:
    page = of("backups")
    assert right in page, "the replacement changes nothing"
    assert faults(page.replace(right, wrong, 1), repository_of(next(p for p in VALID if p.stem == "backups")))


@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        ("PerconaXtraDBClusterRestore", "backups", "reference"),
        ("mysqldump", "reference", "backups"),
        ("port-forward svc/kube-prometheus-stack-grafana", "applications", "reference"),
        ("sealed-secrets-key", "hardened", "reference"),
        ("create secret tls public-tls", "hardened", "reference"),
        ("EncryptionConfiguration", "hardened", "reference"),
        ("kubelet-csr-approver", "reference", "containers"),
        ("[Sealed Secrets](#sealed-secrets)", "hardened", "reference"),
        ("sshPrivateKey", "backups", "reference"),
        ("etcd member remove", "reference", "single-control-plane"),
        ("security.privileged", "containers", "reference"),
        ("--target=", "placements", "reference"),
        ("topology.kubernetes.io/zone=alpha", "placements", "reference"),
        ("ipv4.dhcp.ranges=", "other-networks", "reference"),
    ],
)
def test_only_what_applies_is_there(text: str, there: str, absent: str) -> None:
    assert text in of(there)
    assert text not in of(absent)


def early(page: str, repository: Repository) -> list[str]:
    """What is applied of Argo CD's own kinds before somebody waited for their definitions."""
    calls = [str(call) for call in follow(page, repository.files, "").calls if call.program == "kubectl"]
    waited = [number for number, call in enumerate(calls) if "wait --for=condition=Established crd/" in call]
    uses = [
        number for number, call in enumerate(calls) if " apply " in call and call.endswith(("/projects", "root.yaml"))
    ]
    return [calls[number] for number in uses if not waited or number < waited[0]]


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_definitions_are_waited_for(fixture: Path) -> None:
    repository = repository_of(fixture)
    assert not early(of(fixture.stem), repository)


def test_what_comes_before_its_definition_is_found() -> None:
    page = of("reference")
    assert len(early(page.replace("wait --for=condition=Established", "get"), repository_of(REFERENCE))) == 2


def test_what_hagen_documents_is_applied_as_argocd() -> None:
    text = (ROOT / "docs/gitops.md").read_text()
    found = [line for line in text.splitlines() if line.startswith("kubectl apply ")]
    assert len(found) == 4
    assert not [line for line in found if f"--server-side {AS_ARGOCD}" not in line.replace("--force-conflicts ", "")]


def test_no_page_promises_what_hagen_does_not_do() -> None:
    for fixture in VALID:
        for page in pages(repository_of(fixture)).values():
            for command in ("hagen bootstrap", "hagen drill", "hagen node", "hagen status", "make bootstrap"):
                assert command not in page
