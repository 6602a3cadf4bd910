"""What the tests of this folder share: a mirror of small manifests, and the commands without their processes."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from hagen.generator.check import Report, check
from hagen.generator.compatibility import Compatibility, compatibility
from hagen.generator.generate import generate
from hagen.generator.load import parse
from hagen.generator.publish import Outcome, publish, write_plain
from hagen.generator.rendering import Choose, Rendered, rendered
from hagen.generator.template import OWN
from hagen.generator.topology.components import Upstream
from hagen.generator.vendor.checking import check_vendored
from hagen.generator.vendor.copies import keep
from hagen.generator.vendor.fetch import Limits
from hagen.generator.vendor.obtain import obtain
from hagen.generator.vendor.source import source
from tests.support import MINIMAL

STAGING = MINIMAL + b"metadata: {name: staging}\nnetwork: {cidr: 10.50.0.0/24}\n"
FLANNEL = "infrastructure/flannel/base/upstream/kube-flannel.yml"
BASE = "infrastructure/flannel/base/kustomization.yaml"
SEALED = b"sealedSecrets: {enabled: true}\n"
COPY = "infrastructure/sealed-secrets/base/upstream/controller.yaml"
LIMITS = Limits(connect=1, read=1, whole=5, attempts=2, pause=0.01)


def manifest(addon: str, version: str, file: str) -> bytes:
    """A small manifest that stands for an upstream one."""
    head = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {Path(file).stem}}}\n"
    return f"{head}spec: {{template: {{spec: {{containers: [{{image: registry.example/{addon}:{version}}}]}}}}}}\n".encode()


def layout(matrix: Compatibility) -> dict[str, bytes]:
    """What a mirror holds: path -> content."""
    return {
        f"{name}/{addon.version}/{file}": manifest(name, addon.version, file)
        for name, addon in matrix.addons.items()
        for file in addon.files
    }


def mirror(directory: Path) -> Path:
    """A mirror in a folder, for the versions that are pinned now."""
    for path, content in layout(compatibility()).items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return directory


@cache
def _report(config: bytes) -> Report:
    report = check(parse(config))
    assert report.cluster, report.problems
    return report


def render(out: Path, config: bytes = MINIMAL, choose: Choose | None = None) -> Rendered:
    """What `hagen render` would publish."""
    return rendered(_report(config), out, OWN, generate, choose)


def put(
    result: Rendered, config: bytes = MINIMAL, *, plain: bool = False, bound: frozenset[str] = frozenset()
) -> Outcome:
    """Publish it."""
    cluster = _report(config).sound.metadata.name
    if plain:
        return write_plain(result.directory, result.files, cluster=cluster)
    return publish(result.directory, result.files, cluster=cluster, version="1", bound=bound)


def downloading(place: Path | str, *, accept_changed: bool = False, missing: bool = False) -> Choose:
    """As `hagen vendor` chooses."""
    origin = source(str(place), LIMITS, "hagen")

    def choose(upkeep: object, known: object) -> object:
        kept = keep(upkeep.own, known) if missing else {}  # type: ignore[attr-defined, arg-type]
        wanted = [use for use in upkeep.own if use.key not in kept]  # type: ignore[attr-defined]
        before = known.vendored  # type: ignore[attr-defined]
        return {**kept, **obtain(wanted, origin, before, _quiet, accept_changed=accept_changed)}

    return choose  # type: ignore[return-value]


def _quiet(upstream: Upstream, size: int | None) -> None:
    pass


def vendor(out: Path, place: Path | str, config: bytes = MINIMAL, *, plain: bool = False) -> Outcome:
    """`hagen vendor`."""
    result = render(out, config, downloading(place))
    return put(result, config, plain=plain, bound=result.upkeep.bound)


def pin(monkeypatch: pytest.MonkeyPatch, addon: str, version: str) -> None:
    """Make hagen pin another version, as a later release would."""
    matrix = compatibility()
    changed = replace(matrix.addons[addon], version=version)
    later = replace(matrix, addons=matrix.addons | {addon: changed})
    for module in ("topology.components", "vendor.checking"):
        monkeypatch.setattr(f"hagen.generator.{module}.compatibility", _always(later))
    monkeypatch.setattr("tests.generator.vendor.cluster.compatibility", _always(later))


def _always(matrix: Compatibility) -> Callable[[], Compatibility]:
    return lambda: matrix


def git(directory: Path, *arguments: str) -> str:
    """The output of a git command, run as a user would."""
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    command = ["git", *identity, *arguments]
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True, env=os.environ)
    return result.stdout.strip()


def tree(directory: Path) -> dict[str, bytes]:
    """Every file outside .git."""
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in paths
        if ".git" not in path.relative_to(directory).parts
    }


def resources(out: Path, path: str = BASE) -> list[str]:
    """What a base is built from."""
    document = yaml.safe_load((out / path).read_text())
    return list(document["resources"])


def kinds(out: Path) -> dict[str, set[str]]:
    """Kind of a difference -> paths."""
    found: dict[str, set[str]] = {}
    for difference in check_vendored(out).differences:
        assert difference.message
        assert difference.remedy
        found.setdefault(difference.kind, set()).add(difference.path)
    return found
