"""What a person can do to a running testbed: one word each, from another terminal."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.testbed.errors import TestbedError
from tests.testbed.faults import MATRIX
from tests.testbed.host import Host
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


@dataclass(frozen=True)
class Order:
    """`usage`: the words after its name. `carry_out` gets the lab and these words."""

    usage: str
    meaning: str
    carry_out: Callable[[Lab, Sequence[str]], str]


def obey(lab: Lab, line: str) -> str:
    """Carry out one line; the answer is for a person. Raises TestbedError with what would have been right."""
    name, *words = line.split() or ["help"]
    order = ORDERS.get(name)
    if order is None:
        raise TestbedError(f"there is no order {name!r}; there are: {', '.join(ORDERS)}")
    if len(words) != len(order.usage.split()):
        raise TestbedError(f"write: {name} {order.usage}".rstrip())
    return order.carry_out(lab, words)


def _host(lab: Lab, name: str) -> Host:
    if name not in lab.context.hosts:
        raise TestbedError(f"there is no host {name!r}; there are: {', '.join(lab.context.hosts)}")
    return lab.context.hosts[name]


def _off(lab: Lab, words: Sequence[str]) -> str:
    lab.power_off(_host(lab, words[0]))
    return f"{words[0]} is off"


def _on(lab: Lab, words: Sequence[str]) -> str:
    lab.power_on(_host(lab, words[0]))
    return f"{words[0]} boots"


def _cut(lab: Lab, words: Sequence[str]) -> str:
    _host(lab, words[0]).cable.cut()
    return f"{words[0]} is cut off and does not know"


def _heal(lab: Lab, words: Sequence[str]) -> str:
    _host(lab, words[0]).cable.heal()
    return f"{words[0]} is connected again"


def _signal(number: signal.Signals, verb: str) -> Callable[[Lab, Sequence[str]], str]:
    def carry_out(lab: Lab, words: Sequence[str]) -> str:
        host = _host(lab, words[0])
        pids = host.members(words[1])
        for pid in pids:
            signal_quietly(pid, number)
        return f"{words[1]} on {words[0]}: {len(pids)} processes {verb}"

    return carry_out


def _start(lab: Lab, words: Sequence[str]) -> str:
    host = _host(lab, words[0])
    for daemon in lab.daemons(host):
        if daemon.name == words[1]:
            host.start(daemon)
            return f"{words[1]} starts on {words[0]}"
    names = ", ".join(daemon.name for daemon in lab.daemons(host))
    raise TestbedError(f"{words[0]} has no daemon {words[1]!r}; it has: {names}")


def _faults(_: Lab, __: Sequence[str]) -> str:
    return "\n".join(f"{fault.name:32} {fault.title}" for fault in MATRIX)


def _help(_: Lab, __: Sequence[str]) -> str:
    return "\n".join(f"{name + ' ' + order.usage:24} {order.meaning}" for name, order in ORDERS.items())


ORDERS = {
    "off": Order("HOST", "power off", _off),
    "on": Order("HOST", "power on", _on),
    "cut": Order("HOST", "cut off from the network, silently", _cut),
    "heal": Order("HOST", "connect again", _heal),
    "kill": Order("HOST DAEMON", "kill -9 (haproxy and keepalived are restarted, as by systemd)", _signal(signal.SIGKILL, "killed")),
    "freeze": Order("HOST DAEMON", "stop all its processes", _signal(signal.SIGSTOP, "stopped")),
    "thaw": Order("HOST DAEMON", "let them go on", _signal(signal.SIGCONT, "go on")),
    "start": Order("HOST DAEMON", "start a daemon that was killed", _start),
    "faults": Order("", "the faults of the matrix, which `make failover` measures", _faults),
    "help": Order("", "this list", _help),
}  # fmt: skip
