"""Every invalid fixture: its first line states all problems that it has, with their places, no more and no less."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from hagen.generator.check import Report, check, check_file
from hagen.generator.codes import CODES
from hagen.generator.load import parse
from hagen.generator.model import Cluster
from hagen.generator.problem import Problem
from hagen.generator.sections import keys

DIRECTORY = Path(__file__).resolve().parents[1] / "fixtures" / "invalid"
FIXTURES = sorted(DIRECTORY.glob("*.yaml"))
EXPECTATION = re.compile(r"(HG\d{3}) (\d+):(\d+)")
INSIDE = ("Pydantic", "Undefined", "<class", "object at")
CONFLICTS = {
    "address-twice": ("k8s-master-3", "k8s-worker-1"),
    "host-name-twice": ("apps.client", "apps.server"),
    "machine-name-twice": ("worker 10.196.35.25", "worker 10.196.35.26"),
    "node-ports-the-same": ("http", "https"),
    "overlap-machines-and-pods": ("network.cidr", "kubernetes.podCIDR"),
    "overlap-machines-and-services": ("network.cidr", "kubernetes.serviceCIDR"),
    "overlap-pods-and-services": ("kubernetes.podCIDR", "kubernetes.serviceCIDR"),
    "ports-of-haproxy-and-agent": ("monitoring.haproxyPort", "monitoring.agent.port"),
    "ports-of-load-balancer": ("monitoring.haproxyPort", "the API servers"),
    "priority-twice": ("k8s-lb-1", "k8s-lb-2"),
}


def expectations(path: Path) -> list[tuple[str, int, int]]:
    line = path.read_bytes().splitlines()[0].decode("utf-8-sig")
    assert line.startswith("# expect: ")
    return [(code, int(row), int(column)) for code, row, column in EXPECTATION.findall(line)]


def reports() -> Iterator[tuple[Path, Report]]:
    return ((path, check_file(path)) for path in FIXTURES)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixture_has_exactly_the_problems_it_states(path: Path) -> None:
    report = check_file(path)
    found = [(problem.code, problem.line, problem.column) for problem in report.problems]
    assert found == expectations(path)
    assert found
    for problem in report.problems:
        assert problem.message.strip()
        assert problem.remedy.strip()
        assert (problem.message + problem.remedy + problem.path).isprintable()
        assert problem.severity == CODES[problem.code].severity
    assert (report.cluster is None) == (report.errors > 0)
    assert report.errors + report.warnings == len(report.problems)


def test_every_code_is_proven_by_a_fixture() -> None:
    proven = {code for path in FIXTURES for code, _, _ in expectations(path)}
    assert proven == set(CODES)


def test_there_are_many() -> None:
    assert len(FIXTURES) >= 75


@pytest.mark.parametrize(("name", "owners"), CONFLICTS.items(), ids=CONFLICTS)
def test_a_conflict_names_both_owners(name: str, owners: tuple[str, str]) -> None:
    message = check_file(DIRECTORY / f"{name}.yaml").problems[0].message
    for owner in owners:
        assert owner in message


def test_no_message_shows_a_secret() -> None:
    for path in FIXTURES:
        text = " ".join(problem.message + problem.remedy for problem in check_file(path).problems)
        assert "hunter2" not in text
        assert "b3BlbnNzaC1rZXktdjEAAAAA" not in text


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_no_message_shows_the_inside_of_hagen(path: Path) -> None:
    for problem in check_file(path).problems:
        for inside in INSIDE:
            assert inside not in problem.message + problem.remedy


ADVICE = re.compile(
    r"(?:write|add it:|did you mean) (?:(?P<key>[A-Za-z.]+): )?(?P<value>.+?)(?:\?$|;| for a tested pair|$)"
)


class Advice(NamedTuple):
    """A remedy that can be carried out: where, and what to write there."""

    path: tuple[str | int, ...]
    value: object


def advice(problem: Problem) -> Advice | None:
    """What the remedy says to write, or None for one that leaves a choice to the reader."""
    match = ADVICE.match(problem.remedy)
    text = match["value"] if match else ""
    prose = " " in text and text[0] not in "{["
    if match is None or prose or text.endswith(",") or not text:
        return None
    path = tuple(
        int(part[1:-1]) if part.startswith("[") else part for part in re.findall(r"\[\d+\]|[^.\[\]]+", problem.path)
    )
    key, value = match["key"], yaml.safe_load(text)
    if key is None:
        return Advice(path, value)
    if "." in key or (key in keys(Cluster) and key not in path):
        return Advice(tuple(key.split(".")), value)
    return Advice((*path[: path.index(key)], key) if key in path else (*path, key), value)


def carry_out(data: Any, problem: Problem, told: Advice) -> None:
    """Do what the remedy says."""
    *above, last = told.path
    for part in above:
        data = data.setdefault(part, {}) if isinstance(data, dict) else data[part]
    if problem.code == "HG103":
        data[told.value] = data.pop(last)
    elif isinstance(told.value, dict) and isinstance(data, dict) and isinstance(data.get(last), dict):
        data[last] |= told.value
    else:
        data[last] = told.value


def remedies() -> Iterator[tuple[str, Path, Problem]]:
    for path, report in reports():
        for number, problem in enumerate(report.problems):
            if problem.path and advice(problem) is not None:
                yield f"{path.stem}-{number}", path, problem


REMEDIES = list(remedies())


@pytest.mark.parametrize(("path", "problem"), [entry[1:] for entry in REMEDIES], ids=[entry[0] for entry in REMEDIES])
def test_a_remedy_that_is_carried_out_takes_the_problem_away(path: Path, problem: Problem) -> None:
    told = advice(problem)
    assert told is not None
    data = yaml.safe_load(path.read_bytes())
    before = {found.code for found in check_file(path).problems}
    carry_out(data, problem, told)
    after = check(parse(yaml.safe_dump(data).encode())).problems
    assert (problem.code, problem.path, problem.message) not in {(now.code, now.path, now.message) for now in after}
    if problem.code != "HG103":  # what stands below a misspelt key was not judged before
        assert {found.code for found in after if found.severity == "error"} <= before


def test_most_remedies_can_be_carried_out() -> None:
    assert len(REMEDIES) > 80
