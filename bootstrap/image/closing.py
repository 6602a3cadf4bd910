"""From a machine to an image."""

from typing import Final

from ..run import Run
from .recipe import Recipe

_OFF: Final = 180.0
# What would be the same on every machine that is made from it, or be in the way of its first boot.
_COMMANDS: Final = (
    # A load balancer that is made from it runs neither; cloud-init files of nodes enable both.
    ("systemctl", "disable", "--now", "kubelet", "containerd"),
    ("find", "/etc/ssh", "-name", "ssh_host_*", "-delete"),
    ("rm", "-f", "/etc/netplan/50-cloud-init.yaml", "/var/lib/systemd/random-seed", "/root/.bash_history"),
    ("find", "/var/log", "-type", "f", "-delete"),
    ("cloud-init", "clean", "--logs"),
    # Empty, not absent and not "uninitialized" (`cloud-init clean --machine-id`): those make it systemd's "first boot",
    # at which systemd-firstboot asks questions on a console that nobody sits at (machine-id(5), First Boot Semantics).
    ("truncate", "--size=0", "/etc/machine-id"),
    ("rm", "-f", "/var/lib/dbus/machine-id"),
    ("sync",),
)


def clean(run: Run, recipe: Recipe) -> None:
    """Two machines must never have one identity. Then it is switched off."""

    def one() -> None:
        remote = run.on(recipe.wanted.name)
        for command in _COMMANDS:
            remote.run(*command)
        run.site.provider.stop(recipe.wanted.name, timeout=_OFF)
        run.changed(recipe.wanted.name, "switched off")

    run.alone(recipe.wanted.name, one)


def publish(run: Run, recipe: Recipe) -> None:
    """The alias leads to the one before until the new one is whole."""

    def one() -> None:
        run.site.provider.publish(recipe.wanted.name, recipe.alias, recipe.properties)
        run.changed(recipe.wanted.name, f"is the image {recipe.alias}")

    run.alone(recipe.wanted.name, one)
