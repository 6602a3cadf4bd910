"""Files of a machine."""

from typing import Final

from ..contract import ProviderError
from .api import Api
from .execution import execute

ATTEMPTS: Final = 3
SECONDS: Final = 60.0
DAMAGED: Final = 97
# $1 checksum, $2 new file, $3 its place, $4 mode, $5 owner. Synced first: a name that is there has its content.
INTO_PLACE: Final = f"""
echo "$1  $2" | sha256sum --check --status || exit {DAMAGED}
[ "$5" = root ] || chown -- "$5" "$2" || exit
chmod -- "$4" "$2" && sync -- "$2" && mv -fT -- "$2" "$3"
"""


def beside(path: str) -> str:
    """Where a file is put together: in the same folder, and under one name only, so that nothing piles up."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.hagen-new"


def push(api: Api, name: str, path: str, content: bytes, *, checksum: str, mode: int, owner: str) -> None:
    """Upload beside, compare the checksum on the machine, rename. Repeated when what arrived is not what was sent:
    https://github.com/canonical/pylxd/issues/538
    """
    place = f"machine {name}"
    if not path.startswith("/") or path.endswith("/"):
        raise ProviderError(place, f"{path} is not the absolute path of a file", "Give one.")
    new = beside(path)
    headers = {"X-LXD-type": "file", "X-LXD-mode": "0600", "X-LXD-uid": "0", "X-LXD-gid": "0"}
    for _ in range(ATTEMPTS):
        if not api.upload(place, "instances", name, "files", content=content, headers=headers, path=new):
            _make_folder(api, name, new.rpartition("/")[0])
            continue
        argv = ["sh", "-c", INTO_PLACE, "sh", checksum, new, path, f"{mode:04o}", owner]
        outcome = execute(api, name, argv, SECONDS)
        if outcome.code == 0:
            return
        if outcome.code != DAMAGED:
            said = outcome.stderr.decode(errors="replace").strip()
            raise ProviderError(place, f"{path} cannot be put in place: {said}", "")
    raise ProviderError(place, f"{path} does not arrive as it was sent", "Look at its disk.", again=True)


def _make_folder(api: Api, name: str, folder: str) -> None:
    outcome = execute(api, name, ["mkdir", "-p", "--", folder], SECONDS)
    if outcome.code != 0:
        said = outcome.stderr.decode(errors="replace").strip()
        raise ProviderError(f"machine {name}", f"{folder} cannot be made: {said}", "")


def pull(api: Api, name: str, path: str) -> bytes:
    """A file's content."""
    place = f"machine {name}"
    found = api.content(place, "instances", name, "files", path=path)
    if found is None:
        raise ProviderError(place, f"there is no {path}", "")
    content, headers = found
    if headers.get("X-LXD-type", "file") != "file":
        raise ProviderError(place, f"{path} is a {headers['X-LXD-type']}, not a file", "")
    return content
