"""What the repository has already: the locks of its clusters, and the copies that agree with them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import HagenError
from .lock import Entry, decode, is_lock, merged
from .uses import Key, is_copy

Locks = Mapping[str, Mapping[str, Entry]]
"""Path of a lock -> its entries, by the path of the copy."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A vendored manifest."""

    content: bytes
    sha256: str
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The locks as they stand, every copy of the repository by what it is, and in words the copies that are not the
    ones of their lock.
    """

    locks: Locks
    copies: Mapping[Key, Copy]
    wrong: tuple[str, ...] = ()

    @property
    def vendored(self) -> dict[Key, str]:
        """What was vendored, and the sha256 that it had then."""
        return {entry.key: entry.sha256 for entry in merged(self.locks).values() if entry.sha256}

    def refuse_wrong(self) -> None:
        """Raise HagenError when a copy is missing or is not the one of its lock.

        A render that took such a copy for good would record a change that nobody meant to make; one that left it out
        would let the cluster depend on a third party again.
        """
        if self.wrong:
            raise HagenError(
                "vendored manifests are not the ones that hagen.lock names",
                details=self.wrong,
                remedy="restore them (`git checkout`, a backup), or run `hagen vendor`, which puts them back",
            )


def is_wanted(path: str) -> bool:
    """Whether `known` reads the file."""
    return is_lock(path) or is_copy(path)


def known(files: Mapping[str, bytes]) -> Known:
    """Read the locks and copies of a repository; HagenError when a lock is none."""
    locks = {path: decode(content, path) for path, content in files.items() if is_lock(path)}
    copies: dict[Key, Copy] = {}
    wrong = []
    for path, entry in merged(locks).items():
        if entry.sha256:
            content = files.get(path)
            if content is None or digest(content) != entry.sha256:
                wrong.append(f"{path}: {'missing' if content is None else 'its sha256 is ' + digest(content)}")
                continue
            copies[entry.key] = Copy(content, entry.sha256, entry.images)
    return Known(locks, copies, tuple(wrong))


def digest(content: bytes) -> str:
    """The sha256 of a content in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
