"""Every check over every valid fixture's repository."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.gitops import checks  # noqa: F401  # fills the table
from tests.gitops.exceptions import exceptions, problems, stale
from tests.gitops.made import listed, makers
from tests.gitops.objects import repository_of
from tests.gitops.verdict import CHECKS, Verdict
from tests.support import VALID

# What the reference cluster has nothing of, with the fixture that has it.
ELSEWHERE = {
    "injected-certificates-are-ignored": "ingress-nginx",
    "affinities-select-pods": "",
    "sealed-secrets-may-be-used": "hardened",
    "monitors-select-what-they-scrape": "applications",
    "custom-resources-skip-the-dry-run": "reference",
}


@cache
def verdicts(check: str, fixture: Path) -> tuple[Verdict, ...]:
    return tuple(CHECKS[check](repository_of(fixture)))


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_holds(check: str) -> None:
    """Each problem once, with the fixtures that have it."""
    found = defaultdict(list)
    for fixture in VALID:
        for problem in problems(check, verdicts(check, fixture)):
            found[problem].append(fixture.stem)
    assert not found, "".join(f"\n{problem} ({', '.join(names)})" for problem, names in found.items())


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_looks_at_something(check: str) -> None:
    name = ELSEWHERE.get(check, "reference")
    if name:
        fixture = next(path for path in VALID if path.stem == name)
        assert verdicts(check, fixture), f"{check} looks at nothing of {name}"


def test_every_exception_is_met_and_has_a_reason() -> None:
    assert not stale(
        {check: [verdict for fixture in VALID for verdict in verdicts(check, fixture)] for check in CHECKS}
    )
    assert {entry.check for entry in exceptions()} <= {*CHECKS, "checkov", "schemas"}
    assert all(len(entry.reason.split()) >= 4 for entry in exceptions())


def test_everything_that_is_made_is_made_somewhere() -> None:
    made = {id(entry) for fixture in VALID for entry, _ in makers(repository_of(fixture))}
    assert not [entry["by"] for entry in listed()["made"] if id(entry) not in made]
    assert all(len(entry["reason"].split()) >= 4 for entry in listed()["made"])
