"""Every invalid fixture: its first line states all problems that it has, with their places, no more and no less."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hagen.generator.check import Report, check_file
from hagen.generator.codes import CODES

DIRECTORY = Path(__file__).resolve().parents[1] / "fixtures" / "invalid"
FIXTURES = sorted(DIRECTORY.glob("*.yaml"))
EXPECTATION = re.compile(r"(HG\d{3}) (\d+):(\d+)")
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
