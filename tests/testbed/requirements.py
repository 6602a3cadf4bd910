"""What the testbed cannot do without. A test that lacks it is skipped with the reason, or fails with HAGEN_REQUIRE_TESTBED=1;
a person is told all of it at once."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.testbed.errors import TestbedError

# Program (or file) and the Debian package that brings it.
PACKAGES = {
    "haproxy": "haproxy",
    "keepalived": "keepalived",
    "etcd": "etcd-server",
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "/usr/lib/galera/libgalera_smm.so": "galera-4",
    "rsync": "rsync",
    "nft": "nftables",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "curl": "curl",
}
_LOAD = {"wrk": "wrk"}
_NAMESPACE = (
    *("unshare", "--net", "--mount"),
    *("ip", "link", "add", "name", "left0", "type", "veth", "peer", "name", "right0"),
)


def need(*programs: str) -> None:
    """Programs, looked for in the system's folders too; with a slash in its name, any file."""
    _give_up([f"{file} is not installed" for file in programs if not _found(file)])


def need_root() -> None:
    """Root, on a kernel that lets it make network namespaces and cables between them."""
    _give_up(_unprivileged())


def demand(*, load: bool = False) -> None:
    """Everything that a lab needs (`load`: its stress too); TestbedError with all that is missing, and what helps."""
    packages = PACKAGES | (_LOAD if load else {})
    missing = [file for file in packages if not _found(file)]
    reasons = [f"{file} is not installed" for file in missing]
    if missing:
        wanted = " ".join(dict.fromkeys(packages[file] for file in missing))
        reasons[-1] += f" (apt-get install --no-install-recommends {wanted})"
    if lacking := [*_unprivileged(), *reasons]:
        raise TestbedError("it cannot start here:\n" + "\n".join(f"  - {reason}" for reason in lacking))


def _found(file: str) -> bool:
    search = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return Path(file).exists() if "/" in file else shutil.which(file, path=search) is not None


def _unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return ["needs root, for network namespaces of its own: call it with sudo, or as root in a virtual machine"]
    if not (_found("ip") and _found("unshare")):
        return []  # which is said elsewhere
    return [refusal] if (refusal := _refusal_of_namespaces()) else []


def _give_up(reasons: Sequence[str]) -> None:
    if reasons and os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.fail("; ".join(reasons))
    if reasons:
        pytest.skip("; ".join(reasons))


@cache
def _refusal_of_namespaces() -> str:
    made = subprocess.run(_NAMESPACE, capture_output=True, text=True, check=False)
    return "" if made.returncode == 0 else f"no network namespaces here: {made.stderr.strip()}"
