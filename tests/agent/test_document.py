"""docs/agent.md: what it shows is what happens."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from hagen.agent.collectors import build_collectors
from hagen.agent.config import load_config
from hagen.agent.kubernetes.credentials import TokenFiles
from hagen.agent.program import group
from tests.support import ROOT, planned, rendered

PAGE = (ROOT / "docs/agent.md").read_text()
REFERENCE = ROOT / "examples/hagen.yaml"


def reference(directory: Path) -> Path:
    name = planned(REFERENCE.read_bytes()).name
    path = directory / "agent.yaml"
    path.write_bytes(rendered(REFERENCE)[f"clusters/{name}/agent.yaml"].content)
    return path


def test_commands_print_what_is_shown(tmp_path: Path) -> None:
    reference(tmp_path)
    shown = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert shown
    path = f"{Path(sys.executable).parent}:{Path(shutil.which('sed') or '/usr/bin/sed').parent}"
    for block in shown:
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            ran = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                env={"PATH": path},
            )
            assert ran.stdout + ran.stderr == expected, command


def test_every_command_is_there() -> None:
    assert set(re.findall(r"^\| `hagen-agent (\w+)` \|", PAGE, re.MULTILINE)) == set(group.commands or ()) | {
        "run",
        "check",
        "metrics",
    }


def test_collectors_look_as_often_as_is_stated(tmp_path: Path) -> None:
    config = load_config(reference(tmp_path))
    made = build_collectors(config, TokenFiles(tmp_path / "token", tmp_path / "ca"))
    stated = re.findall(r"^\| `(\w+)` \| ([\d.]+) s \| ([\d.]+) s \|", PAGE, re.MULTILINE)
    assert stated == [(one.name, f"{one.interval:g}", f"{one.deadline:g}") for one in made]
