"""docs/explanation.md: its arithmetic is the code's, its figures are the measured ones."""

import json
import math
import os
import re
from collections import defaultdict

from hagen.agent.settings.bounds import master_down_interval
from hagen.agent.settings.keepalived import Instance
from tests.agent.settings.samples import notes, shipped
from tests.support import ROOT

PAGE = ROOT / "docs/explanation.md"
FAULTS = {
    "load-balancer-off": "a load balancer is powered off",
    "keepalived-stopped": "keepalived is stopped",
    "haproxy-crashes-for-good": "haproxy dies and stays dead",
    "haproxy-hangs": "haproxy hangs",
    "control-plane-off": "a control plane is powered off",
    "apiserver-hangs": "an API server hangs",
    "apiserver-errors": "an API server answers 500",
    "worker-off": "a worker is powered off",
}


def milliseconds(value: float) -> str:
    return "without end" if math.isinf(value) else f"{value * 1000:.0f}"


def longest_gaps() -> dict[tuple[str, str], float]:
    """(fault, settings) -> seconds, of new connections to the API and to the pages, right after the fault."""
    longest: dict[tuple[str, str], float] = defaultdict(float)
    for result in json.loads((ROOT / "docs/failover.json").read_text())["results"]:
        key = result["fault"], result["settings"]
        gaps = [probe["gap"] for name, probe in result["seen"][0]["probes"].items() if name in {"api", "web"}]
        longest[key] = max([longest[key], *gaps])
    return longest


def table() -> str:
    theirs, ours, measured = notes().bounds, shipped().bounds, longest_gaps()
    lines = [
        "| Fault | kubeadm HA notes: bound | measured | hagen: bound | measured |",
        "|---|---:|---:|---:|---:|",
    ]
    for fault, title in FAULTS.items():
        cells = (
            milliseconds(theirs[fault]),
            milliseconds(measured[fault, "kubeadm HA notes"]),
            milliseconds(ours[fault]),
            milliseconds(measured[fault, "hagen"]),
        )
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def test_bounds_are_those_of_the_agent() -> None:
    text = PAGE.read_text()
    wanted = re.sub(
        r"(<!-- bounds: .*? -->\n).*?(<!-- end of bounds -->)",
        lambda found: found[1] + table() + found[2],
        text,
        flags=re.DOTALL,
    )
    if os.environ.get("HAGEN_UPDATE"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted, "run `make update`"


def test_the_table_of_quorums_is_right() -> None:
    rows = re.findall(r"^\| (\d) \| (\d) \| (\d) \|$", PAGE.read_text(), re.MULTILINE)
    assert [tuple(map(int, row)) for row in rows] == [(n, n // 2 + 1, n - (n // 2 + 1)) for n in range(1, 8)]


def test_the_tutorials_arithmetic_is_the_agents() -> None:
    page = (ROOT / "docs/tutorial.md").read_text()
    stated = [float(found) for found in re.findall(r"^\|.* = ([\d.]+) s \|$", page, re.MULTILINE)]
    cases = [
        (Instance("notes", advert=1.0, version=2), 100),
        (Instance("slow", advert=1.0, version=3), 253),
        (Instance("half", advert=0.5, version=3), 253),
        (Instance("default", advert=0.1, version=3), 253),
    ]
    assert stated == [round(master_down_interval(instance, priority), 3) for instance, priority in cases]
