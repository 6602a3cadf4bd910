"""Several clusters in one repository: what two of them must not share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from .topology import Topology

_INVENTORY: Final = "clusters/*/inventory.yaml"


def shared_with_others(directory: Path, topology: Topology) -> Iterator[str]:
    """One sentence for each thing that the cluster shares with another one of the repository."""
    for path in sorted(directory.glob(_INVENTORY)):
        other = path.parent.name
        if other != topology.name:
            yield from (f"{topology.name} and {other} {what}" for what in _shared(_read(path), topology))


def _read(path: Path) -> dict[str, Any]:
    """Another cluster's inventory; nothing when it was edited into something else."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _shared(inventory: dict[str, Any], topology: Topology) -> Iterator[str]:
    network, provider = _section(inventory, "network"), _section(inventory, "provider")
    listed = inventory.get("machines")
    machines = [machine for machine in listed if isinstance(machine, dict)] if isinstance(listed, list) else []
    if network.get("virtualIP") == topology.network.virtual_ip:
        yield f"have the same virtual IP, {topology.network.virtual_ip}"
    segment = (provider.get("bridge"), network.get("vrrpRouterID"))
    if segment == (topology.provider.bridge, topology.network.vrrp.router_id):
        yield f"have the same VRRP router id on the same bridge, {segment[1]} on {segment[0]}"
    for key, what in (("address", "address"), ("name", "machine name")):
        own = {getattr(machine, key) for machine in topology.machines}
        common = sorted(own & {str(machine.get(key)) for machine in machines})
        if common:
            yield f"share the {what} {common[0]}" + (f" and {len(common) - 1} more" if len(common) > 1 else "")


def _section(inventory: dict[str, Any], key: str) -> dict[str, Any]:
    section = inventory.get(key)
    return section if isinstance(section, dict) else {}
