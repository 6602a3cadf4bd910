"""Database, applications and monitoring: what follows from a configuration, and that it reaches the rendered files."""

from pathlib import Path

import pytest
import yaml

from hagen.generator.render import render
from hagen.generator.rules.sql import user_name
from hagen.generator.template import OWN
from hagen.generator.topology import Topology
from hagen.generator.topology.applications import Image, Metric, image
from hagen.generator.topology.database import AGENT_USER, Backup
from tests.support import MINIMAL, VALID, planned, rendered

DIGEST = "sha256:" + "0" * 64
SHARED = ("apps/", "database/", "monitoring/")


def fixture(name: str) -> Path:
    return next(path for path in VALID if path.stem == name)


def topology_of(name: str) -> Topology:
    return planned(fixture(name).read_bytes())


def with_lines(*lines: str) -> Topology:
    return planned(MINIMAL + "\n".join(lines).encode())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("client:1.0.0", Image("client", "1.0.0", "")),
        ("registry.example.com/a/client:1.0.0", Image("registry.example.com/a/client", "1.0.0", "")),
        ("registry.example.com:5000/client:v2", Image("registry.example.com:5000/client", "v2", "")),
        (f"registry.example.com:5000/client@{DIGEST}", Image("registry.example.com:5000/client", "", DIGEST)),
        (f"client:1.0@{DIGEST}", Image("client", "1.0", DIGEST)),
    ],
)
def test_parts_of_an_image(text: str, parts: Image) -> None:
    assert image(text) == parts


def test_names_that_the_operator_makes() -> None:
    galera = topology_of("backups").galera
    assert galera.pods == ("shop-db-pxc-0", "shop-db-pxc-1", "shop-db-pxc-2")
    assert galera.host == "shop-db-haproxy"
    assert (galera.users_secret, galera.certificate_secret) == ("shop-db-custom-user-secret", "shop-db-ssl-internal")
    assert (galera.schema, galera.user, galera.agent_user) == ("shop_production", "shop", "hagen_agent")


def test_sizes_are_written_as_kubernetes_writes_them() -> None:
    assert (planned(MINIMAL).galera.storage, planned(MINIMAL).galera.memory) == ("20Gi", "1536Mi")
    galera = with_lines("machines: {worker: {memory: 16GiB}}", "database: {memory: 4GiB, storage: 1TiB}").galera
    assert (galera.storage, galera.memory) == ("1Ti", "4Gi")


def test_failure_detection_is_as_patient_as_vrrp() -> None:
    assert "evs.suspect_timeout=PT2.5S" in planned(MINIMAL).galera.provider_options
    assert "evs." in with_lines("network: {vrrp: {advertInterval: 990ms}}").galera.provider_options
    for interval in ("1s", "2s"):
        patient = with_lines(f"network: {{vrrp: {{advertInterval: {interval}}}}}").galera.provider_options
        assert patient == "gcache.size=512M"


def test_no_backups_without_being_asked() -> None:
    assert planned(MINIMAL).galera.backup == Backup(False, "", 0, "", "", "", "", 0, "")
    kept = with_lines("database: {backup: {enabled: false, s3: {bucket: backups}}}")
    assert not kept.galera.backup.enabled


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [("", 443), ("https://s3.example.com", 443), ("http://minio.local", 80), ("http://minio.local:9000/x", 9000)],
)
def test_backups_leave_on_the_port_of_their_storage(endpoint: str, port: int) -> None:
    more = f", endpointURL: '{endpoint}'" if endpoint else ""
    backup = with_lines(f"database: {{backup: {{enabled: true, s3: {{bucket: backups{more}}}}}}}").galera.backup
    assert (backup.enabled, backup.prefix, backup.port) == (True, "production", port)


@pytest.mark.parametrize(
    ("targets", "metrics"),
    [
        ("", (Metric("cpu", 70), Metric("memory", 80))),
        ("cpu: null", (Metric("memory", 80),)),
        ("memory: null, cpu: 55", (Metric("cpu", 55),)),
    ],
)
def test_metrics_of_the_autoscaler(targets: str, metrics: tuple[Metric, ...]) -> None:
    scaler = with_lines(f"apps: {{server: {{autoscaling: {{{targets}}}}}}}").applications.server.autoscaler
    assert scaler.metrics == metrics


def test_what_prometheus_asks() -> None:
    monitoring = topology_of("applications").monitoring
    assert [(target.name, target.agent, target.haproxy) for target in monitoring.targets] == [
        ("k8s-lb-1", "10.196.35.11:9876", "10.196.35.11:9101"),
        ("k8s-lb-2", "10.196.35.12:9876", "10.196.35.12:9101"),
    ]
    assert (monitoring.level, monitoring.stack.enabled) == ("privileged", True)
    plain = planned(MINIMAL).monitoring
    assert (plain.level, plain.stack.enabled, plain.targets[0].haproxy) == (
        "restricted",
        False,
        "10.196.35.11:8404",
    )


def test_bases_are_the_same_for_every_cluster() -> None:
    """Clusters share a repository, and so the bases."""
    contents: dict[str, set[bytes]] = {}
    for path in VALID:
        for name, file in rendered(path).items():
            if name.startswith(SHARED) and "/base/" in name:
                contents.setdefault(name, set()).add(file.content)
    assert len(contents) > 20
    assert [name for name, versions in contents.items() if len(versions) > 1] == []


def test_the_scrape_file_is_what_prometheus_reads() -> None:
    (content,) = (
        file.content
        for name, file in rendered(fixture("three-load-balancers")).items()
        if name.startswith("monitoring/overlays/") and name.endswith("/load-balancers.yaml")
    )
    jobs = {job["job_name"]: job["static_configs"] for job in yaml.safe_load(content)["scrape_configs"]}
    assert jobs.keys() == {"hagen-agent", "haproxy"}
    assert [len(targets) for targets in jobs.values()] == [3, 3]


def test_options_that_are_off_leave_no_files() -> None:
    off, on = (
        set(rendered(fixture("reference"))),
        set(rendered(fixture("applications"))) | set(rendered(fixture("backups"))),
    )
    for name in ("scrape-targets.yaml", "scrape-targets/base/database.yaml", "network-policy-backups.yaml"):
        assert not [path for path in off if path.endswith(f"/{name}")]
        assert [path for path in on if path.endswith(f"/{name}")]
    assert not [path for path in off if path.endswith("kube-prometheus-stack.yaml")]


def test_agents_reach_the_nodes_of_a_larger_database() -> None:
    content = b"nodes:\n" + b"".join(
        f"  - {{name: {name}-{number}, role: {role}, address: 10.196.35.{first + number}}}\n".encode()
        for name, role, first, count in (
            ("lb", "load-balancer", 10, 2),
            ("master", "control-plane", 20, 3),
            ("worker", "worker", 30, 5),
        )
        for number in range(1, count + 1)
    )
    galera = planned(MINIMAL + content + b"database: {size: 5}\n").galera
    assert galera.pods[-1] == "app-pxc-4"
    assert (galera.quorum, galera.tolerance) == (3, 2)


def test_the_agents_account_is_kept_from_the_applications() -> None:
    assert user_name(AGENT_USER) is not None


def test_every_container_of_the_database_is_told_to_be_confined() -> None:
    """As far as the operator's resource can say it; a check of the built objects judges the pods."""
    files = rendered(fixture("backups"))
    base = yaml.safe_load(files["database/base/cluster.yaml"].content)["spec"]
    overlay = yaml.safe_load(files["database/overlays/saved/cluster.yaml"].content)["spec"]
    parts = [base["pxc"], base["haproxy"], base["initContainer"], overlay["backup"]["storages"]["s3"]]
    for part in parts:
        assert part["containerSecurityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 1001,
            "runAsGroup": 1001,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }
    assert [name for name in ("proxysql", "logcollector", "pmm") if base[name]["enabled"]] == []


@pytest.mark.parametrize(
    ("given", "entry"),
    [
        ("team/app:1.5", {"newName": "team/app", "newTag": "1.5"}),
        (f"team/app@{DIGEST}", {"newName": "team/app", "digest": DIGEST}),
        (f"team/app:1.5@{DIGEST}", {"newName": "team/app", "newTag": "1.5", "digest": DIGEST}),
    ],
)
def test_images_reach_kustomize(given: str, entry: dict[str, str]) -> None:
    content = MINIMAL + f'apps: {{client: {{image: "{given}"}}}}\n'.encode()
    files = render(planned(content), content, OWN, primary=True)
    kustomization = yaml.safe_load(files["apps/client/overlays/production/kustomization.yaml"].content)
    assert kustomization["images"] == [{"name": "client", **entry}]
