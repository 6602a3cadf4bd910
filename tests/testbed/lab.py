"""A lab: the reference network on one machine, with the real daemons, from nothing to nothing."""

import json
import secrets
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.testbed import pki
from tests.testbed.cable import SWITCH, Cable
from tests.testbed.cluster import Cluster
from tests.testbed.context import Context
from tests.testbed.daemons import agent, apiserver, database_front, etcd, galera, haproxy, ingress, keepalived
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon, Host
from tests.testbed.settings import Settings

Problem = Callable[[Host, Context], str]
# What has to be well on a host of each role, by the daemon's name.
CHECKS: dict[str, dict[str, Problem]] = {
    "control-plane": {etcd.NAME: etcd.problem, apiserver.NAME: apiserver.problem},
    "worker": {galera.NAME: galera.problem, ingress.NAME: ingress.problem},
    "load-balancer": {haproxy.NAME: haproxy.problem, keepalived.NAME: keepalived.problem},
    "client": {database_front.NAME: database_front.problem},
}


class Lab:
    """Hosts, daemons, and what can be done to them. Use `with started(...) as lab`."""

    def __init__(self, cluster: Cluster, settings: Callable[[Cluster], Settings]) -> None:
        self.directory = Path(tempfile.gettempdir()) / f"hagen-testbed-{secrets.token_hex(4)}"
        self.cluster = cluster
        self.watched = False
        # In this order: whatever happens to us, the keeper is there to remove the folder.
        self._keeper = self._keep()
        self.directory.mkdir(mode=0o755)
        machines = {machine.name: str(machine.address) for machine in cluster.inventory.machines}
        machines["client"] = self._client_address()
        certificates = pki.issue(
            self.directory / "pki", ["localhost", *machines], ["127.0.0.1", cluster.virtual_ip, *machines.values()]
        )
        self.context = Context(secrets.token_hex(3), cluster, settings(cluster), certificates)
        roles = {machine.name: machine.role for machine in cluster.inventory.machines}
        for index, (name, address) in enumerate(machines.items()):
            cable = Cable(self._keeper.pid, f"port{index}", name, cluster.inventory.network.interface)
            role = roles.get(name, "client")
            self.context.hosts[name] = Host(name, role, address, self.directory / name, self._keeper.pid, cable)

    # -- from nothing to healthy -----------------------------------------------------------------------------------
    def up(self) -> None:
        """The whole story: network, control planes, load balancers, databases, everything healthy."""
        self._build_network()
        for role in ("control-plane", "load-balancer", "worker"):
            for host in self.context.of(role):
                self.install(host)
        for host in self.context.of("control-plane"):
            self.boot(host)
        galera.seed(self.context.of("worker")[0], self.context, self.directory / "galera")
        for index, host in enumerate(self.context.of("worker")):
            galera.plant(host, self.directory / "galera", first=index == 0)
            self.boot(host, bootstrap=index == 0)
        for host in [*self.context.of("load-balancer"), self.context.client]:
            self.boot(host)
        self.wait_until_healthy()

    def install(self, host: Host) -> None:
        """Bring a host's files."""
        if host.role == "load-balancer":
            haproxy.install(host, self.context)
            keepalived.install(host, self.context)

    def daemons(self, host: Host, *, bootstrap: bool = False) -> list[Daemon]:
        """What runs on a host of this role, in the order of its start."""
        context = self.context
        if host.role == "control-plane":
            return [etcd.daemon(host, context), apiserver.daemon(host, context)]
        if host.role == "load-balancer":
            return [
                haproxy.daemon(host, context), keepalived.daemon(host, context), *(agent.daemons(host) if self.watched else []),
            ]  # fmt: skip
        if host.role == "worker":
            node = galera.daemon(host, context, bootstrap=bootstrap)
            return [node, galera.health(host), ingress.daemon(host, context)]
        return [database_front.daemon(host, context)]

    def boot(self, host: Host, *, bootstrap: bool = False) -> None:
        """Start what runs on a host of this role."""
        for daemon in self.daemons(host, bootstrap=bootstrap):
            host.start(daemon)

    def watch(self) -> None:
        """From now on an agent runs on each load balancer."""
        self.watched = True
        for host in self.context.of("load-balancer"):
            agent.install(host, self.context)
            for daemon in agent.daemons(host):
                host.start(daemon)

    def watch_no_more(self) -> None:
        """No agent runs any longer."""
        self.watched = False
        for host in self.context.of("load-balancer"):
            for daemon in agent.daemons(host):
                host.forget(daemon.name)

    def down(self) -> None:
        """End everything. The keeper does it; it would also do so if this process had died."""
        for host in self.context.hosts.values():
            host.forget_all()
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        self._keeper.wait(30)
        if self._keeper.stdout is not None:
            self._keeper.stdout.close()

    # -- what is done to it ----------------------------------------------------------------------------------------
    def power_off(self, host: Host) -> float:
        """Everything on the host dies at once. Returns when it began (monotonic seconds)."""
        began = host.power_off()
        host.cable.forget(self.cluster.virtual_ip)
        return began

    def power_on(self, host: Host) -> None:
        """The host boots."""
        host.power_on()
        self.boot(host)

    def hand_over_to(self, host: Host) -> None:
        """Make this load balancer the holder of the virtual IP: the others lose their carrier for a moment."""
        if self.holders() == [host.name]:
            return
        others = [other for other in self.context.of("load-balancer") if other is not host]
        for other in others:
            other.cable.unplug()
        self.wait_for_holder(other_than=others[0])
        for other in others:
            other.cable.plug()
        self.wait_until_healthy()

    def ensure(self, host: Host, daemon: Daemon) -> None:
        """Start a daemon unless whoever restarts it has done so."""
        if not host.alive(daemon.name):
            host.start(daemon)

    # -- what a lab knows ------------------------------------------------------------------------------------------
    def holders(self) -> list[str]:
        """The load balancers whose kernel has the virtual IP."""
        return [
            host.name for host in self.context.of("load-balancer") if keepalived.holds(host, self.cluster.virtual_ip)
        ]

    def holder(self) -> Host:
        """The one load balancer that has the virtual IP."""
        names = self.holders()
        if len(names) != 1:
            raise TestbedError(f"the virtual IP is held by {names or 'nobody'}")
        return self.context.hosts[names[0]]

    def leader(self) -> Host:
        """The control plane whose etcd leads."""
        leaders = [host for host in self.context.of("control-plane") if etcd.leads(host)]
        if len(leaders) != 1:
            raise TestbedError(f"etcd has {len(leaders)} leaders")
        return leaders[0]

    def problems(self) -> dict[str, str]:
        """What is wrong, by "host daemon"; empty when all is well."""
        found = {}
        for host in self.context.hosts.values():
            for name, judge in CHECKS[host.role].items():
                text = judge(host, self.context) if host.powered else "switched off"
                if text:
                    found[f"{host.name} {name}"] = text
        names = self.holders()
        if len(names) != 1:
            found["virtual IP"] = f"held by {', '.join(names) or 'nobody'}"
        return found

    def wait_until_healthy(self, patience: float = 90) -> None:
        """Return when all is well; after `patience` seconds say what is not, with the last log lines."""
        end = time.monotonic() + patience
        while problems := self.problems():
            if time.monotonic() > end:
                raise TestbedError(self._report(problems))
            time.sleep(0.1)

    def wait_until_settled(self, patience: float = 90) -> None:
        """Return when all is well and nothing of an earlier fault is still on its way.

        With checks that lower a priority, and with preemption, a healthy lab may be about to move the address: the
        priorities are whole again first, and where they decide, the first load balancer holds.
        """
        end = time.monotonic() + patience
        self.wait_until_healthy(patience)
        balancers = self.context.of("load-balancer")
        while unsettled := self._unsettled(balancers):
            if time.monotonic() > end:
                raise TestbedError(f"the testbed does not settle: {unsettled}")
            time.sleep(0.2)
        self.wait_until_healthy(patience)

    def _unsettled(self, balancers: Sequence[Host]) -> str:
        for host in balancers:
            if keepalived.weakened(host) is not False:
                return f"{host.name}'s priority is still lowered"
        if self.context.settings.preempts and self.holders() != [balancers[0].name]:
            return f"{balancers[0].name} has not taken the address back"
        return ""

    def wait_for_holder(self, other_than: Host, patience: float = 30) -> None:
        """Return when exactly one load balancer has the virtual IP, and it is not this one."""
        end = time.monotonic() + patience
        while (names := self.holders()) in ([], [other_than.name]) or len(names) > 1:
            if time.monotonic() > end:
                raise TestbedError(f"the virtual IP did not leave {other_than.name}; held by {names or 'nobody'}")
            time.sleep(0.02)

    def _report(self, problems: dict[str, str]) -> str:
        lines = []
        for place, text in problems.items():
            name, _, daemon = place.partition(" ")
            lines.append(f"{place}: {text}")
            if name in self.context.hosts:
                lines.append(self.context.hosts[name].tail(daemon))
        return "the testbed is not healthy:\n" + "\n".join(line for line in lines if line)

    # -- the network -----------------------------------------------------------------------------------------------
    def _keep(self) -> subprocess.Popen[str]:
        keeper = Path(__file__).with_name("keeper.py")
        command = ["unshare", "--mount", "--propagation", "private", sys.executable, str(keeper), str(self.directory)]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def _build_network(self) -> None:
        width = self.cluster.inventory.network.cidr.prefixlen
        hosts = [
            {
                "name": host.name,
                "address": f"{host.address}/{width}",
                "interface": host.cable.device,
                "port": host.cable.port,
            }
            for host in self.context.hosts.values()
        ]
        keeper = self._keeper
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        plan = {"switch": SWITCH, "hosts": hosts}
        keeper.stdin.write(json.dumps(plan) + "\n")
        keeper.stdin.flush()
        answered, _, _ = select.select([keeper.stdout], [], [], 30)
        if not answered or keeper.stdout.readline() != "ready\n":
            raise TestbedError("the network namespaces could not be made")

    def _client_address(self) -> str:
        network = self.cluster.inventory.network
        taken = {machine.address for machine in self.cluster.inventory.machines} | {network.virtual_ip, network.gateway}
        return str(next(address for address in reversed(list(network.cidr.hosts())) if address not in taken))


@contextmanager
def started(cluster: Cluster, settings: Callable[[Cluster], Settings]) -> Iterator[Lab]:
    """A healthy lab that is gone afterwards, however it ends."""
    lab = Lab(cluster, settings)
    try:
        lab.up()
        yield lab
    finally:
        lab.down()
