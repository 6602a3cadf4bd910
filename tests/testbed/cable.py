"""The cable between a host and the switch, and the ways in which a network fails."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.errors import TestbedError

SWITCH = "switch"
_DELAY = Path(__file__).with_name("delay.py")


@dataclass(frozen=True)
class Cable:
    """One port of the switch. Several failures can be on it at once; each is taken back by its counterpart."""

    keeper: int
    port: str
    host: str
    device: str

    def unplug(self) -> None:
        """Both ends see that the carrier is gone."""
        self._ip("-n", SWITCH, "link", "set", self.port, "down")

    def plug(self) -> None:
        """The carrier is back."""
        self._ip("-n", SWITCH, "link", "set", self.port, "up")

    def cut(self) -> None:
        """Frames vanish and nobody is told: the carrier stays."""
        self._ip("-n", SWITCH, "link", "set", self.port, "nomaster")

    def heal(self) -> None:
        """Frames pass again."""
        self._ip("-n", SWITCH, "link", "set", self.port, "master", "bridge")

    def slow(self, seconds: float) -> subprocess.Popen[bytes]:
        """Every frame is `seconds` late, both ways. Ends with `hurry`."""
        near, far = f"{self.port}n", f"{self.port}f"
        self._ip("-n", SWITCH, "link", "add", near, "type", "veth", "peer", "name", far)
        self._ip("-n", SWITCH, "link", "set", far, "master", "bridge", "up")
        self._ip("-n", SWITCH, "link", "set", near, "up")
        self._ip("-n", SWITCH, "link", "set", self.port, "nomaster")
        namespace = f"--net=/proc/{self.keeper}/root/run/netns/{SWITCH}"
        line = ["nsenter", namespace, "--", sys.executable, str(_DELAY), self.port, near, str(seconds)]
        return subprocess.Popen(line, start_new_session=True)

    def hurry(self, line: subprocess.Popen[bytes]) -> None:
        """The line is as fast as before."""
        line.kill()
        line.wait()
        self._ip("-n", SWITCH, "link", "delete", f"{self.port}n")
        self._ip("-n", SWITCH, "link", "set", self.port, "master", "bridge")

    def deafen(self, source: str) -> None:
        """Nothing that `source` (an address) sends is heard here; everything else is."""
        rules = f"""
            table ip testbed {{
                chain input {{ type filter hook input priority -300; ip saddr {source} drop; }}
            }}
        """
        self._in_host("nft", "-f", "-", stdin=rules)

    def hear(self) -> None:
        """Everybody is heard again."""
        self._in_host("nft", "delete", "table", "ip", "testbed")

    def forget(self, address: str) -> None:
        """Take an address away: a machine that was off has none but its own, a namespace keeps them all."""
        self._in_host("ip", "addr", "flush", "dev", self.device, "to", address)

    def forget_neighbours(self) -> None:
        """The host no longer knows anybody's MAC address, and has to ask."""
        self._in_host("ip", "neigh", "flush", "dev", self.device)

    def _ip(self, *arguments: str) -> None:
        self._call("nsenter", f"--mount=/proc/{self.keeper}/ns/mnt", "--", "ip", *arguments)

    def _in_host(self, *command: str, stdin: str | None = None) -> None:
        namespace = f"/proc/{self.keeper}/root/run/netns/{self.host}"
        self._call("nsenter", f"--net={namespace}", "--", *command, stdin=stdin)

    def _call(self, *command: str, stdin: str | None = None) -> None:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise TestbedError(f"{self.host}: {' '.join(command[2:])}: {done.stderr.strip()}")
