"""What no schema can say: rules between the fields of a cluster, one module per subject.

A rule is a pure function from the cluster to findings. `@reads(...)` names the values it looks at: when the model
refused one of them, the rule is left out.
"""

from collections.abc import Iterator

from ..problem import Path
from . import (
    access,
    addresses,
    images,
    known_hosts,
    lists,
    lxd,
    machines,
    names,
    networks,
    placement,
    ports,
    quorum,
    urls,
    versions,
    vrrp,
    workloads,
)
from .rule import Rule

SUBJECTS = (
    quorum,
    networks,
    addresses,
    names,
    urls,
    known_hosts,
    lxd,
    access,
    lists,
    vrrp,
    ports,
    workloads,
    images,
    versions,
    machines,
    placement,
)


def all_rules() -> Iterator[Rule]:
    """Every rule, in the order of the subjects."""
    for subject in SUBJECTS:
        yield from subject.RULES


def applicable(broken: frozenset[Path]) -> Iterator[Rule]:
    """The rules that read none of the refused values."""
    return (rule for rule in all_rules() if not rule.reads_any(broken))
