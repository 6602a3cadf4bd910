"""The image that the tests' machines are made from: built once, kept in the user's cache under its recipe's hash."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

RECIPE = Path(__file__).parent / "recipe"
SUITE = "bookworm"
BUILD_LIMIT = 900.0
ENDS_WITH_THIS_PROCESS = (
    "setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
)  # fmt: skip


def cache() -> Path:
    """Where built images are kept; made when missing."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = base / "hagen" / "test-images"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def key(packages: tuple[str, ...] = (), customise: Path | None = None) -> str:
    """What the image is made of: every file of the recipe, the suite, further packages and the last script."""
    script = customise.read_bytes() if customise else b""
    digest = hashlib.sha256(repr((SUITE, packages, *([script] if script else []))).encode())
    for file in sorted(path for path in RECIPE.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(RECIPE)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def built(packages: tuple[str, ...] = (), customise: Path | None = None) -> Path:
    """The image; made first where the cache has none of this recipe (one to three minutes). Needs root and a mirror.

    `customise`: a script that is run last, with the image's root folder as its argument.
    """
    target = cache() / f"{key(packages, customise)}.tar.zst"
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _build(target, packages, customise)
    return target


def empty_disk(directory: Path) -> Path:
    """An image for virtual machines with nothing on its disk: enough to make one, not to boot it."""

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=directory)

    shutil.copy(RECIPE / "metadata.yaml", directory)
    shutil.copytree(RECIPE / "templates", directory / "templates")
    run("qemu-img", "create", "-q", "-f", "qcow2", "rootfs.img", "1G")
    run("tar", "-cf", "empty.tar", "metadata.yaml", "templates", "rootfs.img")
    return directory / "empty.tar"


def _build(target: Path, packages: tuple[str, ...], customise: Path | None) -> None:
    scratch, unfinished = cache() / "scratch", cache() / "unfinished"  # one of each, whatever is killed how often
    scratch.mkdir(exist_ok=True)
    try:
        paths = (RECIPE / "build.sh", SUITE, scratch, unfinished)
        command = [*ENDS_WITH_THIS_PROCESS, *map(str, paths), *packages]
        environment = {**os.environ, "CUSTOMISE": str(customise or "")}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=BUILD_LIMIT, env=environment
        )
        if done.returncode != 0:
            raise RuntimeError(f"the test image cannot be built: {done.stderr[-2000:]}")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
        scratch.rmdir()
