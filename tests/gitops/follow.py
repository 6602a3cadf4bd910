"""A page's shell blocks, run from top to bottom by a real shell in the rendered repository: what it would have called.

Programs that reach a machine, a cluster or a server stand in for themselves and write down how they were called.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RECORDED: Final = ("curl", "git", "hagen", "kubectl", "lxc", "make", "pip")
_REAL: Final = (
    *(
        "base64",
        "bash",
        "cat",
        "chmod",
        "cut",
        "date",
        "env",
        "grep",
        "head",
        "openssl",
        "rm",
        "sed",
        "sh",
        "sha256sum",
    ),
    *("sleep", "tail"),
)
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RECORD: Final = """#!/bin/sh
echo "$$" >> "$CALLS/order"
{ printf '%s\\0' "${0##*/}" "$@"; cat; } > "$CALLS/$$"
case "$*" in
*"member list"*) echo "8e9e05c52164694d, started, $LAST, https://192.0.2.1:2380, https://192.0.2.1:2379, false" ;;
esac
"""
# Takes the variables of its environment, and nothing else: envsubst is not everywhere.
_ENVSUBST: Final = """#!/bin/sh
sed -e "s|[$]{NODE_NAME}|$NODE_NAME|" -e "s|[$]{NODE_ADDRESS}|$NODE_ADDRESS|" -e "s|[$]{JOIN_TOKEN}|$JOIN_TOKEN|"
"""


@dataclass(frozen=True)
class Call:
    """One call of a program, and what it was given on standard input."""

    program: str
    arguments: tuple[str, ...]
    stdin: str

    def __str__(self) -> str:
        return " ".join((self.program, *self.arguments))[:200]


@dataclass(frozen=True)
class Followed:
    """What came of following a page. `complaints` are the shell's: a command or a file that is not there, a typo."""

    calls: tuple[Call, ...]
    complaints: str


def blocks(page: str) -> list[str]:
    """The text of every block that is marked as shell."""
    return _BLOCK.findall(page)


def follow(page: str, files: Mapping[str, bytes], last_control_plane: str) -> Followed:
    """Run a page's blocks in a copy of the files."""
    with tempfile.TemporaryDirectory(prefix="hagen-follow-") as scratch:
        root, programs, calls = Path(scratch, "repository"), Path(scratch, "bin"), Path(scratch, "calls")
        calls.mkdir()
        (calls / "order").touch()
        _programs(programs)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        environment = {
            "PATH": str(programs),
            "CALLS": str(calls),
            "HOME": scratch,
            "TMPDIR": scratch,
            "EDITOR": "true",
            "LAST": last_control_plane,
            "GIT_USER": "reader",
            "GIT_TOKEN": "-",
            "LC_ALL": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "-",
            "AWS_SECRET_ACCESS_KEY": "-",
        }
        result = subprocess.run(
            [shutil.which("bash") or "bash", "-u", "-c", "\n".join(blocks(page))],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        # Not by the files' ages: two calls may fall into one tick of the kernel's clock.
        order = Path(calls, "order").read_text().split()
        return Followed(tuple(_call(calls / name) for name in order), result.stderr)


def _programs(directory: Path) -> None:
    directory.mkdir()
    for name in _REAL:
        (directory / name).symlink_to(shutil.which(name, path=f"{os.environ['PATH']}:/usr/bin:/bin") or f"/bin/{name}")
    for name, text in (*((name, _RECORD) for name in RECORDED), ("envsubst", _ENVSUBST)):
        (directory / name).write_text(text)
        (directory / name).chmod(0o755)


def _call(file: Path) -> Call:
    *words, stdin = file.read_text().split("\0")
    return Call(words[0], tuple(words[1:]), stdin)
