"""images/ci/bump.sh: a tag in the overlay, hagen.yaml and hagen.lock, and the next render agrees with all three."""

import subprocess
from pathlib import Path

import pytest
import yaml

from hagen.generator.load import parse
from tests.gitops.build import kubectl
from tests.images.clone import CLIENT, SERVER, Clone
from tests.support import need

BUMP = "images/ci/bump.sh"
NEW = "20260102-030405-0123456789ab"
BUSYBOX = {name: f"busybox {name}" for name in ("awk", "cat", "cmp", "grep", "mktemp", "rm", "sh")}


def images(clone: Clone, name: str, cluster: str = "production") -> list[dict[str, str]]:
    """The images of an overlay."""
    found: list[dict[str, str]] = yaml.safe_load(clone.read(f"apps/{name}/overlays/{cluster}/kustomization.yaml"))[
        "images"
    ]
    return found


def bump(clone: Clone, name: str, image: str, tag: str = NEW, cluster: str = "production") -> None:
    result = clone.run(BUMP, cluster, name, image, tag)
    assert result.returncode == 0, result.stderr
    assert not result.stderr


def test_the_overlay_gets_the_tag(clone: Clone) -> None:
    before = clone.read("apps/client/overlays/production/kustomization.yaml")
    bump(clone, "client", CLIENT)
    assert images(clone, "client") == [{"name": "client", "newName": CLIENT, "newTag": NEW}]
    after = clone.read("apps/client/overlays/production/kustomization.yaml")
    assert after == before.replace('"1.0.0"', f'"{NEW}"'), "nothing else"
    assert images(clone, "server")[0]["newTag"] == "1.0.0"


def test_a_digest_goes_with_the_tag_that_it_belonged_to(clone: Clone) -> None:
    assert "digest" in images(clone, "server")[0]
    bump(clone, "server", SERVER)
    assert images(clone, "server") == [{"name": "server", "newName": SERVER, "newTag": NEW}]


def test_kustomize_builds_what_was_written(clone: Clone) -> None:
    bump(clone, "server", SERVER)
    result = subprocess.run(
        [kubectl(), "kustomize", clone.directory / "apps/server/overlays/production"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"image: {SERVER}:{NEW}\n" in result.stdout


def test_hagen_yaml_describes_what_runs_and_keeps_its_comments(clone: Clone) -> None:
    before = clone.read("hagen.yaml")
    bump(clone, "client", CLIENT)
    bump(clone, "server", SERVER)
    after = clone.read("hagen.yaml")
    assert "# The images; registry.example.com/team/server:0.9 was the first one.\n" in after
    assert f"'{CLIENT}:{NEW}'}}  # kept" in after
    assert f'"{SERVER}:{NEW}"' in after
    assert len(after.splitlines()) == len(before.splitlines())


def test_the_lock_lists_the_image_that_runs(clone: Clone) -> None:
    lock = clone.read("hagen.lock")
    listed = f'images = [\n    "{CLIENT}:1.0.0",\n    "{SERVER}-other:1.0.0",\n    "{SERVER}:1.0.0",\n]\n'
    clone.change("hagen.lock", listed + lock)
    bump(clone, "server", SERVER)
    assert clone.read("hagen.lock") == listed.replace(f"{SERVER}:1.0.0", f"{SERVER}:{NEW}") + lock


def test_the_next_render_merges_without_a_conflict_and_changes_nothing(clone: Clone) -> None:
    clone.git("branch", "hagen/rendered", "origin/hagen/rendered")
    bump(clone, "client", CLIENT)
    bump(clone, "server", SERVER)
    clone.git("commit", "--quiet", "--all", "--message", "Deliver")
    tree = clone.git("rev-parse", "HEAD^{tree}")
    clone.render()
    assert clone.git("rev-parse", "HEAD^{tree}") == tree
    assert images(clone, "server")[0]["newTag"] == NEW
    commit = clone.git("rev-parse", "HEAD")
    clone.render()
    assert clone.git("rev-parse", "HEAD") == commit, "the second one has nothing to do"
    # And a change by hand of the same lines after it goes through as well.
    clone.change("hagen.yaml", clone.read("hagen.yaml").replace(NEW, "2.0.0"))
    clone.render()
    assert images(clone, "client")[0]["newTag"] == "2.0.0"


def test_an_overlay_alone_would_have_been_a_conflict(clone: Clone) -> None:
    """Why hagen.yaml is bumped too: what the decision is made of."""
    clone.git("branch", "hagen/rendered", "origin/hagen/rendered")
    hagen = clone.read("hagen.yaml")
    bump(clone, "client", CLIENT)
    clone.change("hagen.yaml", hagen)
    clone.change("hagen.yaml", hagen.replace("client:1.0.0", "client:2.0.0"))
    result = clone.run("hagen", "render", "-c", "hagen.yaml", "-o", ".")
    assert result.returncode == 1
    assert "apps/client/overlays/production/kustomization.yaml" in result.stdout + result.stderr


def test_twice_is_once(clone: Clone) -> None:
    bump(clone, "server", SERVER)
    before = clone.git("diff")
    bump(clone, "server", SERVER)
    assert clone.git("diff") == before


def test_a_file_that_stays_is_not_touched(clone: Clone) -> None:
    bump(clone, "server", SERVER)
    path = clone.directory / "hagen.yaml"
    before = path.stat().st_mtime_ns
    bump(clone, "server", SERVER)
    assert path.stat().st_mtime_ns == before


def test_a_further_cluster_has_files_of_its_own(clone: Clone) -> None:
    text = (
        "apiVersion: hagen.dev/v1alpha1\nkind: Cluster\nmetadata: {name: staging}\n"
        "network: {cidr: 10.50.0.0/24, vrrp: {routerID: 52}}\n"
        f"apps: {{server: {{image: '{SERVER}:1.0.0'}}}}\n"
    )
    staging = clone.directory.parent / "staging.yaml"
    staging.write_text(text)
    result = clone.run("hagen", "render", "-c", staging, "-o", ".")
    assert result.returncode == 0, result.stdout + result.stderr
    bump(clone, "server", SERVER, cluster="staging")
    assert clone.git("diff", "--name-only").splitlines() == [
        "apps/server/overlays/staging/kustomization.yaml",
        "clusters/staging/hagen.yaml",
    ]


def test_another_registry_is_taken_over(clone: Clone) -> None:
    result = clone.run(BUMP, "production", "client", "ghcr.io/team/client", NEW)
    assert result.returncode == 0
    assert images(clone, "client")[0]["newName"] == "ghcr.io/team/client"
    assert "hagen.yaml does not name ghcr.io/team/client" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "usage:"),
        (("production", "client", CLIENT), "usage:"),
        (("produktion", "client", CLIENT, NEW), "clusters here: production"),
        (("production", "klient", CLIENT, NEW), "apps/klient/overlays/production/kustomization.yaml"),
        (("production", "client", CLIENT, 'x"; y'), "is no tag"),
        (("production", "client", CLIENT, "a" * 129), "is no tag"),
    ],
)
def test_wrong_calls_say_so_and_change_nothing(clone: Clone, arguments: tuple[str, ...], said: str) -> None:
    result = clone.run(BUMP, *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert not clone.git("status", "--porcelain")


def test_an_overlay_without_the_image_is_an_error(clone: Clone) -> None:
    path = "apps/client/overlays/production/kustomization.yaml"
    clone.change(path, clone.read(path).replace("  - name: client\n", "  - name: other\n"))
    result = clone.run(BUMP, "production", "client", CLIENT, NEW)
    assert result.returncode == 1
    assert "lists no image" in result.stderr


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("image: a.b/x:1", True),
        ('image: "a.b/x:1"', True),
        ("{image: a.b/x:1, host: y}", True),
        ("image: a.b/x@sha256:" + "0" * 64, True),
        ("# image: a.b/x:1", False),
        ("image: a.b/x-y:1", False),
        ("image: a.b/x/y:1", False),
        ("image: z.a.b/x:1", False),
        ("image: c/a.b/x:1", False),
        ("image: aab/x:1", False),
        ("image: a.b/x", False),
    ],
)
def test_only_that_very_image_is_changed(clone: Clone, line: str, changed: bool) -> None:
    clone.change("hagen.yaml", f"{line}\n")
    clone.run(BUMP, "production", "client", "a.b/x", NEW)
    assert (f"a.b/x:{NEW}" in clone.read("hagen.yaml")) == changed
    if not changed:
        assert clone.read("hagen.yaml") == f"{line}\n"
    else:
        parse(clone.read("hagen.yaml").encode())


def test_shellcheck_finds_nothing() -> None:
    need("shellcheck")
    scripts = sorted((Path(__file__).parents[2] / "gitops-template/images/ci").glob("*.sh"))
    assert len(scripts) == 4
    result = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("programs", [{"awk": "mawk"}, {"awk": "gawk"}, BUSYBOX], ids=["mawk", "gawk", "busybox"])
def test_every_runner_gives_the_same(clone: Clone, programs: dict[str, str], tmp_path: Path) -> None:
    """Runners of GitHub have mawk or gawk, the docker image that GitLab's pipeline runs in has busybox."""
    need(*{command.split()[0] for command in programs.values()})
    directory = tmp_path / "bin"
    directory.mkdir()
    for name, command in programs.items():
        (directory / name).write_text(f'#!/bin/dash\nexec {command} "$@"\n')
        (directory / name).chmod(0o755)
    path = f"{directory}:{clone.run('sh', '-c', 'echo $PATH').stdout.strip()}"
    shell = ["busybox", "sh"] if "sh" in programs else ["sh"]
    result = clone.run(*shell, BUMP, "production", "server", SERVER, NEW, PATH=path)
    assert result.returncode == 0, result.stderr
    assert images(clone, "server") == [{"name": "server", "newName": SERVER, "newTag": NEW}]
    assert f'"{SERVER}:{NEW}"' in clone.read("hagen.yaml")
