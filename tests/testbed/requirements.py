"""What a test of the testbed cannot do without. Missing: skipped with the reason, or failed with HAGEN_REQUIRE_TESTBED=1."""

import os
import subprocess
from functools import cache

import pytest

from tests import support


def need(*programs: str) -> None:
    """Programs, looked for in the system's folders too."""
    support.need(*programs)


def need_root() -> None:
    """Root, on a kernel that lets it make network namespaces and cables between them."""
    support.need("ip", "unshare", root=True)
    if refusal := _namespaces():
        pytest.fail(refusal) if os.environ.get("HAGEN_REQUIRE_TESTBED") else pytest.skip(refusal)


@cache
def _namespaces() -> str:
    """Empty when they can be made."""
    made = subprocess.run(
        ["unshare", "--net", "--mount", "ip", "link", "add", "a", "type", "veth", "peer", "name", "b"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if made.returncode == 0 else f"no network namespaces: {made.stderr.strip()}"
