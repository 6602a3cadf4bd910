"""The life of a cluster on a real LXD: eight containers from the rendered files, real haproxy, keepalived and etcd.

One story, told in order. Later chapters have their places: remove and replace a machine, quorum, down.
"""

import json
import time

import pytest
import yaml

from hagen.bootstrap.provider.contract import Power
from tests.bootstrap.end_to_end.site import EndToEnd

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(900)]

BALANCERS = ("k8s-lb-1", "k8s-lb-2")
AUTHORITY = "/etc/hagen-agent/agents-ca.crt"
UNITS = ("hagen-agent-keepalived.socket", "hagen-agent.service")
NODES = [f"k8s-{kind}-{number}" for kind in ("master", "worker") for number in (1, 2, 3)]


def test_from_nothing(there: EndToEnd) -> None:
    there.down()
    result = there.up("from nothing")
    assert result.code == 0, result.output + result.errors
    assert there.nodes() == dict.fromkeys(NODES, True)
    assert len(there.holders()) == 1
    joins = [call for name in NODES for call in there.asked(name) if call["argv"][:1] == ["join"]]
    planes = sorted((call for call in joins), key=lambda call: call["at"])[:2]
    assert len(joins) == 5
    assert planes[1]["at"] - planes[0]["at"] > 1, "control planes join one after the other"


def test_what_was_secret_for_a_join_is_gone(there: EndToEnd) -> None:
    secrets = json.loads(there.kubectl("get", "secrets", "--namespace=kube-system", "--output=json"))["items"]
    assert [secret["metadata"]["name"] for secret in secrets] == ["hagen-agent-ca"], "which is for ten years"
    for name in NODES:
        assert there.execute(name, "ls", "/run/hagen")[1].split() in ([], ["repository"])


def test_etcd_is_three_voters_that_commit(there: EndToEnd) -> None:
    assert sorted(there.members()) == NODES[:3]
    there.etcd("endpoint", "health", "--cluster", on="k8s-master-2")


def test_again_changes_nothing(there: EndToEnd) -> None:
    result = there.up("again")
    assert (result.code, result.changes) == (0, []), result.output + result.errors


def test_what_argo_cd_brings_later_comes_with_the_next_run(there: EndToEnd) -> None:
    """The agent runs from the first; its token and the database's password need what Argo CD syncs."""
    for name in BALANCERS:
        assert there.execute(name, "systemctl", "is-active", *UNITS) == (0, "active\nactive\n")
        assert there.execute(name, "ls", "/etc/hagen-agent/token")[0] != 0
    account = {"kind": "ServiceAccount", "metadata": {"name": "hagen-agent", "namespace": "monitoring"}}
    password = {
        "kind": "Secret",
        "metadata": {"name": "app-custom-user-secret", "namespace": "apps"},
        "stringData": {"hagen_agent": "what nobody may read"},
    }
    namespace = {"kind": "Namespace", "metadata": {"name": "monitoring"}}
    for value in (namespace, account, password):
        there.apply(value)
    result = there.up("what Argo CD brought")
    assert result.code == 0, result.output + result.errors
    brought = [f"{name} credentials of the health agent installed" for name in BALANCERS]
    assert sorted(result.changes) == ["agent the health agents' CA published in monitoring", *brought]
    for name in BALANCERS:
        assert there.execute(name, "stat", "--format=%a %U %G", "/etc/hagen-agent/token")[1] == "640 root hagen-agent\n"
        assert there.execute(name, "systemctl", "is-active", *UNITS) == (0, "active\nactive\n")
        code, page = there.execute(
            *(name, "curl", "--silent", "--show-error", "--cacert", AUTHORITY),
            *("--resolve", f"{name}:9790:127.0.0.1", f"https://{name}:9790/metrics"),
        )
        assert code == 0, page
        assert "hagen_vip_assigned" in page
    said = result.output + "".join(path.read_text() for path in there.repository.glob(".hagen/**/*.log"))
    assert "what nobody may read" not in said
    result = there.up("again with it")
    assert (result.code, result.changes) == (0, []), result.output + result.errors


# -- the stand-ins are no yes-men: what a wrong join meets -------------------------------------------------------------
@pytest.fixture
def join_file(there: EndToEnd) -> dict[str, object]:
    """A join file as the worker would get it, with a token that lives."""
    text = (there.repository / "clusters/production/kubeadm/join-worker.yaml").read_text()
    document = yaml.safe_load(text)
    code, token = there.execute("k8s-master-1", "kubeadm", "token", "create", "--ttl=1m")
    assert code == 0
    document["discovery"]["bootstrapToken"]["token"] = token.strip()
    return document


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"caCertHashes": [f"sha256:{'0' * 64}"]}, "none of the public keys is pinned"),
        ({"token": "abcdef.0123456789abcdef"}, "is invalid for this cluster or it has expired"),
    ],
)
def test_a_wrong_pin_or_token_joins_nothing(
    there: EndToEnd, join_file: dict[str, object], change: dict[str, object], says: str
) -> None:
    there.execute("k8s-worker-3", "mv", "/etc/kubernetes/kubelet.conf", "/run/kubelet.conf")
    there.execute("k8s-worker-3", "mv", "/etc/kubernetes/pki/ca.crt", "/run/ca.crt")
    try:
        join_file["discovery"]["bootstrapToken"] |= change
        there.provider.push("k8s-worker-3", "/run/wrong.yaml", yaml.safe_dump(join_file).encode())
        code, said = there.execute("k8s-worker-3", "kubeadm", "join", "--config=/run/wrong.yaml")
        assert code == 1
        assert says in said
    finally:
        there.execute("k8s-worker-3", "mv", "/run/kubelet.conf", "/etc/kubernetes/kubelet.conf")
        there.execute("k8s-worker-3", "mv", "/run/ca.crt", "/etc/kubernetes/pki/ca.crt")
        there.execute(
            "k8s-master-1", "kubeadm", "token", "delete", join_file["discovery"]["bootstrapToken"]["token"][:6]
        )


# -- what happens to a cluster -----------------------------------------------------------------------------------------
def test_the_virtual_ip_moves_when_its_load_balancer_stops(there: EndToEnd) -> None:
    (holder,) = there.holders()
    with there.probed() as ended:
        there.provider.stop(holder, timeout=5, force=True)
        assert there.provider.machines()[holder].power is Power.STOPPED
        time.sleep(3)
        attempts = ended()["new-connection"]
    assert attempts[0].ok
    assert attempts[-1].ok, "the API answers again"
    assert there.holders() != [holder]
    result = there.up("a load balancer is off")
    assert result.code == 0, result.output + result.errors
    assert f"{holder} switched on" in result.changes
    assert len(there.holders()) == 1


def test_a_worker_is_added_and_no_connection_drops(there: EndToEnd) -> None:
    text = there.configuration.read_text()
    there.configuration.write_text(f"{text}  - {{name: k8s-worker-4, role: worker, address: 10.196.35.27}}\n")
    there.render()
    with there.probed() as ended:
        result = there.up("a worker is added")
        attempts = ended()
    assert result.code == 0, result.output + result.errors
    assert there.nodes() == dict.fromkeys([*NODES, "k8s-worker-4"], True)
    for name in BALANCERS:
        assert f"{name} haproxy reloaded" in result.changes
        assert f"{name} keepalived reloaded" not in result.changes
        assert "server k8s-worker-4" in there.provider.pull(name, "/etc/haproxy/haproxy.cfg").decode()
    failed = [attempt for each in attempts.values() for attempt in each if not attempt.ok]
    assert failed == []
    assert {attempt.connection for attempt in attempts["pooled"]} == {1}, "the kept connection was never made again"


def test_what_a_machine_said_is_told(there: EndToEnd) -> None:
    """A node that lost its kubelet's file is no node: it joins again. kubeadm refuses, and then it does not."""
    there.execute("k8s-worker-4", "rm", "/etc/kubernetes/kubelet.conf")
    says = "error execution phase kubelet-start: the disk is full"
    there.told_to_fail("k8s-worker-4", "^kubeadm join", says)
    result = there.up("a machine fails")
    assert result.code == 1
    assert "failed k8s-worker-4" in result.output
    assert "k8s-worker-4: `kubeadm join" in result.output
    assert says in result.output
    assert "Traceback" not in result.output + result.errors
    result = there.up("and then not")
    assert result.code == 0, result.output + result.errors
    assert "k8s-worker-4 joined" in result.changes


# -- machines that go --------------------------------------------------------------------------------------------------
def test_a_worker_is_removed_after_it_was_drained(there: EndToEnd) -> None:
    lines = there.configuration.read_text().splitlines(keepends=True)
    there.configuration.write_text("".join(line for line in lines if "k8s-worker-4" not in line))
    there.render()
    refused = there.up("a removal without a yes")
    assert refused.code == 1
    assert "k8s-worker-4" in there.provider.machines()
    result = there.up("a worker is removed", "--yes")
    assert result.code == 0, result.output + result.errors
    gone = [change for change in result.changes if change.startswith("k8s-worker-4")]
    assert gone == [f"k8s-worker-4 {what}" for what in ("drained", "node deleted", "deleted")]
    assert "k8s-worker-4" not in there.provider.machines()
    assert there.nodes() == dict.fromkeys(NODES, True)
    assert "k8s-worker-4" not in there.provider.pull("k8s-lb-1", "/etc/haproxy/haproxy.cfg").decode()


def test_the_first_control_plane_is_replaced(there: EndToEnd) -> None:
    before = there.members()
    authority = there.provider.pull("k8s-master-2", "/etc/kubernetes/pki/ca.crt")
    with there.probed() as ended:
        result = there.up("the first control plane is replaced", "--replace=k8s-master-1", "--yes")
        failed = [attempt for attempt in ended()["new-connection"] if not attempt.ok]
    assert result.code == 0, result.output + result.errors
    after = there.members()
    assert sorted(after) == NODES[:3]
    assert after["k8s-master-1"] != before["k8s-master-1"], "its member is a new one"
    assert after["k8s-master-3"] == before["k8s-master-3"]
    assert there.provider.pull("k8s-master-1", "/etc/kubernetes/pki/ca.crt") == authority
    assert there.nodes() == dict.fromkeys(NODES, True)
    # What was open to the machine that went may break; the service as a whole does not.
    assert len(failed) < 60


def test_the_quorum_is_not_given_away(there: EndToEnd) -> None:
    there.provider.stop("k8s-master-2", timeout=5, force=True)
    before = there.members(on="k8s-master-1")
    result = there.up("a replacement that would cost the quorum", "--replace=k8s-master-3", "--yes")
    assert result.code == 1
    assert "k8s-master-3: may not go" in result.errors
    assert "of etcd are healthy" in result.errors
    assert there.members(on="k8s-master-1") == before
    assert there.provider.machines()["k8s-master-3"].power is Power.RUNNING
    result = there.up("the stopped one comes back")
    assert result.code == 0, result.output + result.errors
    assert there.nodes() == dict.fromkeys(NODES, True)


# -- down --------------------------------------------------------------------------------------------------------------
def test_down_leaves_nothing(there: EndToEnd) -> None:
    result = there.run("down", "--yes")
    assert result.code == 0, result.errors
    assert there.provider.machines() == {}
    offer = there.provider.offer()
    assert "hagen-e2e0" not in offer.networks
    assert offer.profiles == ("default",)
    assert not (there.repository / "kubeconfig").exists()
    assert there.run("down", "--yes").code == 0, "and again is no error"
