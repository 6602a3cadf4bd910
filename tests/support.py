"""What several tests need: fixtures as files, rendered repositories, and the real programs to hold them against."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from hagen.generator.check import Report, check
from hagen.generator.files import RenderedFile
from hagen.generator.load import parse
from hagen.generator.render import render
from hagen.generator.template import OWN
from hagen.generator.topology import Topology, plan

ROOT = Path(__file__).resolve().parents[1]
VALID = sorted((ROOT / "tests/fixtures/valid").glob("*.yaml"))
MINIMAL = b"apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n"


def name_of(path: Path) -> str:
    """A fixture's name, for test ids."""
    return path.stem


def checked(content: bytes) -> Report:
    """The report on a file's content."""
    return check(parse(content))


def planned(content: bytes) -> Topology:
    """The topology that a sound file describes."""
    report = checked(content)
    assert report.cluster is not None, report.problems
    return plan(report.cluster)


@cache
def rendered(path: Path) -> Mapping[str, RenderedFile]:
    """Every file that a fixture renders to."""
    content = path.read_bytes()
    files: Mapping[str, RenderedFile] = render(planned(content), content, OWN, primary=True)
    return files


def write(files: Mapping[str, RenderedFile], directory: Path) -> Path:
    """Put rendered files on disk."""
    for path, file in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    return directory


def need(*programs: str, root: bool = False) -> None:
    """Skip where a program or root is missing, with the reason; fail instead when HAGEN_REQUIRE_TESTBED is set."""
    search = os.environ["PATH"] + ":/usr/sbin:/sbin"
    missing = [f"{program} is not installed" for program in programs if shutil.which(program, path=search) is None]
    if root and os.geteuid() != 0:
        missing.append("needs root, for a namespace of its own")
    if missing and os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.fail("; ".join(missing))
    if missing:
        pytest.skip("; ".join(missing))


def run(
    *argv: str | Path, cwd: Path | None = None, stdin: str | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; the caller judges the exit code."""
    environment = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
    command: Sequence[str] = [str(part) for part in argv]
    return subprocess.run(
        command, cwd=cwd, input=stdin, env=environment, capture_output=True, text=True, check=False, timeout=timeout
    )
