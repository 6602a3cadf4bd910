"""The health agent on a load balancer: its environment, and what it logs in with. See docs/agent.md."""

import base64
import io
import json
import tarfile
import time
from pathlib import Path
from typing import Final

from ..errors import BootstrapError
from .remote import Remote

FOLDER: Final = "/etc/hagen-agent"
CA: Final = f"{FOLDER}/ca.crt"
TOKEN: Final = f"{FOLDER}/token"
PASSWORD: Final = f"{FOLDER}/galera-password"
AUTHORITY: Final = f"{FOLDER}/agents-ca.crt"
CERTIFICATE: Final = f"{FOLDER}/tls.crt"
KEY: Final = f"{FOLDER}/tls.key"
UNITS: Final = ("hagen-agent-keepalived.socket", "hagen-agent.service")
SECONDS: Final = 365 * 24 * 3600
"""How long a token is asked for; the API server may give less."""
_PROGRAM: Final = "/opt/hagen-agent/bin/hagen-agent"
_SCRATCH: Final = "/run/hagen/agent"
_INSTALL: Final = 600.0
_LEAST: Final = 1 / 3  # of its life, that a token must still have


def installed(machine: Remote, version: str) -> bool:
    """Whether this version of the agent is there."""
    outcome = machine.ask(_PROGRAM, "--version")
    return outcome.code == 0 and version in outcome.stdout.decode(errors="replace").split()


def install(machine: Remote, script: bytes, version: str, wheels: Path | None) -> None:
    """Run the rendered installer; with a folder of wheels nothing is downloaded."""
    machine.run("rm", "-rf", _SCRATCH)
    machine.place(f"{_SCRATCH}/install.sh", script, mode=0o755)
    argv = ["sh", f"{_SCRATCH}/install.sh", f"hagen[agent]=={version}"]
    if wheels is not None:
        machine.run("mkdir", "-p", f"{_SCRATCH}/wheels")
        machine.run("tar", "--extract", f"--directory={_SCRATCH}/wheels", stdin=packed(wheels), timeout=_INSTALL)
        argv.append(f"{_SCRATCH}/wheels")
    machine.run(*argv, timeout=_INSTALL, remedy="Without PyPI: make agent-wheels, and --agent-wheels FOLDER.")
    machine.ask("rm", "-rf", _SCRATCH)


def packed(wheels: Path) -> bytes:
    """The wheels as a tar archive. BootstrapError when there are none."""
    files = sorted(wheels.glob("*.whl"))
    if not files:
        raise BootstrapError(str(wheels), "there are no wheels here", "make agent-wheels makes them.")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in files:
            archive.add(file, arcname=file.name)
    return buffer.getvalue()


def fresh(token: bytes, now: float) -> bool:
    """Whether a token still has a good part of its life: `iat` and `exp` of its claims (RFC 7519). Pure."""
    try:
        body = token.decode().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        begun, ends = float(claims["iat"]), float(claims["exp"])
    except (ValueError, KeyError, IndexError, TypeError):
        return False
    return ends - now > (ends - begun) * _LEAST


def has_token(machine: Remote) -> bool:
    """Whether the machine's token is good for a while."""
    return machine.has(TOKEN) and fresh(machine.read(TOKEN), time.time())


def give(machine: Remote, path: str, content: bytes) -> bool:
    """A file that the agent alone reads. False when it has it already."""
    return machine.put(path, content, mode=0o640, owner="root:hagen-agent")
