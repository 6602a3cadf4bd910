"""What a render takes of the copies, and what it adds to the repository: the copies themselves and the lock."""

from collections.abc import Iterator, Mapping, Sequence

from ..files import RenderedFile
from .images import complete
from .known import Copy, Known
from .lock import Entry, encode
from .upkeep import Upkeep
from .uses import Key, Use

Copies = Mapping[Key, Copy]


def keep(own: Sequence[Use], known: Known) -> Copies:
    """The copies that the repository has of what is wanted now."""
    return {use.key: known.copies[use.key] for use in own if use.key in known.copies}


def outdated(own: Sequence[Use], known: Known) -> Iterator[str]:
    """Manifests that were vendored in another version, or not with the rest: one sentence each."""
    before: dict[str, set[str]] = {}
    for addon, version, _ in known.vendored:
        before.setdefault(addon, set()).add(version)
    wanted = {(use.upstream.addon, use.upstream.version) for use in own if use.key not in known.copies}
    for addon, version in sorted(wanted):
        if addon in before:
            versions = ", ".join(sorted(before[addon]))
            yield f"{addon} {version} is listed by its URL: the copies in the repository are of {versions}"
        elif before:
            yield f"{addon} {version} is listed by its URL: the repository has no copy of it"


def vendored(own: Sequence[Use], copies: Copies) -> frozenset[tuple[str, str]]:
    """Add-ons, with their versions, of which every manifest has its copy."""
    wanted = {(use.upstream.addon, use.upstream.version) for use in own}
    return frozenset(wanted - {(use.upstream.addon, use.upstream.version) for use in own if use.key not in copies})


def additions(upkeep: Upkeep, copies: Copies, images: tuple[str, ...] | None) -> dict[str, RenderedFile]:
    """The copies in their places, and the lock; `images` are all that the cluster runs (None: not known yet)."""
    whole = vendored(upkeep.own, copies)
    taken = {key: copy for key, copy in copies.items() if key[:2] in whole}
    files = {use.path: RenderedFile(taken[use.key].content) for use in upkeep.own if use.key in taken}
    entries = [*(_entry(use, taken.get(use.key)) for use in upkeep.own), *upkeep.remaining]
    if images is not None:
        kept = complete(image for entry in upkeep.remaining for image in entry.images)
        images = tuple(sorted({*images, *kept}))
    return files | {upkeep.lock: RenderedFile(encode(entries, images))}


def _entry(use: Use, copy: Copy | None) -> Entry:
    addon, version, file = use.key
    if copy is None:
        return Entry(addon, version, file, use.upstream.url, use.folder)
    return Entry(addon, version, file, use.upstream.url, use.folder, copy.sha256, len(copy.content), copy.images)
