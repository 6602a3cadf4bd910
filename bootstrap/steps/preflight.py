"""preflight: what would fail later is told now, all of it at once."""

from ..errors import BootstrapError, Problems
from ..provider.contract import Offer, ProviderError, Wanted
from ..run import Run
from .step import Step


def act(run: Run) -> None:
    """Ask the provider, read every rendered file; nothing is changed."""
    try:
        offer = run.site.provider.offer()
    except ProviderError as error:
        raise BootstrapError(error.place, error.cause, error.remedy) from error
    wanted, problems = [], []
    for machine in run.site.inventory.machines:
        try:
            wanted.append(run.site.wanted(machine))
        except BootstrapError as error:
            problems.append(error)
    there = run.site.provider.machines()
    missing = [each for each in wanted if each.name not in there]
    problems += taken(missing, offer)
    problems += places(missing, offer)
    if missing:
        first = missing[0]
        if run.site.provider.has_image(first.image, virtual=first.virtual) is False:
            problems.append(
                BootstrapError(
                    f"image {first.image.alias}",
                    f"{first.image.server or 'the provider'} has none of this name for {_kind(first)}",
                    "Correct machines.image and machines.imageServer in hagen.yaml.",
                )
            )
    if problems:
        raise Problems(problems)


def taken(missing: list[Wanted], offer: Offer) -> list[BootstrapError]:
    """Machines whose address somebody else's machine has. Pure."""
    return [
        BootstrapError(
            f"machine {each.name}",
            f"its address {each.address} belongs to {offer.taken[each.address]}",
            "Choose another one in hagen.yaml.",
        )
        for each in missing
        if each.address in offer.taken
    ]


def places(missing: list[Wanted], offer: Offer) -> list[BootstrapError]:
    """Pools, profiles and hosts that are not there. Pure."""
    problems = []
    hosts = {capacity.host for capacity in offer.hosts}
    for each in missing:
        if each.storage_pool and each.storage_pool not in offer.storage_pools:
            problems.append(("storage pool " + each.storage_pool, "there is none of this name", "machines.storagePool"))
        problems += [
            (f"profile {name}", "there is none of this name", "machines.ROLE.profiles")
            for name in each.profiles
            if name not in offer.profiles
        ]
        if each.host and each.host not in hosts:
            problems.append((f"host {each.host}", "the provider has none of this name", "nodes[].host"))
        if each.virtual and any(
            c.virtual_machines is False for c in offer.hosts if not each.host or c.host == each.host
        ):
            problems.append((f"machine {each.name}", "the provider cannot run virtual machines", "machines.type"))
    return [
        BootstrapError(place, cause, f"Correct {key} in hagen.yaml, or make it there.")
        for place, cause, key in dict.fromkeys(problems)
    ]


def _kind(wanted: Wanted) -> str:
    return "virtual machines" if wanted.virtual else "containers"


STEP = Step("preflight", "Look whether it can work", act)
