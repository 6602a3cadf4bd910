"""A site with real LXD daemons, for tests: `with started(...) as lab`."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")
BRIDGE = "hagen-test0"
GATEWAY = "198.51.100.1/24"
POOL = "default"

ALONE = f"""
config: {{images.auto_update_interval: "0"}}
networks:
- {{name: {BRIDGE}, type: bridge, config: {{ipv4.address: {GATEWAY}, ipv4.nat: "true", ipv6.address: none,
   ipv4.dhcp.ranges: 198.51.100.100-198.51.100.199}}}}
storage_pools:
- {{name: {POOL}, driver: btrfs, config: {{size: 12GiB}}}}
profiles:
- {{name: default, devices: {{root: {{type: disk, path: /, pool: {POOL}}}, eth0: {{type: nic, name: eth0, network: {BRIDGE}}}}}}}
"""


FIRST_MEMBER = """
config: {images.auto_update_interval: "0", core.https_address: "192.0.2.11:8443"}
cluster: {server_name: node1, enabled: true}
storage_pools: [{name: default, driver: dir}]
profiles:
- {name: default, devices: {root: {type: disk, path: /, pool: default}}}
"""
NEXT_MEMBER = """
config: {}
cluster: {server_name: node2, enabled: true, server_address: "192.0.2.12:8443", cluster_token: TOKEN}
"""


def cluster_of_two(images: Mapping[str, str]) -> tuple["Daemon", "Daemon"]:
    """Two members of one LXD cluster."""
    return (
        Daemon("node1", "192.0.2.11", FIRST_MEMBER, images=images),
        Daemon("node2", "192.0.2.12", NEXT_MEMBER, joins="node1"),
    )


@dataclass(frozen=True)
class Daemon:
    """One LXD. `preseed` as `lxd init --preseed` takes it; `virtual`: it is told that the kernel could run VMs.

    `joins`: the daemon, started before, whose cluster it joins; "TOKEN" in its preseed is replaced.
    """

    name: str
    address: str = "192.0.2.1"
    preseed: str = ALONE
    virtual: bool = False
    joins: str = ""
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lab:
    """Daemons that answer. `pid`: the site's first process."""

    pid: int

    def socket(self, name: str) -> str:
        """Where a daemon listens, as the tests' process reaches it."""
        return f"/proc/{self.pid}/root/mnt/{name}/unix.socket"

    def inside(self, name: str, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command in a daemon's network namespace, with its LXD_DIR."""
        home = f"/mnt/{name}"
        around = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--net", "ip", "netns", "exec", name]
        setting = ["env", f"LXD_DIR={home}", f"LXD_CONF={home}/client"]
        return subprocess.run(
            [*around, *setting, *command], input=stdin, capture_output=True, text=True, check=False, timeout=120
        )


@contextmanager
def started(daemons: Sequence[Daemon], memory: str = "12G") -> Iterator[Lab]:
    """From nothing to daemons with images, and back; also when this process is killed."""
    keeper = subprocess.Popen(
        [sys.executable, KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        plan = {"servers": [asdict(daemon) for daemon in daemons], "memory": memory}
        keeper.stdin.write(json.dumps(plan) + "\n")
        keeper.stdin.flush()
        answer = json.loads(keeper.stdout.readline() or '{"error": "the keeper died"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        yield Lab(answer["pid"])
    finally:
        keeper.stdin.close()
        keeper.wait(60)
        keeper.stdout.close()
