"""A shell on a machine, by the lxc command: terminals, resizes and signals are what it is good at."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pylxd.client import CERTS_PATH

from ..contract import ProviderError
from .connect import Server


def command(server: Server, name: str) -> Sequence[str]:
    """What is to be run. ProviderError when the lxc command is not there, or does not know this server."""
    if shutil.which("lxc") is None:
        raise ProviderError(
            "lxc",
            "the lxc command is not installed here, and a shell needs it",
            "Install it (`snap install lxd`, or Debian's lxd-client), or use hagen bootstrap exec.",
        )
    local = not server.endpoint or server.endpoint.startswith("/")
    remote = "local" if local else _remote(server.endpoint, remotes())
    # Said even where it is the usual one: `lxc project switch` would choose another.
    argv = ["lxc", "exec", f"{remote}:{name}", "--project", server.project or "default", "--", "su", "-l"]
    return ["env", f"LXD_SOCKET={server.endpoint}", *argv] if local and server.endpoint else argv


def remotes() -> Mapping[str, Any]:
    """What the lxc command has been told of servers, by name. Empty when it has no file, or not one of its own."""
    folder = os.environ.get("LXD_CONF") or CERTS_PATH
    try:
        data = yaml.safe_load(Path(folder, "config.yml").read_text(encoding="utf-8"))
        found: Mapping[str, Any] = data["remotes"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
        return {}
    return found


def _remote(endpoint: str, known: Mapping[str, Any]) -> str:
    wanted = endpoint.rstrip("/")
    for name, remote in known.items():
        if isinstance(remote, dict) and str(remote.get("addr", "")).rstrip("/") == wanted:
            return name
    raise ProviderError(
        "lxc",
        f"the lxc command does not know {endpoint}",
        f"Tell it: lxc remote add NAME {endpoint}; or use hagen bootstrap exec.",
    )
