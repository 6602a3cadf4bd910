"""Somebody who follows a document from top to bottom in a real shell. What no test can carry out stands in for itself."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.documents.elsewhere import OTHERS
from tests.documents.page import Block, Shown, blocks, shown
from tests.support import ROOT

_STANDIN: Final = """#!{python}
import sys
sys.path.insert(0, {root!r})
from tests.documents.standin import main
main()
"""
SERVER: Final = "https://git.example.com/platform/demo.git"
_MARK: Final = "\x1e"
_ACTIVATED: Final = """source() {
    # The stand-ins come first on the path, and have to stay there.
    if [ "$1" != .venv/bin/activate ]; then builtin source "$@"; fi
}
"""


@dataclass(frozen=True)
class Followed:
    """`code`: of the first block that failed, else 0. `outputs`: what the page's console commands printed."""

    code: int
    text: str
    outputs: tuple[tuple[Shown, str], ...] = field(default=())

    @property
    def differences(self) -> list[str]:
        """Console commands that print something else than the page says."""
        return [
            f"$ {each.command}\n--- the page\n{each.output}--- in truth\n{printed}"
            for each, printed in self.outputs
            if printed != each.output
        ]


def checkout(into: Path) -> Path:
    """A copy of what git tracks, with this environment standing in for the one that `make` would build."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith("tests/") and (ROOT / name).exists():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    (into / ".venv").symlink_to(Path(sys.executable).parents[1])
    return into


def environment(programs: Path | None, origin: Path | None) -> dict[str, str]:
    """That of a user who has a name in git, and hagen on the path. `origin`: what is behind the pages' git server."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MAKE"))}
    path = f"{Path(sys.executable).parent}:{own['PATH']}"
    server = {"GIT_CONFIG_KEY_0": f"url.{origin}.insteadOf", "GIT_CONFIG_VALUE_0": SERVER, "GIT_CONFIG_COUNT": "1"}
    return (
        own
        | {
            "PATH": f"{programs}:{path}" if programs else path,
            "HAGEN_REAL_PATH": path,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "Reader",
            "GIT_AUTHOR_EMAIL": "reader@example.com",
            "GIT_COMMITTER_NAME": "Reader",
            "GIT_COMMITTER_EMAIL": "reader@example.com",
            "GIT_PAGER": "cat",
            "LC_ALL": "C.UTF-8",
        }
        | (server if origin else {})
    )


def run(
    script: str, cwd: Path, programs: Path | None = None, origin: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A script in bash, ended by the first command that fails."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        env=environment(programs, origin),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def standins(directory: Path) -> Path:
    """Programs that look at how they are called, and hand on what can be carried out."""
    directory.mkdir()
    for name in ("hagen", "make", *OTHERS):
        program = directory / name
        program.write_text(_STANDIN.format(python=sys.executable, root=str(ROOT)))
        program.chmod(0o755)
    return directory


def follow(page: str, cwd: Path, programs: Path, origin: Path) -> Followed:
    """A page's blocks, one after the other in one shell."""
    expected: list[Shown] = []
    script = _ACTIVATED + "\n".join(_script(block, expected) for block in blocks(page))
    result = run(script, cwd, programs, origin)
    printed = re.findall(rf"{_MARK}begin\n(.*?){_MARK}end\n", result.stdout, re.DOTALL)
    outputs = tuple(zip(expected, printed, strict=False))
    text = f"{result.stdout.replace(_MARK, '# ')}\n{result.stderr}"
    return Followed(result.returncode or int(len(printed) != len(expected)), text, outputs)


def _script(block: Block, expected: list[Shown]) -> str:
    if block.language == "sh":
        return block.text
    if block.language != "console":
        return ""
    commands = shown(block)
    expected += commands
    # A group, so that `cd` and variables last; whatever it ends with, the output says it.
    return "\n".join(
        f"printf '{_MARK}begin\\n'\n{{ {each.command}\n}} 2>&1 || true\nprintf '{_MARK}end\\n'" for each in commands
    )
