"""Replicas, autoscaling, backups, volumes and names of the database."""

import pytest

from hagen.generator.model import API_VERSION, Cluster
from hagen.generator.rules.cron import fault
from hagen.generator.rules.images import image
from hagen.generator.rules.rule import write
from hagen.generator.rules.sql import identifier, user_name
from hagen.generator.rules.workloads import bucket, region

from .conftest import Found


@pytest.mark.parametrize(
    ("apps", "codes"),
    [
        ("server: {autoscaling: {min: 3, max: 3}}", []),
        ("server: {minAvailable: 0, autoscaling: {min: 1}}", []),
        ("server: {autoscaling: {min: 10}}", ["HG601"]),
        ("server: {autoscaling: {max: 2}}", ["HG601"]),
        ("server: {autoscaling: {min: 0, max: 0}}", ["HG609"]),
        ("server: {autoscaling: {min: 1, max: 0}, minAvailable: 0}", ["HG609"]),
        ("server: {autoscaling: {max: 100000}}", ["HG609"]),
        ("server: {autoscaling: {min: 2}}", ["HG602"]),
        ("server: {autoscaling: {cpu: 1, memory: 100}}", []),
        ("server: {autoscaling: {cpu: null}}", []),
        ("server: {autoscaling: {cpu: null, memory: null}}", ["HG604"]),
        ("server: {autoscaling: {cpu: 101, memory: null}}", ["HG603"]),
        ("client: {replicas: 3, minAvailable: 2}", []),
        ("client: {replicas: 1, minAvailable: 0}", []),
        ("client: {replicas: 2}", ["HG602"]),
        ("client: {minAvailable: 3}", ["HG602"]),
    ],
)
def test_replicas(found: Found, apps: str, codes: list[str]) -> None:
    assert [code for code, _ in found(f"apps: {{{apps}}}")] == codes


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("ingress: {replicas: 3}", []),
        ("ingress: {replicas: 4}", ["HG607"]),
        ("database: {storage: 2GiB}", []),
        ("database: {storage: 2047MiB}", ["HG608"]),
        ("database: {memory: 1GiB}", []),
        ("database: {memory: 1023MiB}", ["HG612"]),
        ("database: {memory: 3584MiB}", []),
        ("database: {memory: 3585MiB}", ["HG612"]),
        ("machines: {worker: {memory: 2GiB}}", []),
        ("machines: {worker: {memory: 2047MiB}}", ["HG612", "HG805"]),
        ("database: {user: Hagen_Agent}", ["HG409"]),
        ("database: {backup: {enabled: true, s3: {bucket: backups}}}", []),
        ("database: {backup: {enabled: false}}", []),
        ("database: {backup: {enabled: true}}", ["HG605"]),
        ("database: {backup: {s3: {bucket: backups, endpointURL: 'http://minio.local:9000'}}}", []),
        ("database: {backup: {s3: {bucket: backups, endpointURL: 'minio.local'}}}", ["HG411"]),
        ("database: {backup: {s3: {bucket: backups, credentialsSecret: 'My Secret'}}}", ["HG404"]),
    ],
)
def test_database(found: Found, body: str, codes: list[str]) -> None:
    assert [code for code, _ in found(body)] == codes


@pytest.mark.parametrize(
    "schedule",
    ["0 3 * * *", "*/15 * * * *", "0 0-6/2 1,15 * mon-fri", "5 4 ? JAN SUN", "0 0 31 1 *", "0 0 29 2 *", "0 0 30 2 1"]
    + ["59 23 31 12 6", "0,30 * * * *", "5/10 * * * *", "0  3 * * *"],
)
def test_schedules(schedule: str) -> None:
    assert fault(schedule) is None


@pytest.mark.parametrize(
    "schedule",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *"]
    + ["* * * * 7", "* * * * 8", "a * * * *", "* * * mon *", "*/0 * * * *", "*/ * * * *", "5-1 * * * *", "1- * * * *"]
    + [", * * * *", "1,,2 * * * *", "-1 * * * *", "0 0 30 2 *", "0 0 31 4,6 *", "@daily", "TZ=UTC 0 3 * * *"]
    + ["0 3 * * *;", "٣ * * * *", "1\n2 * * *"],
)
def test_no_schedules(schedule: str) -> None:
    assert fault(schedule) is not None


@pytest.mark.parametrize(("text", "right"), [("app", True), ("a_1", True), ("A" * 64, True), ("A" * 65, False)])
def test_schemas(text: str, right: bool) -> None:
    assert (identifier(text) is None) is right


@pytest.mark.parametrize(
    "text", ["", "1a", "_a", "a-b", "a b", "a;b", "a'b", "a`b", "mysql", "SELECT", "order", "ä", "a\n"]
)
def test_no_schemas(text: str) -> None:
    assert identifier(text) is not None


@pytest.mark.parametrize(
    ("text", "right"),
    [("app", True), ("order", True), ("a" * 32, True), ("a" * 33, False), ("root", False), ("Monitor", False)],
)
def test_users(text: str, right: bool) -> None:
    assert (user_name(text) is None) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("backups", True),
        ("a.b-c", True),
        ("ab", False),
        ("A-b", False),
        ("a..b", False),
        ("10.0.0.1", False),
        ("-ab", False),
    ],
)
def test_buckets(text: str, right: bool) -> None:
    assert (bucket(text) is None) is right


@pytest.mark.parametrize(("text", "right"), [("eu-central-1", True), ("garage", True), ("", False), ("a b", False)])
def test_regions(text: str, right: bool) -> None:
    assert (region(text) is None) is right


_DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("nginx:1.27", True),
        ("registry.example.com/team/client:1.0.0", True),
        ("registry.example.com:5000/client:v1", True),
        ("10.196.35.9:5000/a/b/c:1.0_rc-1", True),
        (f"registry.example.com/client@{_DIGEST}", True),
        (f"registry.example.com/client:latest@{_DIGEST}", True),
        ("registry.example.com/team/client", False),
        ("registry.example.com:5000/client", False),
        ("registry.example.com/client:latest", False),
        ("https://registry.example.com/client:1.0", False),
        ("registry.example.com/Client:1.0", False),
        ("registry.example.com//client:1.0", False),
        ("client:1.0 ", False),
        ("client:1.0\n", False),
        (f"client@{_DIGEST[:-1]}", False),
        ("client:" + "1" * 129, False),
        ("", False),
    ],
)
def test_images(text: str, right: bool) -> None:
    assert (image(text) is None) is right


def test_a_remedy_names_the_sections_that_the_file_does_not_have() -> None:
    cluster = Cluster(apiVersion=API_VERSION, kind="Cluster")
    assert write(cluster, ("ingress", "replicas"), 2) == "write ingress: {replicas: 2}"
    given = Cluster.model_validate({"apiVersion": API_VERSION, "kind": "Cluster", "ingress": {"replicas": 9}})
    assert write(given, ("ingress", "replicas"), 2) == "write replicas: 2"
    assert write(given, ("ingress", "replicas"), 2, at=("nodes",)) == "write ingress.replicas: 2"
    assert write(given, ("ingress", "nodePorts", "http"), 2) == "write nodePorts: {http: 2}"
