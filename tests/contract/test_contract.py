"""The contract between the programs: what the generator renders, bootstrap and agent can read."""

from pathlib import Path

import pytest

from hagen.agent.config import load_config
from hagen.bootstrap.inventory import load_inventory
from tests.support import VALID, name_of, planned, rendered, write

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)


@every_fixture
def test_bootstrap_reads_the_inventory(fixture: Path, tmp_path: Path) -> None:
    topology = planned(fixture.read_bytes())
    directory = write(rendered(fixture), tmp_path) / "clusters" / topology.name
    inventory = load_inventory(directory / "inventory.yaml")
    assert [machine.name for machine in inventory.machines] == [machine.name for machine in topology.machines]
    assert [str(machine.address) for machine in inventory.machines] == [m.address for m in topology.machines]
    assert str(inventory.network.virtual_ip) == topology.network.virtual_ip
    named = [machine.cloud_init for machine in inventory.machines]
    named += [file.source for balancer in inventory.load_balancers for file in balancer.files]
    named += [inventory.kubeadm.init, inventory.kubeadm.join_control_plane, inventory.kubeadm.join_worker]
    named += [file.source for file in inventory.role_files]
    missing = [path for path in named if not (directory / path).is_file()]
    assert not missing, "the inventory names files that were not rendered"


@every_fixture
def test_the_agent_reads_its_configuration(fixture: Path, tmp_path: Path) -> None:
    topology = planned(fixture.read_bytes())
    directory = write(rendered(fixture), tmp_path) / "clusters" / topology.name
    config = load_config(directory / "agent.yaml")
    assert str(config.virtual_ip.address) == topology.network.virtual_ip
    assert config.etcd.quorum == len(config.etcd.members) // 2 + 1
    assert config.galera.quorum == config.galera.size // 2 + 1
    assert config.galera.operator is not None
    assert config.galera.operator.namespace == topology.monitoring.operator_namespace
    assert config.galera.operator.lease == topology.monitoring.operator_lease
    balancers = {balancer.name: balancer.priority for balancer in config.load_balancers}
    for name, priority in balancers.items():
        keepalived = (directory / "load-balancers" / name / "keepalived.conf").read_text()
        assert f"priority {priority}\n" in keepalived
        assert f"vrrp_instance {config.virtual_ip.vrrp_instance} {{" in keepalived
        haproxy = (directory / "load-balancers" / name / "haproxy.cfg").read_text()
        assert f"stats socket {config.haproxy.socket} " in haproxy
