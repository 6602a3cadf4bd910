"""What the tests of the rules share: a file's body in, codes and paths out."""

from collections.abc import Callable

import pytest

from hagen.generator.check import check
from hagen.generator.load import parse

Found = Callable[[str], list[tuple[str, str]]]

REFERENCE = {
    "k8s-lb-1": ("load-balancer", "10.196.35.11"),
    "k8s-lb-2": ("load-balancer", "10.196.35.12"),
    "k8s-master-1": ("control-plane", "10.196.35.20"),
    "k8s-master-2": ("control-plane", "10.196.35.21"),
    "k8s-master-3": ("control-plane", "10.196.35.22"),
    "k8s-worker-1": ("worker", "10.196.35.24"),
    "k8s-worker-2": ("worker", "10.196.35.25"),
    "k8s-worker-3": ("worker", "10.196.35.26"),
}


@pytest.fixture(scope="session")
def found() -> Found:
    """Codes and paths of everything that is wrong with a body, in the order of the codes."""

    def judge(body: str) -> list[tuple[str, str]]:
        report = check(parse(f"apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n{body}\n".encode()))
        return sorted((problem.code, problem.path) for problem in report.problems)

    return judge


@pytest.fixture(scope="session")
def nodes() -> Callable[..., str]:
    """The reference cluster's machines with further keys for some: nodes(k8s_lb_1="priority: 3", ...)."""

    def render(*, without: tuple[str, ...] = (), more: tuple[str, ...] = (), **changes: str) -> str:
        lines = ["nodes:"]
        for name, (role, address) in REFERENCE.items():
            change = changes.get(name.replace("-", "_"), "")
            keys = {"name": name, "role": role, "address": address}
            kept = [f"{key}: {value}" for key, value in keys.items() if f"{key}:" not in change]
            if name not in without:
                lines.append("  - {" + ", ".join([*kept, *([change] if change else [])]) + "}")
        return "\n".join([*lines, *(f"  - {{{entry}}}" for entry in more)])

    return render
