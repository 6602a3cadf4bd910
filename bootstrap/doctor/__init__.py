"""The checks of `hagen bootstrap doctor`. A new one: a file here, a line in CHECKS, a test.

The order is that of bringing a cluster up: what fails first is what to look at first.
"""

from . import (
    addresses,
    api,
    bridge,
    clock,
    disk,
    etcd,
    first_boot,
    forwarding,
    holder,
    image,
    machines,
    memory,
    nodes,
    placement,
    processors,
    reach,
    routes,
    segment,
    server,
    units,
    virtualisation,
    vrrp,
)
from .check import Check, Finding, Level

CHECKS: tuple[Check, ...] = (
    server.CHECK,
    virtualisation.CHECK,
    memory.CHECK,
    disk.CHECK,
    processors.CHECK,
    placement.CHECK,
    image.CHECK,
    bridge.CHECK,
    addresses.CHECK,
    forwarding.CHECK,
    segment.CHECK,
    vrrp.CHECK,
    routes.CHECK,
    machines.CHECK,
    first_boot.CHECK,
    clock.CHECK,
    reach.CHECK,
    units.CHECK,
    holder.CHECK,
    api.CHECK,
    etcd.CHECK,
    nodes.CHECK,
)

__all__ = ["CHECKS", "Check", "Finding", "Level"]
