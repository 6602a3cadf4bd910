"""Identity, namespaces and waves: what must be there first is there first."""

from collections import defaultdict
from collections.abc import Iterator

from tests.gitops.made import made_wave
from tests.gitops.objects import BOOTSTRAP_WAVE, BUILT_IN_NAMESPACES, Item, Repository, dig
from tests.gitops.verdict import Verdict, check, judge

# Who serves a group of custom resources; without it they are data that nobody reads.
CONTROLLERS = {
    "bitnami.com": "sealed-secrets",
    "gateway.networking.k8s.io": "ingress",
    "gateway.nginx.org": "ingress",
    "pxc.percona.com": "percona-operator",
}
_SKIP = "SkipDryRunOnMissingResource=true"


@check
def identities_are_unique(repository: Repository) -> Iterator[Verdict]:
    places = defaultdict(list)
    for item in repository.items:
        places[item.identity].append(item)
    for items in places.values():
        where = sorted(item.overlay for item in items)
        yield judge(items[0], "", sound=len(items) == 1, problem=f"is in {where}")


@check
def namespaces_exist_before_use(repository: Repository) -> Iterator[Verdict]:
    for item in repository.items:
        if not item.namespace or item.namespace in BUILT_IN_NAMESPACES:
            continue
        space = repository.find("Namespace", "", item.namespace, "")
        if space is None:
            yield Verdict(str(item), item.namespace, "its namespace is not there")
        else:
            # Inside one Application, Argo CD applies Namespaces first, wave for wave.
            sound = space.app_wave < item.app_wave or (space.overlay == item.overlay and space.wave <= item.wave)
            yield judge(
                item,
                item.namespace,
                sound=sound,
                problem=f"its namespace comes in wave {space.wave}, not before {item.wave}",
            )


def is_custom(item: Item) -> bool:
    """Whether an object is of a kind that a CustomResourceDefinition brings."""
    return "." in item.group and (not item.group.endswith(".k8s.io") or item.group in CONTROLLERS)


def _brought(repository: Repository, item: Item) -> tuple[str, int] | None:
    """(overlay, wave) of the definition of a custom resource's kind; the overlay of what an operator brings is ""."""
    for definition in repository.of("CustomResourceDefinition"):
        spec = definition.spec
        if (spec["group"], spec["names"]["kind"]) == (item.group, item.kind):
            return definition.overlay, definition.app_wave
    wave = made_wave(repository, "CustomResourceDefinition", "", f"{item.kind.lower()}s.{item.group}")
    return None if wave is None else ("", wave)


@check
def definitions_come_before_their_resources(repository: Repository) -> Iterator[Verdict]:
    for item in repository.items:
        if not is_custom(item):
            continue
        brought = _brought(repository, item)
        if brought is None:
            yield Verdict(str(item), item.group, "nothing brings the definition of its kind")
            continue
        overlay, wave = brought
        # Inside one Application, Argo CD applies definitions before everything of their kinds.
        sound = overlay == item.overlay or wave < item.app_wave
        yield judge(
            item, item.group, sound=sound, problem=f"its definition comes in wave {wave}, not before {item.app_wave}"
        )


@check
def custom_resources_skip_the_dry_run(repository: Repository) -> Iterator[Verdict]:
    """Argo CD asks the API server for each kind before it syncs; a kind that another Application brings may be missing."""
    for item in repository.items:
        brought = _brought(repository, item) if is_custom(item) else None
        if brought is not None and brought[0] != item.overlay and brought[1] != BOOTSTRAP_WAVE:
            options = item.annotations.get("argocd.argoproj.io/sync-options", "")
            sound = _SKIP in options or _SKIP in application_options(repository, item.application)
            yield judge(item, item.group, sound=sound, problem=f"lacks the sync option {_SKIP}")


def application_options(repository: Repository, name: str) -> list[str]:
    """The sync options of an Application."""
    application = repository.find("Application", "argocd", name)
    return dig(application.spec, "syncPolicy", "syncOptions", default=[]) if application else []


@check
def controllers_come_before_their_resources(repository: Repository) -> Iterator[Verdict]:
    waves = {item.application: item.app_wave for item in repository.items}
    for item in repository.items:
        controller = CONTROLLERS.get(item.group)
        if controller is None or item.application == controller:
            continue
        wave = waves.get(controller)
        sound = wave is not None and wave < item.app_wave
        yield judge(
            item, controller, sound=sound, problem=f"{controller} comes in wave {wave}, not before {item.app_wave}"
        )


@check
def gateways_come_before_routes(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("HTTPRoute", "GRPCRoute", "TLSRoute"):
        for parent in item.spec["parentRefs"]:
            gateway = repository.find("Gateway", parent.get("namespace", item.namespace), parent["name"])
            sound = gateway is not None and gateway.wave < item.wave
            yield judge(item, parent["name"], sound=sound, problem="its Gateway is not there in an earlier wave")
            if gateway is not None:
                yield judge(
                    item,
                    f"{parent['name']} allows",
                    sound=_allows(repository, gateway, item),
                    problem="the Gateway takes no routes from its namespace",
                )


def _allows(repository: Repository, gateway: Item, route: Item) -> bool:
    from tests.gitops.objects import matches  # noqa: PLC0415

    for listener in gateway.spec["listeners"]:
        spaces = dig(listener, "allowedRoutes", "namespaces", default={"from": "Same"})
        wanted = spaces.get("from", "Same")
        labels = repository.namespace_labels(route.namespace)
        if wanted == "All" or (wanted == "Same" and gateway.namespace == route.namespace):
            return True
        if wanted == "Selector" and matches(spaces.get("selector"), labels):
            return True
    return False
