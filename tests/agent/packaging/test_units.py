"""The systemd units of the agent, as rendered: sandboxed, and with nothing that they do not need."""

import configparser
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT, need, rendered

_FILES = rendered(ROOT / "tests/fixtures/valid/reference.yaml")
_UNITS = {Path(path).name: file.content for path, file in _FILES.items() if "/health-agent/hagen-agent" in path}
# What `systemd-analyze security` calls the exposure: 0 is none, 10 is all. Stated in docs/agent.md.
_EXPOSURE = {"hagen-agent.service": 17, "hagen-agent-keepalived.service": 17}


class _Unit(configparser.RawConfigParser):
    """A unit file: keys keep their case, and one that is written twice counts twice."""

    def __init__(self) -> None:
        super().__init__(strict=False, interpolation=None)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _section(unit: str, name: str) -> dict[str, str]:
    parser = _Unit()
    parser.read_string(_UNITS[unit].decode())
    return dict(parser[name])


@pytest.mark.parametrize("unit", _EXPOSURE)
def test_the_exposure_is_what_the_documentation_states(unit: str, tmp_path: Path) -> None:
    need("systemd-analyze")
    (tmp_path / unit).write_bytes(_UNITS[unit])
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={_EXPOSURE[unit]}"]
    judged = subprocess.run([*command, tmp_path / unit], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout.splitlines()[-1]
    stated = f"{_EXPOSURE[unit] / 10:g}"
    assert f"{unit}: {stated} " in judged.stdout
    assert f"`{unit}` | {stated} " in (ROOT / "docs/agent.md").read_text()


def test_the_agent_has_one_capability_and_its_helper_none() -> None:
    agent, helper = (_section(unit, "Service") for unit in _EXPOSURE)
    assert agent["AmbientCapabilities"] == agent["CapabilityBoundingSet"] == "CAP_NET_RAW"
    assert agent["User"] == "hagen-agent"
    assert helper["CapabilityBoundingSet"] == ""
    assert "User" not in helper, "only root's uid may signal keepalived"


def test_only_the_agent_may_ask_its_helper() -> None:
    socket = _section("hagen-agent-keepalived.socket", "Socket")
    assert (socket["SocketGroup"], socket["SocketMode"]) == ("hagen-agent", "0660")
    assert f" {socket['ListenStream']} " in _section("hagen-agent-keepalived.service", "Service")["ExecStart"]
