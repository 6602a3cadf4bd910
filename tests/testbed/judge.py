"""Whether one run of a fault is what hagen promises. Generous, and not so generous that the kubeadm HA notes pass. Pure.

A run is given as the plain data that `make failover` keeps (docs/failover.json): the same judge reads published numbers.
"""

from collections.abc import Mapping
from typing import Any, Final

from tests.testbed.faults.fault import Fault

LEAVES: Final = 4.0  # seconds until a sick API server gets no new connections
HEALED: Final = 2.0  # seconds that both may hold the address after they see each other again
BEGUN: Final = 1.0  # seconds within which writes that were under way may still end well
# Nobody notices these: not one new connection fails.
UNNOTICED: Final = frozenset({"haproxy-reloads", "ingress-pod-gone"})
_NEW: Final = ("api", "web")


def complaints(fault: Fault, run: Mapping[str, Any]) -> list[str]:
    """What is not as promised, in words; empty when all is."""
    found = [text for index, seen in enumerate(run["seen"]) for text in _moment(fault, seen, first=index == 0)]
    missing = {node: number for node, number in run["missing_writes"].items() if number}
    if missing:
        found.append(f"acknowledged writes are missing: {missing}")
    if fault.moves is not None and run["moves"] != fault.moves:
        found.append(f"the address was taken {run['moves']} times, not {fault.moves}")
    return found


def _moment(fault: Fault, seen: Mapping[str, Any], *, first: bool) -> list[str]:
    found = []
    for name, figures in seen["probes"].items():
        if name == "etcd-write" and fault.halts:
            if figures["gap"] < seen["watched"] - BEGUN:
                found.append(f"{seen['moment']}: etcd took writes without a quorum")
            continue
        found += [f"{seen['moment']}: {name}: {text}" for text in _probe(fault, name, figures)]
    if seen["moment"] == "healed" and fault.traffic[0] in _NEW and seen["both_held"] > HEALED:
        found.append(f"both still hold the address {seen['both_held']:.1f} s after they see each other again")
    if first and fault.leaves and (seen["out_of_rotation"] is None or seen["out_of_rotation"] > LEAVES):
        found.append(f"out of rotation after {seen['out_of_rotation']} s of {seen['watched']:.1f}")
    return found


def _probe(fault: Fault, name: str, figures: Mapping[str, Any]) -> list[str]:
    attempts, failures, gap = figures["attempts"], figures["failures"], figures["gap"]
    if not attempts:
        return ["never tried"]
    found = []
    if gap > fault.bound:
        found.append(f"a gap of {gap:.2f} s")
    if fault.share is not None and name == "api" and failures / attempts > fault.share:
        found.append(f"{failures} of {attempts} requests failed")
    if fault.name in UNNOTICED and name in _NEW and failures:
        found.append(f"{failures} requests failed")
    return found
