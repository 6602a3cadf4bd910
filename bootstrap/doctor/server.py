"""server: the provider answers, and is one that hagen knows."""

import re
from collections.abc import Iterator
from typing import Final

from ..provider.contract import Offer, ProviderError
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight

_OLDEST: Final = (5, 0)  # LTS; what hagen needs of later ones it asks for by API extensions


def look(sight: Sight) -> Iterator[Finding]:
    """Ask it once for everything."""
    try:
        offer = sight.once("offer", sight.run.site.provider.offer)
    except ProviderError as problem:
        yield error(problem.place, problem.cause, problem.remedy or "Look whether LXD runs: `lxc info`.")
        return
    yield from judge(offer)


def judge(offer: Offer) -> Iterator[Finding]:
    """Version, and members that are not well. Pure."""
    place = f"LXD server {offer.server}".strip()
    match = re.match(r"(\d+)\.(\d+)", offer.version)
    if match is None:
        yield unknown(place, f'its version "{offer.version}" says nothing')
    elif (int(match[1]), int(match[2])) < _OLDEST:
        yield error(
            place, f"version {offer.version} is too old", "Update LXD: 5.0 LTS is the oldest that is supported."
        )
    else:
        yield ok(place, f"version {offer.version} answers")
    # Notes on one that does answer say which kind of machine it cannot run: the check `virtualisation`.
    for host in offer.hosts:
        for note in host.notes if host.virtual_machines is None else ():
            yield warning(
                f"host {host.host}" if host.host else place, note, "`lxc warning list` and LXD's log say more."
            )


CHECK = Check("server", "LXD answers", look)
