"""The program as a process: `hagen-agent`, and `hagen agent` beside the generator."""

import os
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
import yaml

from tests.agent.configured import document

CALLS = {
    "hagen-agent": [sys.executable, "-c", "from hagen.agent.program import main; main()"],
    "hagen agent": [sys.executable, "-m", "hagen.generator", "agent"],
}
HEAVY = ("prometheus_client", "pymysql", "pydantic", "rich", "pyroute2", "yaml", "cookiecutter", "kubernetes")


def call(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CALLS[name], *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", CALLS)
def test_it_explains_itself(name: str) -> None:
    result = call(name, "--help")
    assert result.returncode == 0, result.stderr
    assert f"Usage: {name} [OPTIONS] COMMAND" in result.stdout.replace("python -m hagen.generator", "hagen")
    for command in ("check", "metrics"):
        assert f"  {command} " in result.stdout


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_configuration_is_no_defect(name: str, tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text("apiVersion: hagen.dev/v1alpha1\nkind: Agent\n")
    result = call(name, "check", "-c", str(tmp_path / "agent.yaml"))
    assert (result.returncode, result.stdout) == (1, "")
    assert f"{tmp_path}/agent.yaml:1:1: error: galera: galera is missing; add it" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["metrics"], ["check"], ["check", "--json"]], ids=" ".join)
def test_a_full_disk_is_no_defect(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text(yaml.safe_dump(document()))
    given = ["-c", str(tmp_path / "agent.yaml")] if arguments[0] == "check" else []
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*CALLS["hagen-agent"], *arguments, *given], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 1
    assert result.stderr == "error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--nope"]])
def test_wrong_usage_ends_with_2(name: str, arguments: list[str]) -> None:
    assert call(name, *arguments).returncode == 2


def test_the_entry_points_are_there() -> None:
    """A wheel without them would have no `hagen agent`."""
    assert entry_points(group="hagen.commands")["agent"].value == "hagen.agent.program:group"
    assert entry_points(group="console_scripts")["hagen-agent"].value == "hagen.agent.program:main"


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [("hagen.agent.program", HEAVY), ("hagen.generator.cli", (*HEAVY, "hagen.agent", "importlib.metadata"))],
)
def test_the_front_doors_load_nothing_heavy(module: str, forbidden: tuple[str, ...]) -> None:
    script = f"import sys, {module}; print(*sorted(sys.modules), sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not set(forbidden) & set(loaded)


def test_a_command_of_the_generator_looks_for_no_others(tmp_path: Path) -> None:
    """Finding out what other programs bring reads the whole of site-packages."""
    script = (
        "import sys, importlib.metadata as m\n"
        "def forbidden(**_): raise SystemExit('looked for entry points')\n"
        "m.entry_points = forbidden\n"
        "from hagen.generator.cli import main\n"
        "sys.argv = ['hagen', 'schema']\n"
        "main()\n"
    )
    environment = os.environ | {"HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment
    )
    assert result.returncode == 0, result.stderr
    assert "hagen.yaml" in result.stdout


def test_a_missing_library_is_named() -> None:
    script = (
        "import sys; sys.modules['rich'] = sys.modules['yaml'] = None\n"
        "from hagen.agent.program import main\n"
        "sys.argv = ['hagen-agent', 'check']\n"
        "main()\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == "Error: yaml is not installed; install it with: pip install 'hagen[agent]'\n"


def test_its_version_is_the_packages() -> None:
    result = call("hagen-agent", "--version")
    assert (result.returncode, result.stdout) == (0, f"hagen-agent, version {version('hagen')}\n")
