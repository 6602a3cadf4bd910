"""What a test of the testbed cannot do without. Missing: skipped with the reason, or failed with HAGEN_REQUIRE_TESTBED=1."""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests import support


def need(*programs: str) -> None:
    """Programs, looked for in the system's folders too; with a slash in its name, any file."""
    for file in programs:
        if "/" in file and not Path(file).exists():
            _lacking(f"{file} is not installed")
    support.need(*(program for program in programs if "/" not in program))


def need_root() -> None:
    """Root, on a kernel that lets it make network namespaces and cables between them."""
    support.need("ip", "unshare", root=True)
    if refusal := _refusal_of_namespaces():
        _lacking(refusal)


def _lacking(reason: str) -> None:
    if os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def _refusal_of_namespaces() -> str:
    command = [
        "unshare",
        "--net",
        "--mount",
        "ip",
        "link",
        "add",
        "name",
        "left0",
        "type",
        "veth",
        "peer",
        "name",
        "right0",
    ]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if made.returncode == 0 else f"no network namespaces here: {made.stderr.strip()}"
