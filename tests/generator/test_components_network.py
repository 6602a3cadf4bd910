"""Components that carry the network: haproxy finds the ingress, routes, flannel, kubelets."""

import json
from pathlib import Path

import pytest

from tests.generator.components import GUARDED, OPTIONS, objects, the
from tests.support import VALID, name_of, planned

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)
REFERENCE, HARDENED, CONTAINERS = (
    next(path for path in VALID if path.stem == name) for name in ("reference", "hardened", "containers")
)


@every_fixture
def test_haproxy_finds_the_ingress(fixture: Path) -> None:
    ingress = planned(fixture.read_bytes()).ingress
    if ingress.controller == "ingress-nginx":
        service = the(fixture, "ingress-nginx", "Service", "ingress-nginx-controller")["spec"]
        ports = {port["port"]: port["nodePort"] for port in service["ports"]}
        configuration = the(fixture, "ingress-nginx", "ConfigMap", "ingress-nginx-controller")["data"]
        assert configuration["use-proxy-protocol"] == "true"
        trusted = configuration["proxy-real-ip-cidr"].split(",")
        replicas = the(fixture, "ingress-nginx", "Deployment", "ingress-nginx-controller")["spec"]["replicas"]
    else:
        proxy = the(fixture, "nginx-gateway-fabric", "NginxProxy", "nginx-gateway-proxy-config")["spec"]
        service = proxy["kubernetes"]["service"]
        ports = {entry["listenerPort"]: entry["port"] for entry in service["nodePorts"]}
        assert proxy["rewriteClientIP"]["mode"] == "ProxyProtocol"
        trusted = [entry["value"] for entry in proxy["rewriteClientIP"]["trustedAddresses"]]
        replicas = proxy["kubernetes"]["deployment"]["replicas"]
        assert proxy["kubernetes"]["deployment"]["container"]["image"]["tag"]
    assert (service["type"], service["externalTrafficPolicy"]) == ("NodePort", "Local")
    assert ports == {80: ingress.http_node_port, 443: ingress.https_node_port}
    assert tuple(trusted) == ingress.trusted
    assert replicas == ingress.replicas


def test_https_listens_where_there_is_a_certificate() -> None:
    plain = next(objects(REFERENCE, "nginx-gateway-fabric", "Gateway"))["spec"]["listeners"]
    assert [(listener["protocol"], listener["port"]) for listener in plain] == [("HTTP", 80)]
    secured = next(objects(HARDENED, "nginx-gateway-fabric", "Gateway"))["spec"]["listeners"]
    assert [(listener["protocol"], listener["port"]) for listener in secured] == [("HTTP", 80), ("HTTPS", 443)]
    assert secured[1]["tls"]["certificateRefs"] == [{"group": "", "kind": "Secret", "name": "public-tls"}]


def test_routes_come_from_the_applications_alone() -> None:
    for listener in next(objects(HARDENED, "nginx-gateway-fabric", "Gateway"))["spec"]["listeners"]:
        namespaces = listener["allowedRoutes"]["namespaces"]
        assert namespaces["from"] == "Selector"
        assert namespaces["selector"] == {"matchLabels": {"kubernetes.io/metadata.name": "apps"}}


@every_fixture
def test_flannel_is_the_network_that_kubeadm_was_told(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    configuration = json.loads(the(fixture, "flannel", "ConfigMap", "kube-flannel-cfg")["data"]["net-conf.json"])
    assert configuration["Network"] == topology.kubernetes.pod_cidr
    assert configuration["Backend"] == {"Type": "vxlan", "MTU": topology.network.mtu}
    daemon = the(fixture, "flannel", "DaemonSet", "kube-flannel-ds")
    arguments = daemon["spec"]["template"]["spec"]["containers"][0]["args"]
    assert f"--iface={topology.network.interface}" in arguments
    assert daemon["metadata"]["annotations"][OPTIONS] == GUARDED
    assert the(fixture, "flannel", "Namespace", "kube-flannel")["metadata"]["annotations"][OPTIONS] == GUARDED


@pytest.mark.parametrize(
    ("fixture", "insecure"), [(REFERENCE, False), (CONTAINERS, True)], ids=["cluster-ca", "self-signed"]
)
def test_kubelets_are_trusted_blindly_by_choice_alone(fixture: Path, insecure: bool) -> None:
    deployment = the(fixture, "metrics-server", "Deployment", "metrics-server")["spec"]
    arguments = deployment["template"]["spec"]["containers"][0]["args"]
    assert ("--kubelet-insecure-tls" in arguments) == insecure
    assert deployment["replicas"] == 2
    binding = the(fixture, "metrics-server", "RoleBinding", "metrics-server-auth-reader")
    assert binding["metadata"]["namespace"] == "kube-system"
