"""The lab itself: rendered files as they are, nothing left behind, two at once."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support import ROOT, need
from tests.testbed import settings
from tests.testbed.cluster import Cluster
from tests.testbed.daemons import etcd, galera, haproxy, keepalived, prometheus
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon
from tests.testbed.lab import Lab, started
from tests.testbed.namespace import get

pytestmark = pytest.mark.testbed
T = TypeVar("T")


def test_haproxy_has_the_rendered_file_to_the_byte(lab: Lab) -> None:
    for host in lab.context.of("load-balancer"):
        rendered = lab.cluster.directory / "load-balancers" / host.name / "haproxy.cfg"
        assert (host.directory / "etc/haproxy/haproxy.cfg").read_bytes() == rendered.read_bytes()


def test_keepalived_has_the_rendered_file_but_for_the_name_of_a_process(lab: Lab) -> None:
    for host in lab.context.of("load-balancer"):
        rendered = (lab.cluster.directory / "load-balancers" / host.name / "keepalived.conf").read_text().splitlines()
        used = (host.directory / "etc/keepalived/keepalived.conf").read_text().splitlines()
        changed = [(old, new) for old, new in zip(rendered, used, strict=True) if old != new]
        assert changed == [("    process haproxy", f"    process {haproxy.process_name(host, lab.context)}")]


def test_galera_has_the_rendered_options(lab: Lab) -> None:
    for host in lab.context.of("worker"):
        ((_, options),) = galera.execute(host, "SHOW VARIABLES LIKE 'wsrep_provider_options'")
        wanted = dict(option.split("=") for option in lab.cluster.provider_options.split(";"))
        found = dict(re.findall(r"([\w.]+) = ([^;]*)", str(options)))
        assert {key: found[key] for key in wanted if key.startswith("evs.")} == {
            key: value for key, value in wanted.items() if key.startswith("evs.")
        }
        assert len([key for key in wanted if key.startswith("evs.")]) >= 3


def test_one_load_balancer_holds_the_address_and_one_etcd_leads(lab: Lab) -> None:
    assert len(lab.holders()) == 1
    assert lab.leader() in lab.context.of("control-plane")
    status, body = get(lab.context.client.namespace, lab.cluster.virtual_ip, 80, "/")
    assert status == 200
    assert body.split()[0] in lab.cluster.of("worker")


def test_the_ingress_learns_the_address_of_the_client(lab: Lab) -> None:
    _, body = get(lab.context.client.namespace, lab.cluster.virtual_ip, 80, "/")
    assert body.split()[1] == lab.context.client.address


def test_nothing_outside_of_the_lab_can_be_reached(lab: Lab) -> None:
    for host in lab.context.hosts.values():
        routes = host.run("ip", "-o", "route").stdout.splitlines()
        assert [line.split()[0] for line in routes] == [str(lab.cluster.inventory.network.cidr)], host.name


def test_a_message_names_host_and_daemon_and_shows_the_log(lab: Lab) -> None:
    host = lab.context.of("control-plane")[0]
    host.forget(etcd.NAME)
    with pytest.raises(TestbedError) as caught:
        lab.wait_until_healthy(patience=1)
    lab.ensure(host, etcd.daemon(host, lab.context))
    assert f"{host.name} etcd: does not answer" in str(caught.value)
    assert f"  {host.name} etcd: " in str(caught.value)


def test_prometheus_takes_the_rendered_scrape_file(lab: Lab) -> None:
    need("prometheus")
    client = lab.context.client
    client.start(prometheus.daemon(client, lab.context))
    try:
        _eventually(lambda: prometheus.problem(client, lab.context), lambda problem: not problem)
        up = _eventually(lambda: prometheus.query(client, "up == 1"), lambda found: len(found) >= 5)
    finally:
        client.forget(prometheus.NAME)
    balancers = [f"{host.address}:8404" for host in lab.context.of("load-balancer")]
    members = [f"{host.address}:2381" for host in lab.context.of("control-plane")]
    assert set(up) >= {*balancers, *members}


def test_haproxys_own_metrics_say_which_servers_are_up(lab: Lab) -> None:
    host = lab.context.of("load-balancer")[0]
    _, text = get(host.namespace, host.address, 8404, "/metrics")
    assert 'haproxy_server_status{proxy="apiserver",server="k8s-master-1",state="UP"} 1' in text


def test_two_labs_run_at_once_and_know_nothing_of_each_other(lab: Lab, cluster: Cluster) -> None:
    holder = lab.holder()
    with started(cluster, settings.rendered) as other:
        assert other.context.identity != lab.context.identity
        victim = other.holder()
        other.power_off(victim)
        other.wait_for_holder(other_than=victim)
        assert lab.holder() is holder
    lab.wait_until_healthy(patience=20)
    assert not other.directory.exists()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for temporary files that daemons under other users may enter too."""
    with tempfile.TemporaryDirectory(prefix="hagen-nothing-left-") as name:
        Path(name).chmod(0o1777)
        yield Path(name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
@pytest.mark.parametrize(("stage", "later"), [("starts", 0.05), ("starts", 1.0), ("ready", 0.0)], ids=str)
def test_nothing_is_left_however_and_whenever_it_ends(
    folder: Path, tmp_path: Path, number: signal.Signals, stage: str, later: float
) -> None:
    need("haproxy", "keepalived", "etcd", "mariadbd", root=True)
    script = tmp_path / "starts_a_lab.py"
    script.write_text(_STARTS_A_LAB)
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}, start_new_session=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        while process.stdout.readline() != f"{stage}\n":
            assert process.poll() is None
        time.sleep(later)
        assert _left(folder), "then it would prove nothing"
        process.send_signal(number)
        process.wait(60)
    _eventually(lambda: _left(folder), lambda left: not left)


_STARTS_A_LAB = """
import time
from tests.support import ROOT, rendered, write
from tests.testbed import settings
from tests.testbed.cluster import read_cluster
from tests.testbed.lab import started
from tests.testbed.scratch import scratch

files = rendered(ROOT / "tests/fixtures/valid/reference.yaml")
with scratch() as folder:
    cluster = read_cluster(write(files, folder))
    print("starts", flush=True)
    with started(cluster, settings.rendered):
        print("ready", flush=True)
        time.sleep(600)
"""


def _left(folder: Path) -> set[str]:
    """What is left of a lab whose temporary files are in `folder`: files, processes, and mounts that some process sees.

    Every process of a lab has the folder's name in its environment, wherever it went. A network namespace lives as long as
    its processes and its mount.
    """
    found = {str(path) for path in folder.iterdir()}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                told = [(entry / name).read_bytes() for name in ("environ", "cmdline", "mountinfo")]
            except OSError:
                continue
            if state != "Z" and any(folder.name.encode() in text for text in told):
                found.add(f"{entry.name} {(entry / 'comm').read_text().strip()}")
    return found


def _eventually(look: Callable[[], T], good: Callable[[T], object], patience: float = 30) -> T:
    end = time.monotonic() + patience
    while not good(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.2)
    return found


def test_a_daemon_is_started_from_the_main_thread_only(lab: Lab) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(TestbedError, match="main thread"):
        pool.submit(lab.context.client.start, Daemon("sleep", ("sleep", "60"))).result()


def test_a_slow_line_is_slow_and_then_is_not(lab: Lab) -> None:
    host = lab.context.of("worker")[2]
    line = host.cable.slow(0.1)
    try:
        began = time.monotonic()
        get(lab.context.client.namespace, host.address, galera.HEALTH_PORT, "/", timeout=5)
        slow = time.monotonic() - began
    finally:
        host.cable.hurry(line)
    assert slow > 0.4  # two round trips of two times 100 ms
    assert get(lab.context.client.namespace, host.address, galera.HEALTH_PORT, "/")[0] in {200, 503}


def test_keepalived_enters_the_hosts_own_namespace(lab: Lab) -> None:
    for host in lab.context.of("load-balancer"):
        assert len(host.pids("keepalived")) >= 2, keepalived.NAME
