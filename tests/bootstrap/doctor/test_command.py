"""`hagen bootstrap doctor` as a process, and what it prints."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from hagen.bootstrap.doctor import CHECKS
from hagen.bootstrap.doctor.check import Check, Finding, Level, error, ok, unknown, warning
from hagen.bootstrap.doctor.examine import Examined
from hagen.bootstrap.reporting.examined import as_json, as_lines, as_table, summary
from tests.support import ROOT

DOCTOR = [sys.executable, "-m", "hagen.generator", "bootstrap", "doctor"]


def doctor(repository: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*DOCTOR, "-r", str(repository), "--lxd", str(repository / "no.socket"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_without_lxd_it_says_so_and_ends_with_1(repository: Path) -> None:
    result = doctor(repository)
    assert result.returncode == 1, result.stderr
    assert result.stdout.splitlines()[0].startswith("error\tserver\tLXD server")
    assert "Traceback" not in result.stderr
    assert not (repository / ".hagen").exists(), "looking leaves nothing behind"


def test_json_has_every_check(repository: Path) -> None:
    document = json.loads(doctor(repository, "--json").stdout)
    assert [check["name"] for check in document["checks"]] == [check.name for check in CHECKS]
    assert document["error"] == 1
    assert document["checks"][0]["findings"][0]["remedy"]


def test_checks_by_name(repository: Path) -> None:
    result = doctor(repository, "forwarding", "forwarding")
    assert (result.returncode, len(result.stdout.splitlines())) == (0, 1), "unknown counts for nothing"
    wrong = doctor(repository, "forwardign")
    assert wrong.returncode == 2
    assert "forwardign" in wrong.stderr


def test_the_checks_are_listed(repository: Path) -> None:
    lines = doctor(repository, "--list").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == [check.name for check in CHECKS]
    document = json.loads(doctor(repository, "--list", "--json").stdout)
    assert document[0] == {"name": "server", "title": "LXD answers"}


def test_every_check_has_a_file_and_a_place_in_the_documentation() -> None:
    text = (ROOT / "docs/bootstrap.md").read_text()
    for check in CHECKS:
        assert (ROOT / "bootstrap/doctor" / f"{check.name.replace('-', '_')}.py").is_file()
        assert f"| `{check.name}` |" in text


def examined(*findings: Finding, name: str = "one", title: str = "One") -> Examined:
    return Examined(Check(name, title, lambda _: ()), findings)


FOUND = (
    examined(ok("server", "well")),
    examined(error("a[b]", "bad\nnews", "Mend it."), warning("c", "odd", "Look."), name="two", title="Two"),
    examined(name="three", title="Three"),
    examined(unknown("d", "nobody knows"), name="four", title="Four"),
    examined(unknown("d", "nobody knows"), name="five", title="Five"),
)


def test_lines() -> None:
    stream = io.StringIO()
    as_lines(FOUND, stream)
    assert stream.getvalue() == (
        "ok\tone\tserver\twell\n"
        "error\ttwo\ta[b]\tbad news\tMend it.\n"
        "warning\ttwo\tc\todd\tLook.\n"
        "later\tthree\n"
        "unknown\tfour\td\tnobody knows\n"
        "unknown\tfive\td\tnobody knows\n"
    )


def test_the_table_joins_what_cannot_be_told_for_one_reason() -> None:
    stream = io.StringIO()
    as_table(FOUND, stream)
    text = stream.getvalue()
    assert text.count("nobody knows") == 1
    assert "a[b]: bad" in text
    assert "fix Mend it." in text
    assert "Nothing to look at yet: Three." in text
    assert text.splitlines()[-1] == "1 error, 1 warning, 2 things that cannot be told."


def test_json() -> None:
    document = json.loads(as_json(FOUND))
    assert (document["ok"], document["warning"], document["error"], document["unknown"]) == (1, 1, 1, 2)
    assert [check["level"] for check in document["checks"]] == ["ok", "error", None, "unknown", "unknown"]


@pytest.mark.parametrize(("level", "text"), [(Level.OK, "no problems."), (Level.WARNING, "1 warning.")])
def test_summary(level: Level, text: str) -> None:
    assert summary([examined(Finding(level, "a", "b"))]) == text
