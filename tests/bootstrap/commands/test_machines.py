"""Commands on the machines of a cluster that is up, in memory: exec, plan, up, kubeconfig, ssh, down."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hagen.bootstrap.commands import opening
from hagen.bootstrap.program import group
from hagen.bootstrap.provider.contract import Outcome
from hagen.bootstrap.site import Site
from tests.bootstrap.world import FakeWorld

Bootstrap = Callable[..., Result]


@pytest.fixture
def bootstrap(site: Site, monkeypatch: pytest.MonkeyPatch) -> Bootstrap:
    """`hagen bootstrap`, with that cluster for LXD."""
    monkeypatch.setattr(opening, "LxdProvider", lambda *_: site.provider)

    def call(command: str, *arguments: str) -> Result:
        return CliRunner().invoke(group, [command, "-r", str(site.repository), *arguments])

    return call


@pytest.mark.parametrize("before", [[], ["--"]])
def test_a_command_runs_on_a_machine(bootstrap: Bootstrap, world: FakeWorld, before: list[str]) -> None:
    world.failures.append(
        lambda _, argv: Outcome(3, b"out", b"err") if tuple(argv) == ("ls", "-l", "--", "x") else None
    )
    told = bootstrap("exec", "k8s-lb-1", *before, "ls", "-l", "--", "x")
    assert (told.exit_code, told.stdout, told.stderr) == (3, "out", "err")
    assert world.calls[-1] == ("k8s-lb-1", ("ls", "-l", "--", "x"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["k8s-lb-9", "true"], "there is no machine k8s-lb-9; there are: k8s-lb-1, k8s-lb-2"),
        (["k8s-lb-1"], "Missing argument 'COMMAND...'"),
        (["k8s-lb-1", "--"], "Missing argument 'COMMAND...'"),
    ],
)
def test_what_cannot_run(bootstrap: Bootstrap, arguments: list[str], words: str) -> None:
    told = bootstrap("exec", *arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert words in told.stderr


@pytest.mark.parametrize("command", ["plan", "up"])
def test_a_name_that_there_is_not_is_no_replacement(bootstrap: Bootstrap, command: str) -> None:
    told = bootstrap(command, "--replace", "nobody", "--replace", "k8s-lb-1")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "hagen.yaml has no machine nobody" in told.stderr


def test_json_ends_with_an_outcome_also_when_nothing_may_be_done(bootstrap: Bootstrap, site: Site) -> None:
    told = bootstrap("up", "--json", "--replace", "k8s-worker-1")
    assert told.exit_code == 1
    (line,) = map(json.loads, told.stdout.splitlines())
    assert line["kind"] == "outcome"
    assert [problem["remedy"] for problem in line["problems"]] == ["Nobody can answer here; say --yes."]
    assert "replace\tk8s-worker-1" in told.stderr
    assert "k8s-worker-1" in site.provider.machines()


def test_a_folder_with_another_clusters_inventory_is_refused(bootstrap: Bootstrap, site: Site) -> None:
    site.folder.rename(site.folder.with_name("staging"))
    told = bootstrap("down", "--yes")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "cluster is production, and its folder is staging; render it anew" in told.stderr
    assert site.provider.machines()


def test_an_address_is_no_two_machines(bootstrap: Bootstrap, site: Site) -> None:
    """One machine less and another one more, at its address."""
    inventory = site.folder / "inventory.yaml"
    inventory.write_text(inventory.read_text().replace("k8s-worker-3", "k8s-worker-9"))
    told = bootstrap("plan")
    assert told.exit_code == 1, told.stdout
    assert "create\tk8s-worker-9" in told.stdout
    assert "k8s-worker-3 has 127.196.35.26 still" in told.stdout


def test_the_kubeconfig_is_fetched_anew(bootstrap: Bootstrap, site: Site, tmp_path: Path) -> None:
    content = (site.repository / "kubeconfig").read_text()
    told = bootstrap("kubeconfig", "-o", "-")
    assert (told.exit_code, told.stdout) == (0, content)
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_text("another")
    link.symlink_to(there)
    assert bootstrap("kubeconfig", "-o", str(link)).exit_code == 0
    assert (link.is_symlink(), there.read_text()) == (True, content)
    assert (tmp_path / "there.before").read_text() == "another"
    assert there.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("output", "words"), [("/nonexistent/x", "/nonexistent"), ("/dev/null", "/dev/null: it is no file")]
)
def test_a_kubeconfig_that_cannot_be_written(bootstrap: Bootstrap, output: str, words: str) -> None:
    told = bootstrap("kubeconfig", "-o", output)
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert words in told.stderr


def test_a_folder_that_cannot_be_written_to_is_no_defect(bootstrap: Bootstrap, site: Site) -> None:
    runs = site.repository / ".hagen"
    runs.rename(runs.with_name("elsewhere"))
    runs.write_text("a file")
    told = bootstrap("up", "--plain")
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert ".hagen" in told.stderr


def test_down_asks_and_then_leaves_nothing(bootstrap: Bootstrap, world: FakeWorld) -> None:
    told = bootstrap("down")
    assert told.exit_code == 1
    assert "k8s-worker-3" in told.stdout
    assert "say --yes" in told.stderr
    assert len(world.there) == 8
    told = bootstrap("down", "--yes")
    assert (told.exit_code, world.there) == (0, {})
    assert told.stdout.endswith("Nothing of cluster production is left.\n")
