"""Measure `hagen-agent` beside Debian's prometheus-mysqld-exporter and prometheus-haproxy-exporter, in one run.

The targets are real and on 127.0.0.1: three etcd members, three Galera nodes, haproxy in front of an API server that
answers in recorded shapes (a stand-in, in this process). Every exporter is scraped every 15 s, as Prometheus does,
while memory and CPU are read from /proc. `make bench-agent` runs this; `--write` puts the table into
docs/performance.md. Needs root, for the database's user.
"""

import contextlib
import copy
import http.client
import itertools
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import yaml

from tests.agent.collectors.galera.nodes import PASSWORD, Node, cluster
from tests.agent.collectors.galera.test_collector import LEASE, PODS, RESOURCE
from tests.agent.collectors.test_etcd import Members
from tests.agent.kubernetes.apiserver import ApiServer, captured, relay
from tests.agent.kubernetes.certificates import authority, serving
from tests.agent.kubernetes.serving import Loop, Server
from tests.agent.settings import document
from tests.agent.test_service import free_port

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/performance.md"
START, END = "<!-- bench agent: start -->", "<!-- bench agent: end -->"
TICKS = os.sysconf("SC_CLK_TCK")
COLLECTORS = 6
EVERY = 15.0  # seconds between two scrapes, Prometheus' usual ones
HAPROXY = """global
    stats socket {directory}/haproxy.sock mode 600 level user
defaults
    timeout connect 1s
    timeout client 1m
    timeout server 1m
frontend endpoint
    mode tcp
    bind 127.0.0.1:{endpoint}
    default_backend apiservers
backend apiservers
    mode tcp
    server one 127.0.0.1:{api} check
frontend stats
    mode http
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
    http-request return status 200 if {{ path /alive }}
"""


@dataclass
class Watched:
    """A process that is measured, or several that do one thing together."""

    name: str
    processes: list["subprocess.Popen[bytes]"]
    ports: list[int]
    share: float = 0
    samples: list[float] = field(default_factory=list)

    def resident(self, key: str = "VmRSS") -> float:
        """MiB."""
        total = 0
        for process in self.processes:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))
        return total / 1024

    def seconds(self) -> float:
        """Of CPU, so far."""
        fields = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split() for one in self.processes]
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS

    def scrape(self) -> str:
        """All of it; the time that took is kept."""
        began = time.perf_counter()
        text = "".join(get(port) for port in self.ports)
        self.samples.append(time.perf_counter() - began)
        return text

    def row(self) -> list[str]:
        """Of the table."""
        ordered = sorted(self.samples)
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        times = f"{statistics.median(ordered) * 1000:.1f} / {p99 * 1000:.1f} ms"
        return [self.name, f"{self.resident():.0f} / {self.resident('VmHWM'):.0f} MiB", f"{self.share:.2%}", times]


def get(port: int) -> str:
    """The metrics of one exporter."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@contextlib.contextmanager
def running(argv: list[Any], **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process, silent, gone at the end."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", *map(str, argv)],  # noqa: S607 - the first on PATH
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(holds: Callable[[], bool], patience: float = 60) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        with contextlib.suppress(OSError):
            if holds():
                return time.monotonic() - began
        time.sleep(0.05)
    raise SystemExit(f"not within {patience} s")


def answers(count: int) -> dict[str, Any]:
    """Of the API, with so many autoscalers: 250 in a namespace at most, which is a page."""
    pods = captured("pods")
    found = {PODS: (200, pods), RESOURCE: (200, captured("perconaxtradbcluster")), LEASE: (200, captured("lease"))}
    found["/readyz"] = (200, b"ok")
    items, target = captured("horizontalpodautoscalers"), captured("deployment")
    for place, numbers in itertools.groupby(range(count), lambda number: number // 250):
        namespace, listed, targets = f"apps-{place}", [], []
        for number in numbers:
            one = copy.deepcopy(items["items"][0])
            one["metadata"] |= {"name": f"server-{number}", "namespace": namespace}
            one["spec"]["scaleTargetRef"]["name"] = f"server-{number}"
            listed.append(one)
            own = {**target, "metadata": {**target["metadata"], "name": f"server-{number}", "namespace": namespace}}
            targets.append(own)
            found[f"/apis/apps/v1/namespaces/{namespace}/deployments/server-{number}"] = (200, own)
        found[f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"] = (
            200,
            {**items, "items": listed},
        )
    return found


@dataclass
class World:
    """The targets."""

    directory: Path
    etcd: Members
    nodes: list[Node]
    api: ApiServer
    server: Server
    endpoint: int
    stats: int
    haproxy: list[Any]

    def agent_yaml(self, count: int, port: int) -> Path:
        """With everything, and so many autoscalers."""
        (self.directory / "password").write_text(PASSWORD)
        (self.directory / "token").write_text("e30.e30.c2ln")
        names = [{"name": f"server-{n}", "namespace": f"apps-{n // 250}", "min": 3, "max": 9} for n in range(count)]
        path = self.directory / f"agent-{count}.yaml"
        members = [{"name": f"m{number}", "metricsURL": url} for number, url in enumerate(self.etcd.urls)]
        sections = document(
            listen={"port": port},
            virtualIP={"address": "127.0.0.1", "interface": "lo", "vrrpInstance": "bench", "advertMilliseconds": 100},
            loadBalancers=[
                {"name": "lb-1", "address": "127.0.0.1", "priority": 254},
                {"name": "lb-2", "address": "127.0.0.2", "priority": 100},  # the agent itself, as its peer
            ],
            haproxy={
                "socket": f"{self.directory}/haproxy.sock",
                "healthURL": f"http://127.0.0.1:{self.stats}/alive",
            },
            apiServers={
                "endpoint": f"https://127.0.0.1:{self.endpoint}",
                "members": [{"name": f"master-{n}", "url": self.server.url} for n in (1, 2, 3)],
            },
            kubernetes={"tokenFile": f"{self.directory}/token", "caFile": f"{self.directory}/pki/ca.crt"},
            etcd={"quorum": 2, "members": members},
            galera={
                "name": "app", "namespace": "apps", "size": 3, "quorum": 2,
                "passwordFile": f"{self.directory}/password",
                "operator": {"namespace": "pxc-operator", "lease": "08db1feb.percona.com"},
            },
            autoscalers=names,
        )  # fmt: skip
        path.write_text(yaml.safe_dump(sections))
        return path


@contextlib.contextmanager
def world() -> Iterator[World]:
    """Everything that is watched; gone at the end."""
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hagen-bench-agent-")))
        pki = authority(directory / "pki")
        pair = pki.pair("good")
        nodes = stack.enter_context(cluster(pair, 3))
        api = ApiServer(answers(20), {node.directory.name: relay(node.port) for node in nodes})
        loop = Loop()
        stack.callback(loop.close)
        server = stack.enter_context(Server(loop, api, serving(pair)))
        (directory / "etcd").mkdir()
        etcd = Members(directory / "etcd", 3)
        stack.callback(etcd.end)
        endpoint, stats = free_port(), free_port()
        config = directory / "haproxy.cfg"
        config.write_text(HAPROXY.format(directory=directory, endpoint=endpoint, stats=stats, api=server.port))
        yield World(directory, etcd, nodes, api, server, endpoint, stats, ["haproxy", "-db", "-f", config])


@contextlib.contextmanager
def agent(target: World, count: int) -> Iterator[Watched]:
    """It watches, and every collector has succeeded."""
    port = free_port()
    binary = Path(sys.executable).parent / "hagen-agent"
    with running([binary, "run", "-c", target.agent_yaml(count, port)]) as process:
        watched = Watched(f"hagen-agent, {count} HPAs", [process], [port])
        good = re.compile(r"^hagen_collector_success\{.*\} 1.0$", re.MULTILINE)
        until(lambda: len(good.findall(get(port))) == COLLECTORS)
        yield watched


@contextlib.contextmanager
def exporters(target: World) -> Iterator[list[Watched]]:
    """Debian's: one for each database node, and one for haproxy."""
    with contextlib.ExitStack() as stack:
        databases = Watched("prometheus-mysqld-exporter, three of them", [], [])
        for node in target.nodes:
            port = free_port()
            argv = ["prometheus-mysqld-exporter", f"--web.listen-address=127.0.0.1:{port}", "--config.my-cnf=/nowhere",
                    "--tls.insecure-skip-verify"]  # fmt: skip
            source = f"hagen_agent:{PASSWORD}@tcp(127.0.0.1:{node.port})/?tls=skip-verify"
            databases.processes.append(stack.enter_context(running(argv, DATA_SOURCE_NAME=source)))
            databases.ports.append(port)
        port = free_port()
        argv = ["prometheus-haproxy-exporter", f"--web.listen-address=127.0.0.1:{port}",
                f"--haproxy.scrape-uri=http://127.0.0.1:{target.stats}/stats;csv"]  # fmt: skip
        balancer = Watched("prometheus-haproxy-exporter", [stack.enter_context(running(argv))], [port])
        until(lambda: databases.scrape().count("\nmysql_up 1\n") == len(target.nodes))
        until(lambda: "\nhaproxy_up 1\n" in balancer.scrape())
        yield [databases, balancer]


def measure(all_of: list[Watched], seconds: float, scrapes: int) -> None:
    """CPU while they are scraped every 15 s; then the time of many scrapes in turn."""
    before = {id(one): one.seconds() for one in all_of}
    began = time.monotonic()
    while (left := seconds - (time.monotonic() - began)) > 0:
        for one in all_of:
            one.scrape()
        time.sleep(min(EVERY, left))
    elapsed = time.monotonic() - began
    for one in all_of:
        one.share = (one.seconds() - before[id(one)]) / elapsed
        one.samples.clear()
    for _ in range(scrapes):
        for one in all_of:
            one.scrape()


def faults(target: World, watched: Watched, haproxy: "subprocess.Popen[bytes]", rounds: int) -> list[list[str]]:
    """Kill a target, and count the seconds until the metric says so."""
    port = watched.ports[0]
    delays: dict[str, list[float]] = {"etcd member": [], "Galera node": [], "haproxy": []}
    member, node = target.etcd.processes[0], target.nodes[2]
    for number in range(rounds):
        time.sleep(3.7 * number % 11)  # not in step with the collectors
        member.kill()
        member.wait()
        delays["etcd member"].append(until(lambda: 'hagen_etcd_member_live{member="m0"} 0' in get(port)))
        target.etcd.processes[0] = member = subprocess.Popen(
            member.args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: 'hagen_etcd_member_ready{member="m0"} 1' in get(port))
    node.stop(kill=True)
    gone = re.compile(rf'^hagen_galera_node_up\{{.*node="{node.directory.name}".*\}} 0.0$', re.MULTILINE)
    delays["Galera node"].append(until(lambda: bool(gone.search(get(port)))))
    haproxy.send_signal(signal.SIGKILL)
    delays["haproxy"].append(until(lambda: "\nhagen_lb_process_up 0.0\n" in get(port)))
    return [[f"{what} killed", ", ".join(f"{delay:.1f} s" for delay in found)] for what, found in delays.items()]


def table(head: list[str], rows: list[list[str]]) -> str:
    """In Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="For which CPU is measured, for each number of HPAs.")
@click.option("--scrapes", default=300, show_default=True, help="Measured scrapes of each.")
@click.option("--write", is_flag=True, help="Write the tables into docs/performance.md.")
def main(seconds: float, scrapes: int, write: bool) -> None:  # click passes flags by name
    """Measure, print the tables, and write them down if asked to."""
    rows: list[list[str]] = []
    with world() as target, running(target.haproxy) as haproxy:
        with agent(target, 20) as watched, exporters(target) as others:
            measure([watched, *others], seconds, scrapes)
            rows += [one.row() for one in (watched, *others)]
            click.echo("20 HPAs measured", err=True)
        target.api.answers = answers(1000)
        with agent(target, 1000) as watched:
            measure([watched], seconds, scrapes)
            rows.insert(1, watched.row())
            click.echo("1000 HPAs measured", err=True)
        target.api.answers = answers(20)
        with agent(target, 20) as watched:
            delays = faults(target, watched, haproxy, 3)
    head = ["Process", "Resident memory, at the end / highest", "CPU, of one core", "Scrape, p50 / p99"]
    text = table(head, rows) + "\n\n" + table(["Fault", "Until the metric says so, each time"], delays)
    click.echo(text)
    if write:
        page = PAGE.read_text()
        before, after = page[: page.index(START) + len(START)], page[page.index(END) :]
        PAGE.write_text(f"{before}\n{text}\n{after}")


if __name__ == "__main__":
    main()
