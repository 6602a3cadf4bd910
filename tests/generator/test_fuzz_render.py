"""What `hagen check` accepts renders, and haproxy and keepalived take it."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hagen.generator.addressing import plan_nodes
from hagen.generator.render import render
from hagen.generator.template import OWN
from tests.support import checked, need, planned, run, write

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
NETWORK = IPv4Network("10.50.0.0/22")
VIRTUAL_IP = IPv4Address("10.50.3.200")
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def configurations(draw: st.DrawFn) -> bytes:
    """A sound configuration of any shape and with any names."""
    counts = {
        "load-balancer": draw(st.integers(1, 4)),
        "control-plane": draw(st.sampled_from([1, 3, 5])),
        "worker": draw(st.integers(3, 12)),
    }
    nodes: list[dict[str, Any]] = list(plan_nodes(NETWORK, frozenset({NETWORK[1], VIRTUAL_IP}), counts))
    names = draw(st.lists(LABELS, min_size=len(nodes), max_size=len(nodes), unique=True))
    hosts = draw(st.none() | st.lists(LABELS, min_size=1, max_size=4))
    for node, name in zip(nodes, names, strict=True):
        node["name"] = name
        if hosts:
            node["host"] = draw(st.sampled_from(hosts))
    nodes = draw(st.permutations(nodes))
    document = {
        "apiVersion": "hagen.dev/v1alpha1",
        "kind": "Cluster",
        "metadata": {"name": draw(LABELS)},
        "network": {
            "cidr": str(NETWORK),
            "virtualIP": str(VIRTUAL_IP),
            "interface": draw(st.sampled_from(["enp5s0", "eth0", "ens3"])),
            "vrrp": {"routerID": draw(st.integers(1, 255)), "advertInterval": f"{10 * draw(st.integers(1, 4095))}ms"},
        },
        "kubernetes": {"audit": {"enabled": draw(st.booleans())}, "encryptionAtRest": draw(st.booleans())},
        "machines": {"type": draw(st.sampled_from(["virtual-machine", "container"]))},
        "ingress": {"controller": draw(st.sampled_from(["nginx-gateway-fabric", "ingress-nginx"]))},
        "nodes": nodes,
    }
    return yaml.safe_dump(document).encode()


@given(content=configurations())
@SLOW
def test_what_is_accepted_is_taken_by_the_daemons(content: bytes, tmp_path_factory: Any) -> None:
    need("haproxy", "keepalived", "unshare", "ip", "openssl", root=True)
    report = checked(content)
    if report.errors:
        # A name may be one that hagen keeps for itself; nothing else of these is wrong.
        assert {problem.code for problem in report.problems if problem.severity == "error"} <= {"HG402"}, (
            report.problems
        )
        return
    topology = planned(content)
    directory = write(render(topology, content, OWN, primary=True), tmp_path_factory.mktemp("any"))
    for path in directory.rglob("*.yaml"):
        assert list(yaml.safe_load_all(path.read_text())), path
    balancer = directory / "clusters" / topology.name / topology.load_balancers[0].directory
    (balancer / "cluster-ca.crt").write_bytes(_certificate(tmp_path_factory))
    link = f"ip link add {topology.network.interface} type veth peer name peer0"
    check = (
        f"mount --bind {balancer} /etc/haproxy && haproxy -c -f /etc/haproxy/haproxy.cfg && {link} && "
        f"exec unshare --pid --fork keepalived -t -f {balancer}/keepalived.conf"
    )
    result = run("unshare", "--mount", "--net", "sh", "-c", check)
    assert result.returncode == 0, result.stdout + result.stderr


_MADE: dict[str, bytes] = {}


def _certificate(tmp_path_factory: Any) -> bytes:
    """A certificate authority, made once."""
    if "ca" not in _MADE:
        path = tmp_path_factory.mktemp("ca") / "ca.crt"
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "/dev/null"]
        result = run("openssl", "req", "-x509", *key, "-subj", "/CN=test", "-out", path)
        assert result.returncode == 0, result.stderr
        _MADE["ca"] = path.read_bytes()
    return _MADE["ca"]
