"""The rendered repository on a control plane, and its overlays applied from there."""

import io
import tarfile
from pathlib import Path
from typing import Final

from .errors import BootstrapError
from .machine.kubectl import Kubectl
from .machine.remote import Remote
from .run import Run

FOLDER: Final = "/run/hagen/repository"
MANAGER: Final = "--field-manager=argocd-controller"  # what Argo CD applies as: it adopts what is here
_APPLY: Final = 300.0


def packed(repository: Path) -> bytes:
    """What kustomize needs of a rendered repository, as a tar archive. Same files, same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(repository.rglob("*.y*ml")):
            relative = path.relative_to(repository)
            if path.is_file() and not any(part.startswith(".") for part in relative.parts):
                member = tarfile.TarInfo(str(relative))
                content = path.read_bytes()
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def applied(run: Run, api: Kubectl, path: str, *, force: bool = False, timeout: float = _APPLY) -> None:
    """Apply an overlay (a folder) or a file by server-side apply. BootstrapError names who owns what conflicts."""
    run.memory.recall(f"repository on {api.host.name}", lambda: _brought(run, api.host))
    which = "-f" if path.endswith((".yaml", ".yml")) else "-k"
    flags = ("--force-conflicts",) if force else ()
    before = _versions(api, which, path)
    outcome = api.ask("apply", "--server-side", MANAGER, *flags, which, f"{FOLDER}/{path}", timeout=timeout)
    if outcome.code:
        said = outcome.stderr.decode(errors="replace").strip()
        remedy = (
            "Somebody else manages these fields; let go of them there, or change them in git."
            if "conflict" in said
            else "Run it again; hagen bootstrap doctor looks for the cause."
        )
        raise BootstrapError(path, "it could not be applied", remedy, said)
    if _versions(api, which, path) != before:
        run.changed("", f"{path} applied")


def _brought(run: Run, host: Remote) -> bool:
    host.run("rm", "-rf", FOLDER)
    host.run("mkdir", "-p", FOLDER)
    host.run("tar", "--extract", f"--directory={FOLDER}", stdin=packed(run.site.repository))
    return True


def _versions(api: Kubectl, which: str, path: str) -> dict[str, str]:
    """UID -> version of the objects that are there, to know afterwards whether anything changed."""
    found = api.get(which, f"{FOLDER}/{path}", "--ignore-not-found") or {}
    items = found.get("items", [found] if found else [])
    return {item["metadata"]["uid"]: item["metadata"].get("resourceVersion", "") for item in items}
