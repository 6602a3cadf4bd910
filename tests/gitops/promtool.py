"""promtool: whether rules are sound, whether PromQL parses, and which alerts fire for given series."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support import need

CLUSTER = "production"
METRIC = re.compile(r"\b(?:\w+:)?hagen_\w+(?::\w+)?")
_SERIES = re.compile(r"(\w+)(\{.*\})?\[(a?b?)\] (.*)")


def run(*arguments: str | Path) -> tuple[int, str]:
    need("promtool")
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=100)
    return done.returncode, done.stdout + done.stderr


def series(line: str) -> Iterator[dict[str, str]]:
    """A case's series as promtool takes it, once for each agent."""
    match = _SERIES.fullmatch(line)
    assert match, line
    name, labels, agents, values = match.groups()
    own = [part for part in ((labels or "{}")[1:-1], f'cluster="{CLUSTER}"', 'job="hagen-agent"') if part]
    prefix = "" if name == "up" else "hagen_"
    for agent in agents:
        text = ",".join([*own, f'load_balancer="{agent}"', f'instance="{agent}:9790"'])
        yield {"series": f"{prefix}{name}{{{text}}}", "values": values}


def case_document(rules: Path, case: dict[str, Any], base: dict[str, list[str]]) -> dict[str, Any]:
    """A promtool test: exactly the alerts of `fires` are firing at `at`."""
    groups = ({} if case.get("without") == "all" else base) | (case.get("with") or {})
    others = 'count by (alertname) (ALERTS{alertstate="firing"})'
    return {
        "rule_files": [str(rules)],
        "evaluation_interval": "15s",
        "tests": [
            {
                "name": case["name"],
                "interval": "15s",
                "input_series": [entry for lines in groups.values() for line in lines for entry in series(line)],
                "promql_expr_test": [
                    {
                        "expr": f"sum by (alertname) ({others} > bool 0)",
                        "eval_time": case["at"],
                        "exp_samples": [
                            {"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(case["fires"])
                        ],
                    }
                ],
            }
        ],
    }


def parse(expressions: Iterable[str], directory: Path) -> str:
    """What promtool says against these queries; empty when all parse. Grafana's own variables stand for a time."""
    rules = [
        {"record": f"query:number:{number}", "expr": expression.replace("$__rate_interval", "1m")}
        for number, expression in enumerate(expressions)
    ]
    path = directory / "queries.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    code, output = run("check", "rules", "--lint=none", path)
    return output if code else ""
