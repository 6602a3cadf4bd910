"""install.sh and the wheels: the agent comes to a machine that downloads nothing, and an upgrade that fails costs nothing."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, need, rendered

_INSTALL = "clusters/production/health-agent/install.sh"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For this machine's own Python, as `make agent-wheels` gets them."""
    need("sh")
    folder = tmp_path_factory.mktemp("wheels") / "folder"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [ROOT / "scripts/agent_wheels.sh", sys.executable, folder, version, platform.machine()]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return folder


def _install(directory: Path, home: Path, wheels: Path, requirement: str) -> subprocess.CompletedProcess[str]:
    script = directory / "install.sh"
    script.write_bytes(rendered(ROOT / "tests/fixtures/valid/reference.yaml")[_INSTALL].content)
    # No index and no network: what is not among the wheels is not there.
    environment = os.environ | {"HAGEN_AGENT_HOME": str(home), "PIP_NO_INDEX": "1"}
    command = ["sh", script, requirement, wheels]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.timeout(300)
def test_the_agent_is_installed_upgraded_and_never_lost(wheels: Path, tmp_path: Path) -> None:
    home = tmp_path / "hagen-agent"
    first = _install(tmp_path, home, wheels, "hagen[agent]")
    assert first.returncode == 0, first.stderr
    agent = home / "bin/hagen-agent"
    assert subprocess.run([agent, "--version"], capture_output=True, check=False).returncode == 0
    old = home.readlink()

    failed = _install(tmp_path, home, wheels, "hagen[agent]==99")
    assert failed.returncode != 0
    assert home.readlink() == old
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["install.sh", home.name, old.name])

    again = _install(tmp_path, home, wheels, "hagen[agent]")
    assert again.returncode == 0, again.stderr
    assert home.readlink() != old
    assert not old.exists(), "the environment that was replaced is removed"
    assert subprocess.run([agent, "--version"], capture_output=True, check=False).returncode == 0
