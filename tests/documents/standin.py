"""Stands in for hagen, make, kubectl, lxc and curl while a document is followed.

What can be carried out is handed on to the real program. Of the rest it is looked whether the real program would take it:
exit code 2 when not.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NoReturn

from tests.documents.elsewhere import MAKE, OTHERS, is_elsewhere, machines_of, parsed

_MACHINE: Final = re.compile(r"k8s-[a-z]+-\d+")


def main() -> NoReturn:
    """Named by its file, with its arguments."""
    program, words = Path(sys.argv[0]).name, sys.argv[1:]
    if program == "hagen" and is_elsewhere(words):
        _end(_hagen(words))
    if program == "make" and set(words) & set(MAKE):
        words = ["-n", *words]
    if program in OTHERS and words[:1] != ["kustomize"]:  # which asks no cluster
        _end(_kubectl(words) if program == "kubectl" else _machines(words))
    real = _real(program)
    if real is None:
        _end("" if program in OTHERS else f"{program} is not installed")
    os.execve(real, [real, *words], os.environ)  # noqa: S606 - no shell, on purpose


def _hagen(words: Sequence[str]) -> str:
    import click  # noqa: PLC0415 - the other stand-ins need none

    try:
        parsed(words)
    except click.UsageError as error:
        return f"hagen {' '.join(words)}: {error.format_message()}"
    return _machines(words)


def _machines(words: Sequence[str]) -> str:
    """Machines that are named are those of the repository."""
    places = [value for word, value in pairwise(words) if word in {"-r", "--repository"}]
    known = machines_of(Path(places[0] if places else "."))
    return "".join(f"there is no machine {word}\n" for word in words if _MACHINE.fullmatch(word) and word not in known)


def _kubectl(words: Sequence[str]) -> str:
    """The real one reads the subcommand and its options before it shows its help."""
    real = _real("kubectl")
    if real is None:
        return ""
    own = words[: words.index("--")] if "--" in words else words
    result = subprocess.run([real, *own, "--help"], capture_output=True, text=True, check=False)
    if result.returncode:
        return result.stderr
    usage = result.stdout.partition("Usage:")[2]
    return "" if any(f"kubectl {word}" in usage for word in own) else f"kubectl has no command in: {' '.join(own)}"


def _real(program: str) -> str | None:
    return shutil.which(program, path=os.environ["HAGEN_REAL_PATH"])


def _end(complaint: str) -> NoReturn:
    sys.stderr.write(complaint)
    raise SystemExit(2 if complaint else 0)
