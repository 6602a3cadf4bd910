"""What a person can do to a running testbed: one word each, from another terminal."""

import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.testbed.daemons import apiserver, haproxy, ingress
from tests.testbed.errors import TestbedError
from tests.testbed.faults import MATRIX
from tests.testbed.host import Host
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly
from tests.testbed.standins.control import command

_SLOWEST = 5000  # milliseconds each way


@dataclass
class Bench:
    """A lab in a person's hands. `slow`: what delays a host's line, by its name. `apart`: the load balancers are deaf."""

    lab: Lab
    slow: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    apart: bool = False

    def host(self, name: str, role: str = "") -> Host:
        """The host of this name (and role); TestbedError with those that there are."""
        hosts = [host for host in self.lab.context.hosts.values() if role in {"", host.role}]
        for host in hosts:
            if host.name == name:
                return host
        kind = role.replace("-", " ") or "host"
        raise TestbedError(f"there is no {kind} {name!r}; there are: {', '.join(host.name for host in hosts)}")

    def running(self, name: str, role: str = "") -> Host:
        """The same, and it is on."""
        host = self.host(name, role)
        if not host.powered:
            raise TestbedError(f"{name} is off; write: on {name}")
        return host

    def fast(self, name: str) -> Host:
        """The same as `host`, and its line is not slow."""
        if name in self.slow:
            raise TestbedError(f"the line of {name} is slow; write first: hurry {name}")
        return self.host(name)


Action = Callable[[Bench, Sequence[str]], str]


@dataclass(frozen=True)
class Order:
    """`usage`: the words after its name. `carry_out` gets the lab and these words."""

    usage: str
    meaning: str
    carry_out: Action


def obey(bench: Bench, line: str) -> str:
    """Carry out one line; the answer is for a person. Raises TestbedError with what would have been right."""
    name, *words = line.split() or ["help"]
    order = ORDERS.get(name)
    if order is None:
        raise TestbedError(f"there is no order {name!r}; there are: {', '.join(ORDERS)}")
    if len(words) != len(order.usage.split()):
        raise TestbedError(f"write: {name} {order.usage}".rstrip())
    return order.carry_out(bench, words)


def _off(bench: Bench, words: Sequence[str]) -> str:
    host = bench.host(words[0])
    if not host.powered:
        raise TestbedError(f"{host.name} is off already")
    bench.lab.power_off(host)
    return f"{words[0]} is off"


def _on(bench: Bench, words: Sequence[str]) -> str:
    host = bench.host(words[0])
    if host.powered:
        raise TestbedError(f"{host.name} is on already; a daemon is started with: start {host.name} DAEMON")
    bench.lab.power_on(host)
    return f"{words[0]} boots"


def _cable(what: Callable[[Host], None], said: str) -> Action:
    def carry_out(bench: Bench, words: Sequence[str]) -> str:
        what(bench.fast(words[0]))
        return f"{words[0]} {said}"

    return carry_out


def _slow(bench: Bench, words: Sequence[str]) -> str:
    host = bench.fast(words[0])
    if not words[1].isdecimal() or not 1 <= int(words[1]) <= _SLOWEST:
        raise TestbedError(f"{words[1]!r} is no delay: whole milliseconds each way, 1 to {_SLOWEST}")
    bench.slow[host.name] = host.cable.slow(int(words[1]) / 1000)
    return f"every frame to and from {host.name} is {words[1]} ms late"


def _hurry(bench: Bench, words: Sequence[str]) -> str:
    host = bench.host(words[0])
    if (line := bench.slow.pop(host.name, None)) is None:
        raise TestbedError(f"the line of {host.name} is not slow")
    host.cable.hurry(line)
    return f"the line of {host.name} is as fast as before"


def _apart(bench: Bench, _: Sequence[str]) -> str:
    if bench.apart:
        raise TestbedError("they cannot see each other already; write: together")
    first, second = bench.lab.context.of("load-balancer")[:2]
    first.cable.deafen(second.address)
    second.cable.deafen(first.address)
    bench.apart = True
    return f"{first.name} and {second.name} cannot see each other; everybody else sees both"


def _together(bench: Bench, _: Sequence[str]) -> str:
    if not bench.apart:
        raise TestbedError("they see each other; to change that, write: apart")
    first, second = bench.lab.context.of("load-balancer")[:2]
    first.cable.hear()
    second.cable.hear()
    bench.apart = False
    return f"{first.name} and {second.name} see each other again"


def _signal(number: signal.Signals, verb: str) -> Action:
    def carry_out(bench: Bench, words: Sequence[str]) -> str:
        host = bench.running(words[0])
        pids = host.members(words[1])
        for pid in pids:
            signal_quietly(pid, number)
        return f"{words[1]} on {words[0]}: {len(pids)} processes {verb}"

    return carry_out


def _stop(bench: Bench, words: Sequence[str]) -> str:
    host = bench.running(words[0])
    if not host.members(words[1]):
        raise TestbedError(f"{words[1]} does not run on {host.name}; write: start {host.name} {words[1]}")
    host.stop(words[1])
    return f"{words[1]} on {words[0]} has ended"


def _start(bench: Bench, words: Sequence[str]) -> str:
    host = bench.running(words[0])
    daemons = {daemon.name: daemon for daemon in bench.lab.daemons(host)}
    if words[1] not in daemons:
        raise TestbedError(f"{words[0]} has no daemon {words[1]!r}; it has: {', '.join(daemons)}")
    host.start(daemons[words[1]])
    return f"{words[1]} starts on {words[0]}"


def _reload(bench: Bench, words: Sequence[str]) -> str:
    host = bench.running(words[0], "load-balancer")
    if not (pids := host.pids(haproxy.process_name(host, bench.lab.context))):
        raise TestbedError(f"haproxy does not run on {host.name}; write: start {host.name} haproxy")
    signal_quietly(pids[0], signal.SIGUSR2)
    return f"haproxy on {host.name} reads its configuration again"


def _behave(words: Sequence[str]) -> Action:
    """An order for the stand-ins: the API server on a control plane, the ingress on a worker."""

    def carry_out(bench: Bench, given: Sequence[str]) -> str:
        host = bench.running(given[0])
        controls = {"control-plane": apiserver.control, "worker": ingress.control}
        if host.role not in controls:
            raise TestbedError(f"{host.name} has neither an API server nor an ingress")
        answer = command(controls[host.role](host), " ".join([*words, *given[1:]]))
        if answer.startswith("error: "):
            raise TestbedError(f"{host.name}: {answer.removeprefix('error: ')}")
        return f"{host.name}: {answer}"

    return carry_out


def _faults(_: Bench, __: Sequence[str]) -> str:
    return "\n".join(f"{fault.name:32} {fault.title}" for fault in MATRIX)


def _help(_: Bench, __: Sequence[str]) -> str:
    return "\n".join(f"{name + ' ' + order.usage:24} {order.meaning}" for name, order in ORDERS.items())


ORDERS = {
    "off": Order("HOST", "power off", _off),
    "on": Order("HOST", "power on", _on),
    "unplug": Order("HOST", "pull the cable; both ends see it", _cable(lambda host: host.cable.unplug(), "has no link")),
    "plug": Order("HOST", "plug the cable in again", _cable(lambda host: host.cable.plug(), "has its link again")),
    "cut": Order("HOST", "cut off from the network, silently", _cable(lambda host: host.cable.cut(), "is cut off and does not know")),
    "heal": Order("HOST", "connect again", _cable(lambda host: host.cable.heal(), "is connected again")),
    "slow": Order("HOST MILLISECONDS", "every frame so late, each way", _slow),
    "hurry": Order("HOST", "as fast as before", _hurry),
    "apart": Order("", "the load balancers cannot see each other", _apart),
    "together": Order("", "they see each other again", _together),
    "kill": Order("HOST DAEMON", "kill -9 (haproxy and keepalived are restarted, as by systemd)", _signal(signal.SIGKILL, "killed")),
    "freeze": Order("HOST DAEMON", "stop all its processes", _signal(signal.SIGSTOP, "stopped")),
    "thaw": Order("HOST DAEMON", "let them go on", _signal(signal.SIGCONT, "go on")),
    "stop": Order("HOST DAEMON", "a clean stop, as by systemctl", _stop),
    "start": Order("HOST DAEMON", "start a daemon that was killed or stopped", _start),
    "reload": Order("HOST", "haproxy reads its configuration again", _reload),
    "answer": Order("HOST MODE", "API server or ingress: normal, error, hang, unready", _behave(())),
    "late": Order("HOST SECONDS", "API server or ingress answers late", _behave(("slow",))),
    "drain": Order("HOST", "API server ends as for an upgrade", _behave(("drain",))),
    "gone": Order("HOST", "the worker's ingress pod is gone", _behave(("gone",))),
    "back": Order("HOST", "and back", _behave(("back",))),
    "faults": Order("", "the faults of the matrix, which `make failover` measures", _faults),
    "help": Order("", "this list", _help),
}  # fmt: skip
