"""`hagen vendor --check`: do the copies, the lock and the kustomizations of a repository agree? Reads the disk only."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from ..compatibility import compatibility
from ..errors import HagenError
from ..topology.components import VENDORED
from .images import complete
from .known import digest
from .lock import LOCK, Entry, decode, images_of_lock, is_lock, merged
from .manifest import UnfitError, images_of
from .uses import is_copy

_KUSTOMIZATION = "kustomization.yaml"
_PUT_BACK = "run `hagen vendor`, which puts it back"
_FOREIGN = f"run `hagen vendor` if the entry was taken out; a file of your own belongs outside {VENDORED}/"
_UNLISTED = f"take it out of the list; run `hagen vendor` if it was {LOCK} that was edited"


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One place where they do not agree. `kind` is a word for programs, `message` a sentence for people."""

    path: str
    kind: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        """The difference as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was compared, and what differs."""

    manifests: int
    differences: tuple[Difference, ...]


def check_vendored(directory: Path) -> Checked:
    """Compare a repository as it lies on the disk; HagenError when it has no lock, or one that cannot be read."""
    try:
        paths = sorted(_paths(directory))
        contents = {path: (directory / path).read_bytes() for path in paths if is_lock(path)}
        locks = {path: decode(content, str(directory / path)) for path, content in contents.items()}
        if not locks:
            remedy = "name a repository that hagen rendered (-o), or render it with `hagen vendor`"
            raise HagenError(f"{directory} has no {LOCK}", remedy=remedy)
        entries = merged(locks)
        found = [
            *_of_entries(directory, entries),
            *_of_files(paths, entries),
            *_of_lists(directory, paths, entries),
            *(found for path in locks for found in _of_images(path, contents[path], locks[path])),
        ]
    except OSError as error:
        raise HagenError(f"{error.filename or directory} cannot be read: {error.strerror}") from None
    return Checked(len(entries), tuple(sorted(found)))


def _paths(directory: Path) -> Iterator[str]:
    """Every file below the directory that matters here; what git and hagen keep for themselves does not."""
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(folder).relative_to(directory)
        for name in names:
            path = (below / name).as_posix()
            if is_lock(path) or is_copy(path) or name == _KUSTOMIZATION:
                yield path


def _of_entries(directory: Path, entries: Mapping[str, Entry]) -> Iterator[Difference]:
    """What the lock says of each copy."""
    for path, entry in entries.items():
        yield from _of_version(path, entry)
        copy = directory / path
        if not entry.sha256:
            message = f"{entry.addon} {entry.version} is not vendored: the cluster takes it from {entry.url}"
            yield Difference(path, "not-vendored", message, "run `hagen vendor`")
        elif copy.is_symlink() or not copy.is_file():
            message = f"{entry.addon} {entry.version} is in {LOCK}, but there is no file"
            yield Difference(path, "missing", message, _PUT_BACK)
        elif (found := digest(content := copy.read_bytes())) != entry.sha256:
            message = f"its sha256 is {found}, but {LOCK} has {entry.sha256}"
            yield Difference(path, "changed", message, f"move an edit into a patch of an overlay; then {_PUT_BACK}")
        else:
            yield from _of_content(path, entry, content)


def _of_content(path: str, entry: Entry, content: bytes) -> Iterator[Difference]:
    """What the lock says besides the hash, made anew from the copy."""
    if entry.size != len(content):
        message = f"it has {len(content)} bytes, but {LOCK} says {entry.size}"
        yield Difference(path, "entry", message, _PUT_BACK)
    try:
        images = images_of(content)
    except UnfitError as error:
        yield Difference(path, "entry", f"{LOCK} names it, but {error}", _PUT_BACK)
        return
    if entry.images != images:
        message = f"it names the images {_listed(images)}, but {LOCK} says {_listed(entry.images)}"
        yield Difference(path, "entry", message, _PUT_BACK)


def _of_images(path: str, content: bytes, entries: Mapping[str, Entry]) -> Iterator[Difference]:
    """Images of the copies that the list for a registry mirror lacks."""
    listed = images_of_lock(content)
    if listed is not None:
        for image in sorted({*complete(image for entry in entries.values() for image in entry.images)} - listed):
            yield Difference(path, "entry", f"its list of all images lacks {image}", _PUT_BACK)


def _listed(images: tuple[str, ...]) -> str:
    return ", ".join(images) or "(none)"


def _of_version(path: str, entry: Entry) -> Iterator[Difference]:
    addon = compatibility().addons.get(entry.addon)
    pinned = addon.version if addon else "nothing of that name"
    if entry.version != pinned:
        message = f"{entry.addon} is of version {entry.version}, but this hagen pins {pinned}"
        yield Difference(path, "version", message, "run `hagen vendor`")
    elif addon and entry.file not in addon.files:
        yield Difference(path, "entry", f"{entry.addon} {pinned} has no {entry.file} that hagen uses", _PUT_BACK)
    elif addon and entry.url != (url := addon.url.format(version=entry.version, file=entry.file)):
        yield Difference(path, "entry", f"its URL is {url}, but {LOCK} says {entry.url}", _PUT_BACK)


def _of_files(paths: list[str], entries: Mapping[str, Entry]) -> Iterator[Difference]:
    """Copies beside a kustomization of which the lock knows nothing."""
    folders = {path.rpartition("/")[0] for path in paths if path.endswith(f"/{_KUSTOMIZATION}")}
    for path in paths:
        known = path in entries and entries[path].sha256
        if is_copy(path) and path.rsplit("/", 2)[0] in folders and not known:
            yield Difference(path, "not-in-lock", f"{LOCK} has no entry of it", _FOREIGN)


def _of_lists(directory: Path, paths: list[str], entries: Mapping[str, Entry]) -> Iterator[Difference]:
    """Kustomizations that list something else than the lock says: a URL, or a copy that is not there."""
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name != _KUSTOMIZATION:
            continue
        listed = _resources(directory / path)
        own = [entry for entry in entries.values() if entry.folder == folder]
        expected = {entry.path.removeprefix(f"{folder}/") if entry.sha256 else entry.url for entry in own}
        foreign = {item for item in listed if "://" in item or item.startswith(f"{VENDORED}/")}
        for item in sorted(foreign - expected):
            yield Difference(path, "not-in-lock", f"it lists {item}, which is not in {LOCK}", _UNLISTED)
        for item in sorted(expected - foreign):
            yield Difference(path, "not-listed", f"it does not list {item}", "list it again")


def _resources(path: Path) -> set[str]:
    try:
        document = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return set()
    resources = document.get("resources") if isinstance(document, dict) else None
    return {item for item in resources if isinstance(item, str)} if isinstance(resources, list) else set()
