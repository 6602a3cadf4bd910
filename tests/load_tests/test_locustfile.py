"""The scenario, run by Locust without a page, from a rendered repository against the applications' stand-in."""

import csv
import itertools
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.load_tests.server import Applications, Request, running
from tests.support import ROOT, VALID, planned, rendered, write

LOCUST = Path(sys.executable).with_name("locust")
REFERENCE = next(path for path in VALID if path.stem == "reference")
CONFIGURATION = "clusters/production/load-test.conf"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return write(rendered(REFERENCE), tmp_path)


def load(
    repository: Path, applications: Applications, *arguments: str, timeout: float = 90
) -> subprocess.CompletedProcess[str]:
    """`locust --config` as the README says, with the rendered names and the stand-in's address and port."""
    path = repository / CONFIGURATION
    text = path.read_text().replace("10.196.35.30", "127.0.0.1")
    text = text.replace("server.local", f"server.local:{applications.port}")
    path.write_text(text.replace("client.local", f"client.local:{applications.port}"))
    command = [LOCUST, "--config", CONFIGURATION, "--report", "load.json", "--csv", "load", "--csv-full-history"]
    return subprocess.run(
        [*command, *arguments], cwd=repository, capture_output=True, text=True, check=False, timeout=timeout
    )


def steps(repository: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((repository / "load.json").read_text())["steps"]
    return found


def names(repository: Path) -> dict[str, int]:
    """Requests by the name that Locust counted them under."""
    with (repository / "load_stats.csv").open(newline="") as file:
        return {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(file)}


def users_over_time(repository: Path) -> list[int]:
    """User counts in their order, without repetitions."""
    with (repository / "load_stats_history.csv").open(newline="") as file:
        counts = [int(row["User Count"]) for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    return [count for count, _ in itertools.groupby(counts)]


def in_order(wanted: list[int], found: list[int]) -> bool:
    rest = iter(found)
    return all(count in rest for count in wanted)


def test_the_rendered_file_has_the_clusters_own_values() -> None:
    fixture = next(path for path in VALID if path.stem == "applications")
    plan = planned(fixture.read_bytes())
    text = rendered(fixture)["clusters/applications/load-test.conf"].content.decode()
    values = dict(line.split(" = ") for line in text.splitlines() if not line.startswith("#"))
    assert values == {
        "locustfile": "load-tests/locustfile.py",
        "headless": "true",
        "stop-timeout": "10",
        "host": "http://api.shop.example.com",
        "client": "http://shop.example.com",
        "address": plan.network.virtual_ip,
        "minimum-pods": "5",
        "maximum-pods": "20",
    }


def test_the_requirements_are_what_is_tested_here() -> None:
    installed = subprocess.run([LOCUST, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    assert (ROOT / "gitops-template/load-tests/requirements.txt").read_text() == f"locust=={installed}\n"


def test_the_experiment_from_minimum_to_maximum_and_back(repository: Path) -> None:
    with running() as applications:
        result = load(repository, applications, "--step-seconds=3,7,8,7")
    assert result.returncode == 0, result.stdout + result.stderr
    assert [(step["step"], step["users"], step["expectedPods"]) for step in steps(repository)] == [
        ("minimum", 1, 3),
        ("middle", 9, 5),
        ("maximum", 21, 9),
        ("back", 1, 3),
    ]
    assert in_order([1, 9, 21, 1], users_over_time(repository)), str(users_over_time(repository))
    assert max(users_over_time(repository)) == 21
    for step in steps(repository):
        assert step["failures"] == 0
        assert step["pods"], "somebody said who answered"
        assert f"step {step['step']} is over" in result.stdout + result.stderr
    check_requests(applications, repository)


def check_requests(applications: Applications, repository: Path) -> None:
    """What the server recorded: each user's story, and Locust's own count of it."""
    found = Counter((request.method, request.path, request.status) for request in applications.requests)
    assert set(found) == {
        ("GET", "/", 200),
        ("GET", "/configuration/configuration.json", 200),
        ("POST", "/api/register", 201),
        ("POST", "/api/login", 200),
        ("POST", "/api/logout", 204),
        ("GET", "/api/dashboard", 200),
        ("GET", "/api/db", 200),
        ("GET", "/api/stress", 200),
    }
    assert found["POST", "/api/register", 201] == 21, "every user has an account of its own"
    assert found["POST", "/api/login", 200] == found["POST", "/api/logout", 204] == 21
    for request in applications.requests:
        host = "server.local" if request.path.startswith("/api/") else "client.local"
        assert request.host == f"{host}:{applications.port}"
        if request.path == "/api/stress":
            assert request.query == "cpu=0.07&seconds=2"
    stories: dict[str | None, list[Request]] = {}
    for request in applications.requests:
        stories.setdefault(request.email, []).append(request)
    for email, story in stories.items():
        if email is not None:
            paths = [request.path.removeprefix("/api/") for request in story]
            assert paths[:3] == ["register", "login", "dashboard"]
            assert paths[-1] == "logout"
    counted = names(repository)
    assert counted["/api/stress"] == found["GET", "/api/stress", 200]
    assert counted["page /"] == found["GET", "/", 200]


def test_an_answer_that_asks_to_come_back_is_counted_by_itself(repository: Path) -> None:
    with running(login=429, stress=503) as applications:
        result = load(repository, applications, "--step-seconds=2,3,3,2")
    assert result.returncode == 0, result.stdout + result.stderr
    counted = names(repository)
    assert counted["/api/login (later: 429)"] > 0
    assert counted["/api/stress (later: 503)"] > 0
    assert "/api/stress" not in counted
    assert counted["/api/dashboard"] > 0, "the session of the registration goes on"


def test_an_error_is_a_failure_and_ends_with_1(repository: Path) -> None:
    with running(db=500) as applications:
        result = load(repository, applications, "--step-seconds=2,2,2,2")
    assert result.returncode == 1
    assert "500 in place of 200" in result.stdout + result.stderr
    assert sum(int(str(step["failures"])) for step in steps(repository)) == len(
        [request for request in applications.requests if request.status == 500]
    )


def test_nobody_there_is_a_failure_and_no_traceback(repository: Path) -> None:
    with running() as applications:
        pass
    result = load(repository, applications, "--step-seconds=1,1,1,1")
    assert result.returncode == 1
    assert "Traceback" not in result.stdout + result.stderr
    assert "/api/register" in names(repository)


def test_wrong_options_end_with_2_before_anything_is_loaded(repository: Path) -> None:
    with running() as applications:
        result = load(repository, applications, "--minimum-pods=12", "--stress-cpu=7", "--step-seconds=1,1,1,1")
    assert result.returncode == 2
    said = [line for line in result.stderr.splitlines() if line.startswith("load-test: ")]
    assert len(said) == 2
    assert "Traceback" not in result.stderr
    assert not applications.requests


def test_make_runs_it(tmp_path: Path) -> None:
    repository = write(rendered(REFERENCE), tmp_path)
    result = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "load-test"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == "locust --config clusters/production/load-test.conf"
