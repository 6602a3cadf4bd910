"""images/ci/deliver.sh: a commit with the tags, also when somebody else pushes in the same moment."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.images.clone import CLIENT, SERVER, Clone

DELIVER = "images/ci/deliver.sh"
BOTH = ("main", "production", "--", f"client={CLIENT}", f"server={SERVER}")


def deployed(clone: Clone, name: str) -> str:
    """The tag that the remote's branch deploys."""
    clone.git("fetch", "--quiet", "origin")
    text = clone.git("show", f"origin/main:apps/{name}/overlays/production/kustomization.yaml")
    (image,) = yaml.safe_load(text)["images"]
    return str(image["newTag"])


def tag(clone: Clone, name: str, commit: str = "HEAD") -> str:
    return clone.run("images/ci/tag.sh", name, commit).stdout.strip()


def pipeline(clone: Clone, name: str) -> Clone:
    """A fresh clone, checked out at the remote's newest commit as pipelines do: without a branch."""
    other = clone.again(name)
    other.git("checkout", "--quiet", "--detach")
    return other


def refuse(clone: Clone, script: str) -> None:
    """Let the remote look at pushes first."""
    hook = clone.directory.parent / "remote.git/hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


def test_both_tags_arrive_in_one_commit(clone: Clone) -> None:
    built = clone.change("images/server/app.js", "1\n")
    clone.push()
    result = pipeline(clone, "job").run(DELIVER, *BOTH)
    assert result.returncode == 0, result.stderr
    assert deployed(clone, "server") == tag(clone, "server", built)
    assert deployed(clone, "client") == tag(clone, "client", built)
    assert clone.git("rev-list", "--count", f"{built}..origin/main") == "1"
    subject = clone.git("log", "-1", "--format=%s", "origin/main")
    assert subject == f"Deliver client {tag(clone, 'client', built)}, server {tag(clone, 'server', built)}"
    changed = clone.git("diff", "--name-only", built, "origin/main").splitlines()
    assert changed == [
        "apps/client/overlays/production/kustomization.yaml",
        "apps/server/overlays/production/kustomization.yaml",
        "hagen.yaml",
    ]


def test_the_delivery_itself_starts_no_new_one(clone: Clone) -> None:
    """Pipelines look at changes below images/ alone."""
    job = pipeline(clone, "job")
    assert job.run(DELIVER, *BOTH).returncode == 0
    assert not [path for path in job.git("diff", "--name-only", "HEAD^").splitlines() if path.startswith("images/")]


def test_a_run_that_is_repeated_changes_nothing(clone: Clone) -> None:
    assert pipeline(clone, "first").run(DELIVER, *BOTH).returncode == 0
    clone.git("fetch", "--quiet", "origin")
    before = clone.git("rev-parse", "origin/main")
    result = pipeline(clone, "second").run(DELIVER, *BOTH)
    assert result.returncode == 0
    assert "nothing to change" in result.stdout
    clone.git("fetch", "--quiet", "origin")
    assert clone.git("rev-parse", "origin/main") == before


def test_a_push_of_somebody_else_is_kept(clone: Clone) -> None:
    built = clone.change("images/server/app.js", "1\n")
    clone.push()
    job = pipeline(clone, "job")
    theirs = clone.change("README.md", "theirs\n")
    clone.push()
    assert job.run(DELIVER, *BOTH).returncode == 0
    assert deployed(clone, "server") == tag(clone, "server", built)
    assert clone.git("merge-base", "origin/main", theirs) == theirs


def test_a_push_between_fetch_and_push_is_kept(clone: Clone) -> None:
    """The remote gets another commit in the very moment of the first attempt, which git then refuses."""
    built = clone.change("images/server/app.js", "1\n")
    clone.push()
    job = pipeline(clone, "job")
    theirs = clone.change("hagen.yaml", clone.read("hagen.yaml") + "# theirs\n")
    clone.git("push", "--quiet", "origin", "HEAD:refs/heads/waiting")
    refuse(
        clone,
        # The quarantine of a push forbids to change refs; it is left for this.
        "[ -e done ] && exit 0\ntouch done\nenv -u GIT_QUARANTINE_PATH git update-ref refs/heads/main waiting\n",
    )
    result = job.run(DELIVER, *BOTH)
    assert result.returncode == 0, result.stderr
    assert "rejected" in result.stderr or "failed to" in result.stderr, "the first attempt was refused"
    assert deployed(clone, "server") == tag(clone, "server", built)
    assert clone.git("merge-base", "origin/main", theirs) == theirs
    assert "# theirs" in clone.git("show", "origin/main:hagen.yaml")


def test_deliveries_at_the_same_time_all_arrive(clone: Clone) -> None:
    """Each of a pipeline of its own: one for the client, one for the server, and a person."""
    for name in ("client", "server"):
        clone.change(f"images/{name}/app.js", "1\n")
    clone.push()
    jobs = {name: pipeline(clone, name) for name in ("client", "server", "person")}

    def work(name: str) -> subprocess.CompletedProcess[str]:
        if name == "person":
            jobs[name].change("README.md", "theirs\n")
            for _ in range(20):
                jobs[name].run("git", "pull", "--quiet", "--rebase", "origin", "main")
                result = jobs[name].run("git", "push", "--quiet", "origin", "HEAD:refs/heads/main")
                if result.returncode == 0:
                    break
            return result
        image = {"client": CLIENT, "server": SERVER}[name]
        return jobs[name].run(DELIVER, "main", "production", "--", f"{name}={image}", ATTEMPTS="20")

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(work, jobs))
    assert [result.returncode for result in results] == [0, 0, 0], [result.stderr for result in results]
    for name in ("client", "server"):
        assert deployed(clone, name) == tag(clone, name)
    assert clone.git("show", "origin/main:README.md") == "theirs"
    hagen = clone.git("show", "origin/main:hagen.yaml")
    assert f"{CLIENT}:{tag(clone, 'client')}" in hagen
    assert f"{SERVER}:{tag(clone, 'server')}" in hagen


def test_an_older_run_does_not_take_a_newer_one_back(clone: Clone) -> None:
    clone.change("images/server/app.js", "1\n")
    clone.push()
    older = pipeline(clone, "older")
    built = clone.change("images/server/app.js", "2\n")
    clone.push()
    assert pipeline(clone, "newer").run(DELIVER, *BOTH).returncode == 0
    result = older.run(DELIVER, *BOTH)
    assert result.returncode == 0
    assert "images/server has changed since" in result.stdout
    assert deployed(clone, "server") == tag(clone, "server", built)


def test_an_older_run_still_delivers_what_nobody_changed_since(clone: Clone) -> None:
    built = clone.change("images/client/app.js", "1\n")
    clone.push()
    older = pipeline(clone, "older")
    clone.change("images/server/app.js", "2\n")
    clone.push()
    assert older.run(DELIVER, *BOTH).returncode == 0
    assert deployed(clone, "client") == tag(clone, "client", built)
    assert deployed(clone, "server") == "1.0.0", "the newer run's"


def test_what_is_delivered_merges_with_the_next_render(clone: Clone) -> None:
    assert pipeline(clone, "job").run(DELIVER, *BOTH).returncode == 0
    clone.git("pull", "--quiet", "--ff-only", "origin", "main")
    text = clone.read("hagen.yaml").replace("apiVersion", "access: {user: ops}\napiVersion", 1)
    clone.change("hagen.yaml", text)
    clone.render()
    clone.push()
    assert deployed(clone, "server") == tag(clone, "server")
    assert "ops" in clone.git("show", "origin/main:clusters/production/cloud-init/worker.yaml")


def test_a_branch_that_refuses_is_an_error_with_its_reason(clone: Clone) -> None:
    refuse(clone, "echo protected >&2; exit 1")
    result = pipeline(clone, "job").run(DELIVER, *BOTH, ATTEMPTS="2")
    assert result.returncode == 1
    assert "refused the push 2 times" in result.stderr
    assert "protected branch" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("main",), ("main", "production"), ("main", "--", f"server={SERVER}"), ("main", "production", "--")],
)
def test_wrong_calls_say_so(clone: Clone, arguments: tuple[str, ...]) -> None:
    before = clone.git("rev-parse", "HEAD")
    result = clone.run(DELIVER, *arguments)
    assert result.returncode == 2
    assert "usage:" in result.stderr
    assert clone.git("rev-parse", "HEAD") == before


def test_a_wrong_name_or_cluster_delivers_nothing(clone: Clone, tmp_path: Path) -> None:
    assert tmp_path
    for arguments in (("main", "production", "--", f"sever={SERVER}"), ("main", "other", "--", f"server={SERVER}")):
        job = pipeline(clone, f"job-{arguments[1]}")
        result = job.run(DELIVER, *arguments)
        assert result.returncode != 0
        assert result.stderr
    assert deployed(clone, "server") == "1.0.0"
