"""A load balancer's own files: checked on the machine before they replace what runs."""

from typing import Final

from ..errors import BootstrapError
from .remote import Remote

CA: Final = "/etc/haproxy/cluster-ca.crt"
HAPROXY: Final = "/etc/haproxy/haproxy.cfg"
KEEPALIVED: Final = "/etc/keepalived/keepalived.conf"
UNITS: Final = ("haproxy", "keepalived")
_NEW: Final = ".hagen-new"
_VALIDATE: Final = {
    HAPROXY: ("haproxy", "-c", "-f"),
    # keepalived 2.2.7 kills itself with 143 after it has judged the rights of a script; in a PID namespace it does not.
    KEEPALIVED: ("unshare", "--pid", "--fork", "keepalived", "-t", "-f"),
}


def validate(machine: Remote, target: str, content: bytes) -> None:
    """Put a file beside its place and let its own program judge it there. BootstrapError when it is refused."""
    new = target + _NEW
    machine.place(new, content)
    try:
        machine.run(*_VALIDATE[target], new, remedy="Nothing was changed there. Correct hagen.yaml and render anew.")
    except BootstrapError:
        machine.ask("rm", "-f", new)
        raise


def install(machine: Remote, target: str) -> None:
    """Move a validated file into its place."""
    machine.run("mv", "-f", target + _NEW, target)


def reload(machine: Remote, unit: str) -> None:
    """A reload, which drops no connection, where the unit runs; a start where it does not."""
    machine.run("systemctl", "enable", unit)
    machine.run("systemctl", "reload-or-restart", unit, remedy=f"journalctl -u {unit} there says why.")


def active(machine: Remote, unit: str) -> bool:
    """Whether systemd says that a unit runs."""
    return machine.holds("systemctl", "is-active", "--quiet", unit)


def holds(machine: Remote, address: str) -> bool:
    """Whether the kernel of this machine has an address."""
    shown = machine.run("ip", "-4", "-oneline", "address", "show", "to", f"{address}/32")
    return address in shown
