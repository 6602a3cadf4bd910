"""kubeadm's files against the field names and types of its API, and against each other."""

from pathlib import Path
from string import Template
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support import ROOT, VALID, name_of, planned, rendered

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)
SCHEMAS = yaml.safe_load((ROOT / "tests/schemas/kubeadm.yaml").read_text())
FILLED_IN = {
    "NODE_NAME": "k8s-master-2",
    "NODE_ADDRESS": "10.196.35.21",
    "JOIN_TOKEN": "abcdef.0123456789abcdef",
    "CA_CERT_HASH": "sha256:" + "0" * 64,
    "CERTIFICATE_KEY": "f" * 64,
}


def documents(fixture: Path, name: str) -> dict[str, dict[str, Any]]:
    """The documents of a file by kind, with placeholders filled in as bootstrap does."""
    cluster = planned(fixture.read_bytes()).name
    text = rendered(fixture)[f"clusters/{cluster}/kubeadm/{name}.yaml"].content.decode()
    return {document["kind"]: document for document in yaml.safe_load_all(Template(text).substitute(FILLED_IN))}


@every_fixture
@pytest.mark.parametrize("name", ["init", "join-control-plane", "join-worker"])
def test_fields_are_those_of_the_api(fixture: Path, name: str) -> None:
    for kind, document in documents(fixture, name).items():
        schema = SCHEMAS["kinds"][f"{document['apiVersion']}/{kind}"]
        jsonschema.Draft202012Validator(
            schema | {"$defs": SCHEMAS["$defs"]}, format_checker=jsonschema.FormatChecker()
        ).validate(document)


def test_the_schema_refuses_what_kubeadm_refuses() -> None:
    document = documents(VALID[0], "init")["ClusterConfiguration"]
    schema = SCHEMAS["kinds"]["kubeadm.k8s.io/v1beta4/ClusterConfiguration"] | {"$defs": SCHEMAS["$defs"]}
    for wrong in ({"controlplaneEndpoint": "x:1"}, {"apiServer": {"extraArgs": {"profiling": "false"}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate(document | wrong)


@every_fixture
def test_init_holds_the_cluster(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    found = documents(fixture, "init")
    assert set(found) >= {"InitConfiguration", "ClusterConfiguration", "KubeletConfiguration"}
    cluster = found["ClusterConfiguration"]
    assert cluster["controlPlaneEndpoint"] == f"{topology.network.virtual_ip}:6443"
    assert topology.network.virtual_ip in cluster["apiServer"]["certSANs"]
    assert {machine.address for machine in topology.control_planes} <= set(cluster["apiServer"]["certSANs"])
    (metrics,) = [arg for arg in cluster["etcd"]["local"]["extraArgs"] if arg["name"] == "listen-metrics-urls"]
    assert metrics["value"] == "http://0.0.0.0:2381", "one member's own address would break the second member"
    first = topology.control_planes[0]
    assert found["InitConfiguration"]["localAPIEndpoint"]["advertiseAddress"] == first.address
    assert found["InitConfiguration"]["nodeRegistration"]["name"] == first.name


@every_fixture
def test_every_file_that_a_flag_names_is_mounted(fixture: Path) -> None:
    server = documents(fixture, "init")["ClusterConfiguration"]["apiServer"]
    mounts = [mount["mountPath"] for mount in server.get("extraVolumes", [])]
    for arg in server["extraArgs"]:
        if arg["value"].startswith("/"):
            assert any(arg["value"].startswith(f"{mount}/") for mount in mounts), arg


@every_fixture
def test_the_audit_policy_that_a_flag_names_is_written(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    user_data = yaml.safe_load(rendered(fixture)[f"clusters/{topology.name}/cloud-init/control-plane.yaml"].content)
    written = {file["path"]: file["content"] for file in user_data["write_files"]}
    assert ("/etc/kubernetes/audit/policy.yaml" in written) is topology.kubernetes.audit.enabled
    if topology.kubernetes.audit.enabled:
        policy = yaml.safe_load(written["/etc/kubernetes/audit/policy.yaml"])
        assert policy["kind"] == "Policy"
        assert policy["rules"][-1] == {"level": "Metadata"}


@every_fixture
@pytest.mark.parametrize("name", ["join-control-plane", "join-worker"])
def test_joins_go_through_the_virtual_ip_and_hold_no_secret(fixture: Path, name: str) -> None:
    topology = planned(fixture.read_bytes())
    text = rendered(fixture)[f"clusters/{topology.name}/kubeadm/{name}.yaml"].content.decode()
    join = documents(fixture, name)["JoinConfiguration"]
    assert join["discovery"]["bootstrapToken"]["apiServerEndpoint"] == f"{topology.network.virtual_ip}:6443"
    assert 'token: "${JOIN_TOKEN}"' in text
    assert ("controlPlane" in join) is (name == "join-control-plane")
