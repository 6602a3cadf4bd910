"""The wheel holds what the repository holds, and renders by itself."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support import MINIMAL, ROOT

PROGRAMS = ("generator", "agent", "bootstrap")
TEMPLATE = "gitops-template"
LEFT_OUT = {"__pycache__", "node_modules", "dist"}
MADE = ("images/client/node_modules/left/index.js", "images/client/dist/index.html", "images/server/node_modules/a.js")


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, for setuptools leaves a build folder and metadata beside what it builds; and what npm leaves behind."""
    source = tmp_path_factory.mktemp("source")
    for left in MADE:
        (source / TEMPLATE / left).parent.mkdir(parents=True)
        (source / TEMPLATE / left).write_text("made")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, tracked.stdout.split("\0")):
        if name.startswith((*PROGRAMS, TEMPLATE)) or "/" not in name:
            copy = source / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / name).read_bytes())
            copy.chmod((ROOT / name).stat().st_mode)
    return source


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    result = subprocess.run(
        [*command, "--wheel-dir", str(target), str(source)], capture_output=True, text=True, check=False, timeout=100
    )
    assert result.returncode == 0, result.stderr
    (path,) = target.glob("*.whl")
    return path


def shipped(wheel: Path, folder: str) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        prefix = f"hagen/{folder}/"
        return {name.removeprefix(prefix) for name in archive.namelist() if name.startswith(prefix)}


def in_repository(folder: str) -> set[str]:
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts))
    return {path.relative_to(ROOT / folder).as_posix() for path in files}


@pytest.mark.parametrize("folder", [*PROGRAMS, TEMPLATE])
def test_the_wheel_ships_every_file(wheel: Path, folder: str) -> None:
    assert shipped(wheel, folder) == in_repository(folder)


def test_the_source_distribution_ships_every_file(source: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(source, tmp_path / "copy")
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(copy)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert result.returncode == 0, result.stderr
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        files = {member.name.partition("/")[2]: member for member in archive.getmembers() if member.isfile()}
    inside = {name.removeprefix(f"{TEMPLATE}/") for name in files if name.startswith(f"{TEMPLATE}/")}
    assert inside == in_repository(TEMPLATE)
    assert files[f"{TEMPLATE}/images/ci/bump.sh"].mode & 0o111, "programs stay programs"


def test_the_template_ships_its_hidden_files(wheel: Path) -> None:
    assert any(name.rpartition("/")[2].startswith(".") for name in shipped(wheel, TEMPLATE))


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        ".".join(("hagen", *path.parent.relative_to(ROOT).parts))
        for p in PROGRAMS
        for path in (ROOT / p).rglob("__init__.py")
    }
    assert set(listed) == found | {"hagen.gitops-template"}


def test_hagen_is_a_namespace_and_the_only_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"hagen", "hagen-0.1.0.dist-info"}
    assert "hagen/__init__.py" not in names


def test_what_the_wheel_holds_renders(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    # By pip, which keeps programs executable, and compiles every .py that it finds.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    installed = subprocess.run([*command, str(wheel)], capture_output=True, text=True, check=False, timeout=100)
    assert installed.returncode == 0, installed.stderr
    assert (site / "hagen/gitops-template/load-tests/__pycache__").is_dir()
    (tmp_path / "hagen.yaml").write_bytes(MINIMAL)
    # What was installed comes before the checkout on the path.
    script = f"import sys; sys.path.insert(0, {str(site)!r}); from hagen.generator.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    result = subprocess.run(
        [sys.executable, "-c", script, "render", "-o", "out"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out/clusters/production/inventory.yaml").is_file()
    assert (tmp_path / "out/.gitignore").is_file()
    assert os.access(tmp_path / "out/images/ci/bump.sh", os.X_OK)
    assert (tmp_path / "out/load-tests/locustfile.py").is_file()
    assert not list((tmp_path / "out").rglob("*.pyc"))


def test_the_changelog_and_the_license_are_there() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
    assert "Apache License" in (ROOT / "LICENSE").read_text()
